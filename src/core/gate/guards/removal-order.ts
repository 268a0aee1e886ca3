import { reason } from "../../reasons.ts";
import { shuffles } from "../../workloads/shuffle.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** The kind's removal order decides which units die: more restarts than allowed are refused. */
export const removalOrderGuard: Guard = {
  name: "removal-order",
  check({ direction }, { victim, situation, observed }) {
    if (direction === "Out" || victim === null) return PASS;
    const [found] = shuffles(victim.id, { ...situation, racks: observed.racks });
    return found === undefined ? PASS : hold(reason("drain-shuffle", found));
  },
};
