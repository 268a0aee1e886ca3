import { pausingOverride } from "../../intents.ts";
import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** A person's pause stops its direction; the most restrictive override wins. */
export const overrideGuard: Guard = {
  name: "override",
  check({ direction }, { situation }) {
    const pausing = pausingOverride(situation.observed.overrides, direction);
    if (pausing === undefined) return PASS;
    return hold(reason("paused", `FleetOverride ${pausing.name}: ${pausing.reason}.`));
  },
};
