/** What became of a fleet's turns, by when they arrived, and if it was inside its objectives. */
import type { CompiledObjective } from "../../core/compiled.ts";
import { MINUTE_MS } from "../../core/units.ts";
import type { OutcomeSlice } from "../../sim/kernel/contract.ts";
import { SLICE_NS } from "../../sim/kernel/contract.ts";

export const SLICE_MS = SLICE_NS / 1e6;
/** Inside: over this long, the share meeting each threshold is at least the objective's. */
const INSIDE_SLICES = (5 * MINUTE_MS) / SLICE_MS;
/** Absorbed: inside again for this long. */
const SUSTAINED_SLICES = (2 * MINUTE_MS) / SLICE_MS;

/** The slices of a run, without those of its warm-up. */
export interface FleetSlices {
  readonly slices: readonly OutcomeSlice[];
  /** One a slice: whether every objective was met over the five minutes up to its end. */
  readonly inside: readonly boolean[];
  /** One a slice: turns that arrived and could have ended before the run did. */
  readonly judged: readonly number[];
}

/**
 * @param unanswerable turns so late that nobody could have ended them before the run did: of the
 *   newest slices as many are not judged
 */
export function fleetSlices(
  slices: readonly OutcomeSlice[],
  objectives: readonly CompiledObjective[],
  unanswerable: number,
): FleetSlices {
  const judged = judgedTurns(slices, unanswerable);
  const met = objectives.map((_, at) => cumulative(slices.map((slice) => slice.met[at] ?? 0)));
  const all = cumulative(judged);
  const inside = slices.map((_, slice) => {
    const arrived = lately(all, slice);
    return objectives.every(
      ({ share }, at) => arrived === 0 || lately(met[at] ?? [], slice) >= share * arrived,
    );
  });
  return { slices, inside, judged };
}

/** Turns per slice, those in flight at the end that could not be otherwise left out. */
function judgedTurns(slices: readonly OutcomeSlice[], unanswerable: number): readonly number[] {
  let left = unanswerable;
  const newestFirst = slices.toReversed().map(({ arrived, metAll }) => {
    const spared = Math.min(left, arrived - metAll);
    left -= spared;
    return arrived - spared;
  });
  return newestFirst.toReversed();
}

/** @returns sums up to and without each entry, one more than there are entries */
function cumulative(values: readonly number[]): readonly number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return sums;
}

const lately = (sums: readonly number[], slice: number): number =>
  (sums[slice + 1] ?? 0) - (sums[Math.max(0, slice + 1 - INSIDE_SLICES)] ?? 0);

export const violationsBetween = ({ slices }: FleetSlices, from: number, until: number): number =>
  slices.slice(from, until).reduce((total, { arrived, metAll }) => total + arrived - metAll, 0);

/** @returns seconds between two slices during which some fleet was outside its objectives */
export function violationSeconds(
  fleets: readonly FleetSlices[],
  from = 0,
  until = Number.POSITIVE_INFINITY,
): number {
  const many = Math.min(until, Math.max(0, ...fleets.map(({ inside }) => inside.length)));
  let outside = 0;
  for (let slice = from; slice < many; slice += 1) {
    if (fleets.some(({ inside }) => inside[slice] === false)) outside += 1;
  }
  return outside * (SLICE_MS / 1_000);
}

/**
 * @param from slice in which a disturbance began
 * @param until slice at which the next one does, or the end of the run
 * @returns slices from the onset until every fleet has been inside for two minutes again; 0 when
 *   none ever was outside, null when that did not come about
 */
export function slicesToAbsorb(
  fleets: readonly FleetSlices[],
  from: number,
  until: number,
): number | null {
  const isInside = (slice: number): boolean =>
    fleets.every(({ inside }) => inside[slice] !== false);
  let broke = false;
  let since = 0;
  for (let slice = from; slice < until; slice += 1) {
    if (!isInside(slice)) {
      broke = true;
      since = 0;
    } else since += 1;
    if (broke && since === SUSTAINED_SLICES) return slice + 1 - from;
  }
  return broke ? null : 0;
}
