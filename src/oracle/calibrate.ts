/**
 * What the world's engines and caches really do: the fleet is watched at many sizes, and the law's
 * half-point and steepness are set by the hits that were seen, the curve of misses by the load.
 */
import { hitRateAt } from "../core/cache/response-law.ts";
import { MINUTE_MS } from "../core/units.ts";
import { ampleHitRate, freeSeconds, hitRateOn, loadOn } from "./fleet-model.ts";
import type { CacheLaw, FleetBasis, FleetModel } from "./fleet-model.ts";
import { missCurve } from "./miss-curve.ts";
import type { MissPoint } from "./miss-curve.ts";
import { coarser } from "./standing-fleet.ts";
import type { DemandStep, WatchedFleet } from "./standing-fleet.ts";

/** Noise of single minutes averages out over it, and load still changes little. Judgement. */
const GROUP_MS = 10 * MINUTE_MS;
/** A size that misses more in one group has tipped over: what follows is its backlog, not load. */
const TIPPED_SHARE = 0.2;

/** One size in one group: what was offered, and what the size made of it. */
interface Sighting {
  readonly racks: number;
  readonly offered: DemandStep;
  readonly seen: DemandStep;
}

/**
 * @param ample the fleet on ample racks
 * @param standing the same fleet at several sizes
 * @throws RangeError without any turn
 */
export function calibrated(
  fleet: FleetModel["fleet"],
  basis: FleetBasis,
  ample: WatchedFleet,
  standing: readonly WatchedFleet[],
): FleetModel {
  const factor = Math.max(1, Math.round(GROUP_MS / ample.stepMs));
  const offered = coarser(ample, factor);
  const sightings = [ample, ...standing].flatMap((watched) =>
    untilTipped(watched.racks, offered, coarser(watched, factor)),
  );
  const grouped = { ...basis, stepMs: offered.stepMs };
  const law = fittedLaw(grouped, sightings);
  const points = sightings.map((sighting) => pointOf({ ...grouped, law }, sighting));
  return { ...basis, fleet, law, misses: missCurve(points) };
}

function untilTipped(
  racks: number,
  offered: WatchedFleet,
  watched: WatchedFleet,
): readonly Sighting[] {
  const sightings = offered.steps.flatMap((step, at) => {
    const seen = watched.steps[at];
    return seen === undefined || step.turns <= 0 ? [] : [{ racks, offered: step, seen }];
  });
  const tipped = sightings.findIndex(
    ({ offered: { turns }, seen }) => seen.missedTurns > TIPPED_SHARE * turns,
  );
  return tipped < 0 ? sightings : sightings.slice(0, tipped + 1);
}

function pointOf(model: Omit<FleetModel, "misses" | "fleet">, sighting: Sighting): MissPoint {
  const { racks, offered, seen } = sighting;
  const load = loadOn(model, offered, racks, hitRateOn(model, offered, racks));
  return { load, turns: offered.turns, missed: Math.min(offered.turns, seen.missedTurns) };
}

/** Where half-points and steepnesses of agents, chats and batches were seen to lie, and beyond. */
const HALF_SECONDS = { from: 1, factor: 1.15, many: 45 } as const;
const STEEPNESS = { from: 0.4, step: 0.1, many: 25 } as const;

/** Least squares of the hits kept, weighted by prompts, over a grid. */
function fittedLaw(basis: FleetBasis, sightings: readonly Sighting[]): CacheLaw {
  const kept = sightings.flatMap(({ racks, offered, seen }) => {
    const x = freeSeconds(basis, offered, racks);
    const ample = ampleHitRate(offered);
    if (seen.promptTokens <= 0 || ample <= 0 || !Number.isFinite(x)) return [];
    return [{ x, share: Math.min(1, ampleHitRate(seen) / ample), weight: seen.promptTokens }];
  });
  const error = (law: CacheLaw): number =>
    kept.reduce((sum, { x, share, weight }) => {
      const off = share - hitRateAt({ ceiling: 1, ...law }, x);
      return sum + weight * off * off;
    }, 0);
  let best: CacheLaw = { halfSeconds: HALF_SECONDS.from, steepness: STEEPNESS.from };
  let least = Number.POSITIVE_INFINITY;
  let halfSeconds: number = HALF_SECONDS.from;
  for (let half = 0; half < HALF_SECONDS.many; half += 1) {
    for (let steep = 0; steep < STEEPNESS.many; steep += 1) {
      const law = { halfSeconds, steepness: STEEPNESS.from + steep * STEEPNESS.step };
      const found = error(law);
      if (found < least) [best, least] = [law, found];
    }
    halfSeconds *= HALF_SECONDS.factor;
  }
  return best;
}
