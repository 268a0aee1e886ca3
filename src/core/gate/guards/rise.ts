import { reason } from "../../reasons.ts";
import { rateWindowMs } from "../../signals/rate-window.ts";
import { elapsed, seconds } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { GateContext, Guard, Verdict } from "../guard.ts";

/**
 * A rate shows a sudden rise only when its window has passed. Asking earlier would ask for too few
 * racks, and again a minute later: three racks take no longer than one.
 */
export const riseGuard: Guard = {
  name: "rise",
  check({ direction, reason: why }, context) {
    if (direction === "In" || why.code.endsWith("-floor") || why.code === "minimum") return PASS;
    return measured(context);
  },
};

function measured({ situation }: GateContext): Verdict {
  const { demand, now, fleet } = situation;
  const since = demand?.risingSince ?? null;
  const windowMs = rateWindowMs(fleet.signals.scrapeIntervalMs);
  if (since === null || elapsed(since, now) >= windowMs) return PASS;
  const found = `${seconds(elapsed(since, now))} s of ${seconds(windowMs)} s.`;
  return hold(reason("rising", found));
}
