/** Which fleet lacks a rack that stands, which may give one, and whether a move is worth it. */
import { consumerOf, marginalAttainment } from "../arbitrate.ts";
import { drawsOn } from "../compiled.ts";
import type { CompiledPool, FleetKey } from "../compiled.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import type { Intent } from "../observation.ts";
import { compareRanks } from "../numeric.ts";
import { wantedThroughout } from "../policy/wanted-lately.ts";
import { millis } from "../units.ts";
import type { EpochMs } from "../units.ts";
import type { Standing } from "./due.ts";

/**
 * Why a fleet gives a rack: it does not want it (Spare), the other one is guaranteed it
 * (Guarantee), or both want it and the other one gains far more by it (Gain).
 */
export type MoveGround = "Spare" | "Guarantee" | "Gain";

export interface MoveChoice {
  readonly giver: FleetPicture;
  readonly taker: FleetPicture;
  readonly ground: MoveGround;
}

export interface Movers {
  readonly fleets: readonly FleetPicture[];
  readonly standing: Standing;
  readonly now: EpochMs;
}

/**
 * What is taken from a fleet that wants it: the other one gains twice what this one loses, so that
 * what comes of it is not turned round by noise, and at least two points of attainment, as a shift
 * of prefill and decode has to. Judgement.
 */
const GAIN_PER_LOSS_MIN = 2;
const GAIN_MIN = 0.02;

/**
 * Takers by claim: what is guaranteed first, then the steepest weighted attainment. Givers by what
 * they can spare: those that want it least first. A giver keeps what it is guaranteed and what its
 * floors ask for.
 *
 * @returns the moves worth making in the pool, the best first
 */
export function movesIn(
  pool: CompiledPool,
  { fleets, standing, now }: Movers,
): readonly MoveChoice[] {
  const drawing = fleets.filter(({ situation }) => drawsOn(situation.fleet, pool));
  const takers = drawing
    .map((taker) => ({ taker, lack: lackOf(taker, pool, standing) }))
    .filter(({ lack }) => lack.racks > 0)
    .toSorted((a, b) => compareRanks(claimRank(a.lack), claimRank(b.lack)));
  return takers.flatMap(({ taker, lack }) =>
    drawing
      .filter((giver) => giver !== taker && hasTooMany(giver, pool, standing))
      .toSorted((a, b) => spareOf(b) - spareOf(a))
      .flatMap((giver) => {
        const ground = groundOf(giver, pool, { taker, lack, now });
        return ground === null ? [] : [{ giver, taker, ground }];
      }),
  );
}

function groundOf(
  giver: FleetPicture,
  pool: CompiledPool,
  {
    taker,
    lack,
    now,
  }: { readonly taker: FleetPicture; readonly lack: Lack; readonly now: EpochMs },
): MoveGround | null {
  if (!isFree(giver, pool, 1)) return null;
  if (spareOf(giver) >= 1) return "Spare";
  if (giver.situation.fleet.without === "arbitration") return null;
  if (lack.entitled) return "Guarantee";
  // Of either no more is remembered than its own window.
  const windows = [giver, taker].map(
    ({ situation }) => situation.fleet.behavior.scaleInStabilizationMs,
  );
  const windowMs = millis(Math.min(...windows));
  const long = wantedThroughout(taker.memory, now, { held: ownedInAll(taker), windowMs });
  const enough = lack.gain >= GAIN_PER_LOSS_MIN * lossOf(giver, pool, 1);
  return long && enough && lack.points >= GAIN_MIN ? "Gain" : null;
}

/**
 * @param wantedLately whether the taker wanted more than it has within the last minutes: what is
 *   read off demand moves from tick to tick, and a drain is not turned round for one of them
 * @returns whether an open move is still worth it: the taker lacks the rack and the giver can spare
 *   it
 */
