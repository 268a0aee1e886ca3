import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** Nothing scales in on a signal that is missing, stale or implausible (INV-7). */
export const signalsGuard: Guard = {
  name: "signals",
  check({ direction }, { shrinkHold }) {
    return direction === "In" && shrinkHold !== null ? hold(shrinkHold) : PASS;
  },
};
