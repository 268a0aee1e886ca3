/** The racks of all pools that are evacuated this tick, as far as people let it happen. */
import type { Action } from "../decision.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import { pausingOverride } from "../intents.ts";
import type { GroupObservation } from "../observation.ts";
import { evacuate } from "../racks/evacuation.ts";
import type { Evacuated } from "../racks/evacuation.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { ejectedSince, routedUnits } from "../racks/routed-units.ts";
import { drainTraffic } from "./drain-traffic.ts";
import { shadowHold } from "./index.ts";

/**
 * In every mode but Shadow: the rack is lost whatever a person says, so that nobody is asked.
 * Whoever pauses scale-in stops it all the same. One that a decision drains already is left to it.
 */
export function evacuations(
  pools: readonly PoolState[],
  fleets: readonly FleetPicture[],
  { now, leading, intents }: GroupObservation,
): readonly Action[] {
  if (!leading) return [];
  const drained = intents.filter(({ phase }) => phase === "Executing").map(({ rack }) => rack);
  const going = pools.flatMap(goingRacks).filter(({ rack }) => !drained.includes(rack.id));
  if (going.length === 0) return [];
  const racks = pools.flatMap(({ observed }) => observed.racks);
  return going.flatMap((evacuated) => {
    const picture = fleets.find(({ situation }) => {
      return situation.fleet.key === evacuated.summary.fleet;
    });
    if (picture === undefined || !mayEvacuate(picture)) return [];
    const { situation } = picture;
    const traffic = drainTraffic(situation, racks);
    const staying = stayingUnits(pools, situation.fleet.key);
    const action = evacuate(evacuated, { now, traffic, staying });
    return action === null ? [] : [action];
  });
}

const goingRacks = ({ pool, observed, summaries, memory }: PoolState): readonly Evacuated[] =>
  observed.racks.flatMap((rack) => {
    const summary = summaries.find(({ id }) => id === rack.id);
    const noticedAt = memory.seen[rack.id]?.noticedAt;
    return summary === undefined || noticedAt === undefined
      ? []
      : [{ pool, rack, summary, noticedAt }];
  });

const mayEvacuate = ({ situation: { fleet, observed } }: FleetPicture): boolean =>
  shadowHold(fleet.mode.scaleIn) === null &&
  pausingOverride(observed.overrides, "In") === undefined;

/** Units that take turns on racks that stay. */
function stayingUnits(pools: readonly PoolState[], fleet: string): number {
  const pods = pools.flatMap(({ observed, memory }) =>
    observed.racks
      .filter(({ id }) => memory.seen[id]?.noticedAt === undefined)
      .flatMap((rack) => rack.pods.filter((pod) => pod.fleet === fleet && pod.ready)),
  );
  return routedUnits(pods).filter((unit) => ejectedSince(unit) === null).length;
}
