/** Whether a serving rack's caches are warm. */
import type { CompiledFleet, FleetKey } from "../compiled.ts";
import type { RackSeen } from "../memory.ts";
import type { FleetObservation, RackObservation } from "../observation.ts";
import { elapsed } from "../units.ts";
import type { EpochMs } from "../units.ts";
import { rackOwner } from "./rack-owner.ts";

export interface WarmthView {
  readonly now: EpochMs;
  readonly fleets: readonly CompiledFleet[];
  /** The pool's racks, and what was remembered of each at the last sight. */
  readonly racks: readonly RackObservation[];
  readonly before: Readonly<Record<string, RackSeen>>;
  /** Hit rate by pod name, per fleet; empty where the source does not show them. */
  readonly hitRates: Readonly<Record<FleetKey, ReadonlyMap<string, number>>>;
}

/** @returns hit rates by pod, of the fleets whose source shows them pod by pod */
export function hitRatesByPod(fleets: readonly FleetObservation[]): WarmthView["hitRates"] {
  const shown = fleets.map(({ key, hitRates = [] }) => {
    return [key, new Map(hitRates.map(({ pod, hitRate }) => [pod, hitRate]))] as const;
  });
  return Object.fromEntries(shown.filter(([, rates]) => rates.size > 0));
}

/**
 * A rack that was warm stays so while it serves: a fall of its hit rate is for the diagnosis. Where
 * hit rates are known by engine it is warm once its mean is within `hitRateWithinPoints` of that of
 * its fleet's warm racks in the pool; in any case when `orAfter` has passed since it first served.
 *
 * @param servingAt when the rack first served
 */
export function isWarm(rack: RackObservation, servingAt: EpochMs, view: WarmthView): boolean {
  const owner = rackOwner(rack);
  const fleet = view.fleets.find(({ key }) => key === owner);
  if (owner === null || fleet === undefined) return false;
  if (view.before[rack.id]?.phase === "Serving") return true;
  if (elapsed(servingAt, view.now) >= fleet.warm.orAfterMs) return true;
  const rates = view.hitRates[owner];
  if (rates === undefined) return false;
  const warm = view.racks.filter(({ id }) => view.before[id]?.phase === "Serving");
  const [own, peers] = [meanRate([rack], rates), meanRate(warm, rates)];
  if (own === null || peers === null) return false;
  return (peers - own) * 100 <= fleet.warm.hitRateWithinPoints;
}

function meanRate(
  racks: readonly RackObservation[],
  rates: ReadonlyMap<string, number>,
): number | null {
  const found = racks.flatMap(({ pods }) => pods.flatMap(({ name }) => rates.get(name) ?? []));
  return found.length === 0 ? null : found.reduce((sum, rate) => sum + rate, 0) / found.length;
}
