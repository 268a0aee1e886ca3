/**
 * Prefill and decode shifted within the racks that stand: where one role limits the fleet and the
 * other has GPUs to spare, changing units of one into units of the other buys nothing.
 */
import { attainment, prefillLoad } from "../capacity/attainment.ts";
import { rackCapacity } from "../capacity/rack-capacity.ts";
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool, CompiledWorkload } from "../compiled.ts";
import type { BalanceMemory } from "../memory.ts";
import type { Situation } from "../policy/situation.ts";
import { loadOn, sizingTurnsPerSecond } from "../policy/situation.ts";
import { MINUTE_MS, elapsed, millis } from "../units.ts";
import { packUnits, unitKinds, withMix } from "./room.ts";
import type { UnitCounts } from "./room.ts";

/** The mix that counts of workloads are planned with. */
export interface Shift {
  readonly perRack: UnitCounts;
}

/**
 * What a mix must gain in predicted attainment to be worth the caches of the units that end.
 * Judgement: twice the share that an objective of 99 % lets miss.
 */
const LEAST_GAIN = 0.02;
/** The same where no mix holds anything and capacity decides: a tenth more turns served. */
const LEAST_RELIEF = 0.1;
/** Below it a role is not asked for anything, and limits nothing. */
const LEAST_NEED = 1e-9;
/** Another mix must be the better one for so long: no shift after a burst of one kind of turn. */
const STEADY_MS = millis(10 * MINUTE_MS);

/** @returns null where no fleet member may be shifted */
export function balance(
  situation: Situation,
  pools: readonly CompiledPool[],
  memory: BalanceMemory | undefined,
): BalanceMemory | null {
  const { fleet, now } = situation;
  if (movable(fleet).length < 2) return null;
  const current = memory?.perRack ?? givenMix(fleet);
  const kept = { perRack: current, changedAt: memory?.changedAt ?? null };
  const better = sure(situation) ? betterMix(situation, pools, current) : null;
  if (better === null) return { ...kept, betterSince: null };
  const since = memory?.betterSince ?? now;
  const settled = kept.changedAt === null || elapsed(kept.changedAt, now) >= fleet.warm.orAfterMs;
  if (!settled || elapsed(since, now) < STEADY_MS) return { ...kept, betterSince: since };
  return { perRack: better, changedAt: now, betterSince: null };
}

const movable = ({ workloads }: CompiledFleet): readonly CompiledWorkload[] =>
  workloads.filter(
    ({ manage, role, unitsRange }) =>
      manage === "Replicas" && role !== "Aggregated" && unitsRange !== undefined,
  );

const givenMix = ({ workloads }: CompiledFleet): UnitCounts =>
  Object.fromEntries(workloads.map(({ name, unitsPerRack }) => [name, unitsPerRack]));

/** While a signal is missing or a rollout runs, what is measured says nothing about the mix. */
const sure = ({ signals, observed, servingRacks, demand }: Situation): boolean =>
  signals.complete && demand !== null && !observed.rollout && servingRacks > 0;

/** How good a mix is: by its objectives, and where all of them are lost, by its capacity. */
interface Score {
  /** Share predicted inside the objective less the share asked for, of the worst; 0: all hold. */
  readonly margin: number;
  /** Capacity over need, of the role that has less of it. */
  readonly relief: number;
}

/**
 * @returns the mix whose worst objective is predicted best, where the current one misses an
 *   objective and the gain is worth it; null where it does not, or nothing is gained
 */
export function betterMix(
  situation: Situation,
  pools: readonly CompiledPool[],
  current: UnitCounts,
): UnitCounts | null {
  const now = scoreOf(situation, current);
  if (now.margin >= 0) return null;
  const ranked = mixes(situation.fleet, pools)
    .map((mix) => ({ mix, moves: moves(mix, current), ...scoreOf(situation, mix) }))
    .toSorted(byWorth);
  const [best] = ranked;
  return best !== undefined && worthwhile(best, now) ? best.mix : null;
}

/** Of mixes that hold everything the nearest: each unit moved costs a cache. */
function byWorth(a: Score & Moved, b: Score & Moved): number {
  if (a.margin !== b.margin) return b.margin - a.margin;
  return (a.margin < 0 ? b.relief - a.relief : 0) || a.moves - b.moves;
}

interface Moved {
  readonly moves: number;
}

function worthwhile(best: Score, now: Score): boolean {
  if (best.margin >= now.margin + LEAST_GAIN) return true;
  return best.margin === now.margin && best.relief >= now.relief * (1 + LEAST_RELIEF);
}

function scoreOf(situation: Situation, mix: UnitCounts): Score {
  const { fleet, engine, servingRacks } = situation;
  const capacity = rackCapacity(withMix(fleet, mix), engine);
  const load = loadOn(situation, servingRacks, sizingTurnsPerSecond(situation));
  const margins = fleet.objectives.map(
    (objective) =>
      attainment(objective, servingRacks, { capacity, engine, load }) - objective.share,
  );
  const output = Math.max(LEAST_NEED, load.turnsPerSecond * load.outputTokensPerTurn);
  const prefill = 1 / Math.max(LEAST_NEED, prefillLoad(servingRacks, capacity, load));
  const decode = (servingRacks * capacity.decodeTokensPerSecond) / output;
  return { margin: Math.min(...margins, 0), relief: Math.min(prefill, decode) };
}

/** Every mix within the ranges that fits the usable nodes of each of the fleet's pools. */
function mixes(fleet: CompiledFleet, pools: readonly CompiledPool[]): readonly UnitCounts[] {
  const drawn = pools.filter((pool) => drawsOn(fleet, pool));
  const all = movable(fleet).reduce<readonly UnitCounts[]>(
    (found, workload) => found.flatMap((mix) => choices(workload).map((n) => ({ ...mix, ...n }))),
    [givenMix(fleet)],
  );
  return all.filter((mix) => drawn.every((pool) => fits(fleet, mix, pool)));
}

function choices({ name, unitsRange }: CompiledWorkload): readonly UnitCounts[] {
  const { min, max } = unitsRange ?? { min: 1, max: 0 };
  return Array.from({ length: Math.max(0, max - min + 1) }, (_, n) => ({ [name]: min + n }));
}

function fits(fleet: CompiledFleet, mix: UnitCounts, { rack }: CompiledPool): boolean {
  const packed = packUnits(unitKinds(fleet, mix), rack.usableNodes, rack.gpusPerNode);
  return Object.entries(mix).every(([name, units]) => packed[name] === units);
}

const moves = (mix: UnitCounts, current: UnitCounts): number =>
  Object.entries(mix).reduce((sum, [name, n]) => sum + Math.abs(n - (current[name] ?? n)), 0);
