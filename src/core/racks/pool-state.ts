/** One pool as this tick sees it: racks with phases, the count, and who last changed it. */
import type { CompiledFleet, CompiledPool } from "../compiled.ts";
import type { RackSummary } from "../decision.ts";
import type { PoolMemory } from "../memory.ts";
import type { Intent, PoolCount, PoolObservation } from "../observation.ts";
import { HOUR_MS, after, rackCount } from "../units.ts";
import type { EpochMs, RackCount } from "../units.ts";
import { UNLABELLED } from "./inventory.ts";
import { rackSummary, rememberRacks } from "./phases.ts";

export interface PoolState {
  readonly pool: CompiledPool;
  readonly observed: PoolObservation;
  readonly summaries: readonly RackSummary[];
  /** Racks that served once and are gone. */
  readonly lostRacks: readonly string[];
  /** The most racks the pool may have now. */
  readonly ceiling: RackCount;
  readonly memory: PoolMemory;
}

export interface PoolInput {
  readonly pool: CompiledPool;
  readonly observed: PoolObservation;
  readonly fleets: readonly CompiledFleet[];
  readonly intents: readonly Intent[];
  readonly memory: PoolMemory;
  readonly now: EpochMs;
}

export function poolState(input: PoolInput): PoolState {
  const { pool, observed, fleets, intents, now } = input;
  const unsure = observed.racks.some(({ id }) => id === UNLABELLED);
  const seen = {
    ...(unsure ? input.memory.seen : {}),
    ...rememberRacks(observed.racks, input.memory.seen, now),
  };
  const ours = intents.filter((intent) => intent.pool === pool.name);
  const memory = noticeWriter({ ...input.memory, seen }, observed.count, ours, { pool, now });
  const summaries = observed.racks.map((rack) =>
    rackSummary(rack, {
      now,
      pool,
      fleets,
      intents: ours,
      count: observed.count,
      seen: seen[rack.id],
    }),
  );
  return {
    pool,
    observed,
    summaries,
    lostRacks: unsure ? [] : lostSince(input.memory, observed),
    ceiling: poolCeiling(pool, now),
    memory: {
      ...memory,
      requests: memory.requests.filter((at) => after(at, HOUR_MS) > now),
      sequence: Math.max(memory.sequence, nextSequence(ours)),
    },
  };
}

/** While a node lacks its domain label nobody can say which rack is gone: asked again later. */
function lostSince(memory: PoolMemory, { racks }: PoolObservation): readonly string[] {
  const present = new Set(racks.map(({ id }) => id));
  return Object.entries(memory.seen)
    .filter(([id, { servingAt }]) => servingAt !== null && id !== UNLABELLED && !present.has(id))
    .map(([id]) => id)
    .toSorted();
}

/** Calendar pools have what their open windows give; others what their limit allows. */
function poolCeiling(pool: CompiledPool, now: EpochMs): RackCount {
  if (pool.supply.kind !== "Calendar") return pool.limits.maxRacks;
  const open = pool.supply.windows.filter(
    ({ from, until, evacuateBeforeMs }) => from <= now && now < until - evacuateBeforeMs,
  );
  const racks = open.reduce((total, window) => total + window.racks, 0);
  return rackCount(Math.min(racks, pool.limits.maxRacks));
}

/**
 * A count that no decision of ours explains was written by somebody else: it is accepted as the new
 * state, and unless the pool says Adopt nothing more is changed for a while.
 */
function noticeWriter(
  memory: PoolMemory,
  count: PoolCount | null,
  intents: readonly Intent[],
  { pool, now }: { readonly pool: CompiledPool; readonly now: EpochMs },
): PoolMemory {
  if (count === null || memory.expectedRacks === count.desired) return memory;
  const before = memory.expectedRacks;
  const known = before === null || intents.some((intent) => explains(intent, before, count));
  const expectedRacks = count.desired;
  if (known || pool.onForeignWrite.action === "Adopt") return { ...memory, expectedRacks };
  return { ...memory, expectedRacks, foreignHoldUntil: after(now, pool.onForeignWrite.forMs) };
}

/** Ours is the very step from the count we knew to the count found, not just any old target. */
function explains(intent: Intent, before: RackCount, { desired }: PoolCount): boolean {
  const written = intent.phase === "Executing" || intent.phase === "Done";
  const to = intent.askedRacks ?? intent.toRacksAtMost;
  return written && before === intent.fromRacks && desired === to;
}

/** Names end in a sequence; a memory that was lost must not hand one out twice. */
function nextSequence(intents: readonly Intent[]): number {
  const used = intents.map(({ name }) => Number(name.slice(name.lastIndexOf("-") + 1)));
  return 1 + Math.max(0, ...used.filter(Number.isSafeInteger));
}
