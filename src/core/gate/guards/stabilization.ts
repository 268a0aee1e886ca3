import { reason } from "../../reasons.ts";
import { after, elapsed, millis, seconds } from "../../units.ts";
import type { EpochMs, Millis } from "../../units.ts";
import { PASS, hold, racksAfter } from "../guard.ts";
import type { GateContext, Guard, Verdict } from "../guard.ts";

/** Fewer racks must have sufficed over the whole window, and the window must have been watched. */
export const stabilizationGuard: Guard = {
  name: "stabilization",
  check(proposal, context) {
    const target = racksAfter(proposal, context);
    return proposal.direction === "Out" ? PASS : stabilized(context, target);
  },
};

/** More reviews than this missing in a row are a blind spot: an outage, a restart. */
const UNWATCHED_REVIEWS = 5;

/** @param instants oldest first */
const longestGap = (instants: readonly EpochMs[]): Millis =>
  millis(Math.max(0, ...instants.slice(1).map((at, n) => elapsed(instants[n] ?? at, at))));

function stabilized({ situation, fleetMemory }: GateContext, target: number): Verdict {
  const { now, fleet } = situation;
  const windowMs = fleet.behavior.scaleInStabilizationMs;
  const oldest = fleetMemory.wants[0];
  if (oldest === undefined || after(oldest.at, windowMs) > now) {
    const watched = oldest === undefined ? 0 : seconds(elapsed(oldest.at, now));
    return hold(reason("memory-young", `Watched ${watched} s of ${seconds(windowMs)} s.`));
  }
  const gapMs = longestGap([...fleetMemory.wants.map(({ at }) => at), now]);
  if (gapMs > UNWATCHED_REVIEWS * fleet.behavior.reviewIntervalMs) {
    return hold(reason("memory-young", `Nothing was watched for ${seconds(gapMs)} s of it.`));
  }
  const peak = Math.max(
    ...fleetMemory.wants.filter(({ at }) => after(at, windowMs) >= now).map(({ racks }) => racks),
  );
  if (peak <= target) return PASS;
  const found = `Up to ${peak} racks were wanted in ${seconds(windowMs)} s, ${target} proposed.`;
  return hold(reason("stabilization", found));
}
