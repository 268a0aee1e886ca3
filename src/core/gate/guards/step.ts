import { reason } from "../../reasons.ts";
import { rackCount } from "../../units.ts";
import { PASS } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** One decision moves at most so many racks. */
export const stepGuard: Guard = {
  name: "step",
  check({ direction, from, to }, { situation }) {
    const { maxStepOut } = situation.fleet.behavior;
    if (direction === "In" || to - from <= maxStepOut) return PASS;
    const found = `${to - from} racks wanted at once, ${maxStepOut} allowed.`;
    return { kind: "Limit", to: rackCount(from + maxStepOut), reason: reason("step-limit", found) };
  },
};