export function isStillWorth(
  intent: Intent,
  pool: CompiledPool,
  { fleets, standing, wantedLately }: Omit<Movers, "now"> & { readonly wantedLately: boolean },
): boolean {
  const of = (key: FleetKey | undefined): FleetPicture | undefined =>
    fleets.find(({ situation }) => situation.fleet.key === key);
  const [giver, taker] = [of(intent.fleet), of(intent.taker)];
  if (giver === undefined || taker === undefined) return false;
  const lack = lackOf(taker, pool, standing, 1);
  // Until it executes the rack is still counted as the giver's.
  const going = intent.phase === "Executing" ? 0 : 1;
  if ((lack.racks <= 0 && !wantedLately) || !isFree(giver, pool, going)) return false;
  return spareOf(giver) >= going || lack.entitled || lack.gain > lossOf(giver, pool, going);
}

interface Lack {
  readonly racks: number;
  readonly entitled: boolean;
  /** Attainment that a rack brings, and the same weighted. */
  readonly points: number;
  readonly gain: number;
}

/** @param coming racks that an open move brings and that are not to be counted */
function lackOf(
  { situation: { fleet }, sizing }: FleetPicture,
  pool: CompiledPool,
  { due, soon }: Standing,
  coming = 0,
): Lack {
  const award = due.find((entry) => entry.fleet === fleet.key);
  const here = award?.byPool[pool.name] ?? 0;
  const has = (soon[pool.name]?.[fleet.key] ?? 0) - coming;
  const all = Object.values(soon).reduce((sum, pools) => sum + (pools[fleet.key] ?? 0), -coming);
  const consumer = consumerOf(pool, fleet);
  const points = marginalAttainment(sizing.want.curve, Math.max(0, all));
  return {
    racks: Math.min(here - has, (award?.total ?? 0) - all),
    entitled: has < Math.min(here, consumer?.guaranteed ?? 0),
    points,
    gain: (consumer?.weight ?? 0) * points,
  };
}

const claimRank = ({ entitled, gain, racks }: Lack): readonly number[] => [
  entitled ? 0 : 1,
  -gain,
  -racks,
];

const ownedIn = ({ owned }: FleetPicture, { name }: CompiledPool): number => owned[name] ?? 0;

/** Racks that run its units and stay. */
export const ownedInAll = ({ owned }: FleetPicture): number =>
  Object.values(owned).reduce((sum, racks) => sum + racks, 0);

const spareOf = (giver: FleetPicture): number => ownedInAll(giver) - giver.sizing.want.racks;

function hasTooMany(giver: FleetPicture, pool: CompiledPool, { due }: Standing): boolean {
  const award = due.find(({ fleet }) => fleet === giver.situation.fleet.key);
  return ownedIn(giver, pool) > (award?.byPool[pool.name] ?? 0);
}

/**
 * @param going of the racks counted as the giver's, those that the move takes
 * @returns whether what is left is what the giver is guaranteed, and what its floors ask for
 */
function isFree(giver: FleetPicture, pool: CompiledPool, going: number): boolean {
  const guaranteed = consumerOf(pool, giver.situation.fleet)?.guaranteed ?? 0;
  return ownedIn(giver, pool) - going >= guaranteed && ownedInAll(giver) - going >= floorOf(giver);
}

/** Attainment that the rack is to its giver, weighted. */
function lossOf(giver: FleetPicture, pool: CompiledPool, going: number): number {
  const { curve } = giver.sizing.want;
  const left = ownedInAll(giver) - going;
  // The curve ends at what is wanted: with more nothing is missed.
  const at = (racks: number): number => curve[racks]?.attainment ?? 1;
  const weight = consumerOf(pool, giver.situation.fleet)?.weight ?? 0;
  return weight * (at(left + 1) - at(left));
}

/** What people ask for: `racks.min`, schedules, overrides. */
const floorOf = ({ situation: { fleet, schedule, observed } }: FleetPicture): number =>
  Math.max(
    fleet.racks.min,
    schedule.floorRacks,
    ...observed.overrides.map(({ floorRacks }) => floorRacks ?? 0),
  );
