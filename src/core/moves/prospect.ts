/** What an open move has before it: the fleet that gets the rack, and whether it is worth it. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool } from "../compiled.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import type { Intent } from "../observation.ts";
import { wantedLately } from "../policy/wanted-lately.ts";
import type { EpochMs } from "../units.ts";
import { isStillWorth, ownedInAll } from "./choose.ts";
import type { Standing } from "./due.ts";

export interface MoveProspect {
  /** null when it was deleted, or has nothing to do with the pool any more. */
  readonly taker: CompiledFleet | null;
  /** Whether the taker lacks the rack and the giver can spare it. */
  readonly isWorth: boolean;
}

export interface ProspectView {
  readonly fleets: readonly FleetPicture[];
  /** Absent: racks are not moved, and what was begun is given up. */
  readonly standing: Standing | undefined;
  readonly now: EpochMs;
}

/** @returns nothing for a decision that is no move */
export function moveProspect(
  intent: Intent,
  pool: CompiledPool,
  { fleets, standing, now }: ProspectView,
): { readonly move?: MoveProspect } {
  if (intent.direction !== "Move") return {};
  const taker = fleets.find(({ situation }) => situation.fleet.key === intent.taker);
  if (taker === undefined || !drawsOn(taker.situation.fleet, pool)) {
    return { move: { taker: null, isWorth: false } };
  }
  const lately = wantedLately(taker.memory, now, ownedInAll(taker));
  const isWorth =
    standing !== undefined &&
    isStillWorth(intent, pool, { fleets, standing, wantedLately: lately });
  return { move: { taker: taker.situation.fleet, isWorth } };
}
