import { reason } from "../../reasons.ts";
import { after, elapsed, millis, seconds } from "../../units.ts";
import type { EpochMs, Millis } from "../../units.ts";
import { enoughSince, longestReturn } from "../../policy/returns.ts";
import { PASS, hold, racksAfter } from "../guard.ts";
import type { GateContext, Guard, Verdict } from "../guard.ts";

/**
 * Fewer racks must have sufficed over the whole window, and the window must have been watched. A
 * rack that leaves the pool is a lead time away: where more racks were wanted again and again in
 * the last day, fewer must have sufficed for longer than they did then.
 */
export const stabilizationGuard: Guard = {
  name: "stabilization",
  check(proposal, context) {
    if (proposal.direction === "Out") return PASS;
    const target = racksAfter(proposal, context);
    const verdict = stabilized(context, target);
    const leaves = proposal.loan === undefined && proposal.move === undefined;
    return verdict === PASS && leaves ? lasting(context, target) : verdict;
  },
};

function lasting({ situation, fleetMemory }: GateContext, target: number): Verdict {
  const { now, fleet } = situation;
  const wanted = fleetMemory.wantedByQuarter ?? [];
  const longestMs = longestReturn(wanted, target, fleet.behavior.scaleInStabilizationMs);
  const since = enoughSince(wanted, target);
  if (longestMs === 0 || since === null || elapsed(since, now) > longestMs) return PASS;
  const found =
    `${target} racks have been enough for ${seconds(elapsed(since, now))} s; in the last day more ` +
    `were wanted again after ${seconds(longestMs)} s.`;
  return hold(reason("stabilization", found));
}

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
