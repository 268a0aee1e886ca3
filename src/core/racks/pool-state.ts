/** One pool as this tick sees it: racks with phases, the count, and who last changed it. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool } from "../compiled.ts";
import type { AwaitedRack, RackPhase, RackSummary } from "../decision.ts";
import type { PoolMemory } from "../memory.ts";
import type { FleetObservation, Intent, PoolCount, PoolObservation } from "../observation.ts";
import { racksToKeep } from "../supply/calendar.ts";
import { noticeSupply } from "../supply/notice.ts";
import type { PoolSupply } from "../supply/unfilled.ts";
import { HOUR_MS, after, millis, rackCount } from "../units.ts";
import type { EpochMs, Millis, RackCount } from "../units.ts";
import { unlabelledRacks, withRememberedNodes } from "./label-memory.ts";
import { explainsMembers, mostRacks } from "./members.ts";
import { rackSummary, racksByPhase } from "./phases.ts";
import { learnProgress } from "./progress.ts";
import { lookAt } from "./sightings.ts";
import type { Sightings } from "./sightings.ts";
import { awaitedRacks, stuckStep } from "./stuck.ts";
import { hitRatesByPod } from "./warmth.ts";

export interface PoolState {
  readonly pool: CompiledPool;
  /** Nodes whose label has vanished are in the rack where they were. */
  readonly observed: PoolObservation;
  readonly summaries: readonly RackSummary[];
  /** Racks asked for that have no node yet, oldest first. */
  readonly awaited: readonly AwaitedRack[];
  readonly racksByPhase: Readonly<Record<RackPhase, number>>;
  /** Racks that served once and are gone. */
  readonly lostRacks: readonly string[];
  /** The most racks the pool may have now. */
  readonly ceiling: RackCount;
  readonly supply: PoolSupply;
  readonly memory: PoolMemory;
}

export interface PoolInput {
  readonly pool: CompiledPool;
  readonly observed: PoolObservation;
  readonly fleets: readonly CompiledFleet[];
  /** What is seen of the fleets: hit rates by engine, where a source shows them. */
  readonly seenFleets?: readonly FleetObservation[];
  readonly intents: readonly Intent[];
  readonly memory: PoolMemory;
  readonly now: EpochMs;
}

export function poolState(input: PoolInput): PoolState {
  const { pool, memory: before, now } = input;
  const racks = withRememberedNodes(input.observed.racks, before.seen);
  const observed = { ...input.observed, racks };
  const ours = input.intents.filter((intent) => intent.pool === pool.name);
  const looked = { ...input, observed, intents: ours };
  const sightings = lookAt({ racks, pool, before: before.seen, orders: before.orders ?? [], now });
  const summaries = summarise(looked, sightings);
  const learned = learnProgress({ ...looked, sightings, summaries });
  const written = noticeWriter({ ...before, ...learned }, observed.count, ours, { pool, now });
  const progress = progressOf(looked, { sightings, summaries, memory: written });
  const { supply, memory } = noticeSupply({
    pool,
    now,
    fleets: input.fleets,
    count: observed.count,
    memory: written,
    awaited: progress.awaited,
    came:
      sightings.answered > 0 || learned.orders?.some(({ grantedAt }) => grantedAt === now) === true,
  });
  return {
    pool,
    observed,
    ...progress,
    lostRacks: sightings.gone.filter((id) => (before.seen[id]?.servingAt ?? null) !== null),
    ceiling: poolCeiling(input),
    supply,
    memory: {
      ...memory,
      requests: memory.requests.filter((at) => after(at, HOUR_MS) > now),
      sequence: Math.max(memory.sequence, nextSequence(ours)),
    },
  };
}

function summarise(input: PoolInput, { seen }: Sightings): readonly RackSummary[] {
  const { pool, observed, fleets, intents, memory, now, seenFleets = [] } = input;
  const { racks, count } = observed;
  const hitRates = hitRatesByPod(seenFleets);
  const shared = { now, pool, fleets, intents, count, racks, before: memory.seen, hitRates };
  return racks.map((rack) => rackSummary(rack, { ...shared, seen: seen[rack.id] }));
}

interface Looked {
  readonly sightings: Sightings;
  readonly summaries: readonly RackSummary[];
  readonly memory: PoolMemory;
}

/** Which racks are on their way, which of them are stuck, and how many there are in each phase. */
function progressOf(
  { pool, observed, fleets, now }: PoolInput,
  { sightings, summaries: phases, memory }: Looked,
): Pick<PoolState, "summaries" | "awaited" | "racksByPhase"> {
  const view = { now, known: { pool, memory }, fleets };
  const { racks, count } = observed;
  const summaries = phases.map((summary, index): RackSummary => {
    const rack = racks[index];
    const stuck = rack && stuckStep(rack, summary, memory.seen[rack.id], view);
    return stuck === undefined ? summary : { ...summary, stuck };
  });
  // Nodes without a label are of the racks that were asked for first.
  const unlabelled = unlabelledRacks(racks, pool.rack.nodes);
  const unanswered = (memory.orders ?? []).slice(unlabelled);
  const awaited = count === null ? [] : awaitedRacks(unanswered, count, view);
  const gone = sightings.gone.map((id): RackSummary => goneRack(id));
  const shown = [...summaries, ...gone];
  return {
    summaries: shown,
    awaited,
    racksByPhase: racksByPhase({ summaries: shown, unlabelled, awaited }),
  };
}

/** Shown once, at the tick that finds it gone. */
const goneRack = (id: string): RackSummary => ({
  id,
  phase: "Gone",
  readyNodes: 0,
  nodes: 0,
  degraded: false,
  fleet: null,
});

/**
 * Calendar pools have what their open windows give, less what has to be drained by now; others what
 * their limit allows. Neither can have more than the object, or those of a set, can ask for.
 */
function poolCeiling({ pool, observed: { count }, fleets, now }: PoolInput): RackCount {
  const most = count === null ? Number.POSITIVE_INFINITY : mostRacks(count);
  const allowed = Math.min(pool.limits.maxRacks, most);
  if (pool.supply.kind !== "Calendar") return rackCount(allowed);
  const time = { deadlineMs: drainMs(pool, fleets), aheadMs: millis(0) };
  return rackCount(Math.min(racksToKeep(pool.supply.windows, now, time), allowed));
}

/** @returns how long emptying one rack may take: the longest that a fleet of the pool allows */
export function drainMs(pool: CompiledPool, fleets: readonly CompiledFleet[]): Millis {
  const drawing = fleets.filter((fleet) => drawsOn(fleet, pool));
  return millis(Math.max(0, ...drawing.map(({ drain }) => drain.deadlineMs)));
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
function explains(intent: Intent, before: RackCount, count: PoolCount): boolean {
  if (intent.objects !== undefined) {
    // What was started may have got through to some objects before it failed or was given up.
    const started = intent.askedRacks !== null;
    return started && explainsMembers(intent, intent.objects, before, count);
  }
  const written = intent.phase === "Executing" || intent.phase === "Done";
  const to = intent.askedRacks ?? intent.toRacksAtMost;
  return written && before === intent.fromRacks && count.desired === to;
}

/** Names end in a sequence; a memory that was lost must not hand one out twice. */
function nextSequence(intents: readonly Intent[]): number {
  const used = intents.map(({ name }) => Number(name.slice(name.lastIndexOf("-") + 1)));
  return 1 + Math.max(0, ...used.filter(Number.isSafeInteger));
}
