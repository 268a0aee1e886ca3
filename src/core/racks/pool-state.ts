/** One pool as this tick sees it: racks with phases, the count, and who last changed it. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool, FleetKey } from "../compiled.ts";
import type { AwaitedRack, RackPhase, RackSummary } from "../decision.ts";
import type { PoolMemory } from "../memory.ts";
import type { FleetObservation, Intent, PoolCount, PoolObservation } from "../observation.ts";
import { withoutGiversPast } from "../moves/hand-over.ts";
import { racksToKeep } from "../supply/calendar.ts";
import { NO_DOUBT, doubtOf } from "../supply/doubt.ts";
import type { Doubt } from "../supply/doubt.ts";
import { leadTimeMs, noticeSupply } from "../supply/notice.ts";
import { rememberInterruptions, takenPerRackHour } from "../supply/survival.ts";
import type { PoolSupply } from "../supply/unfilled.ts";
import { HOUR_MS, after, millis, rackCount } from "../units.ts";
import type { EpochMs, Millis, RackCount } from "../units.ts";
import { ownedRacks, servingRacks } from "./holdings.ts";
import { unlabelledRacks, withRememberedNodes } from "./label-memory.ts";
import { poolTimes } from "./lead-time.ts";
import type { PoolTimes } from "./lead-time.ts";
import { askingObjects, changedByOthers, explainsMembers, mostRacks } from "./members.ts";
import { rackSummary, racksByPhase } from "./phases.ts";
import { learnProgress } from "./progress.ts";
import { lookAt } from "./sightings.ts";
import type { Sightings } from "./sightings.ts";
import { comingRacks, poolStepsInWords } from "./step-list.ts";
import type { ComingRack } from "./step-list.ts";
import { awaitedRacks, stuckStep } from "./stuck.ts";
import { hitRatesByPod } from "./warmth.ts";

export interface PoolState {
  readonly pool: CompiledPool;
  /** Nodes whose label has vanished are in the rack where they were. */
  readonly observed: PoolObservation;
  readonly summaries: readonly RackSummary[];
  /** Racks asked for that have no node yet, oldest first. */
  readonly awaited: readonly AwaitedRack[];
  /** Those, and racks that are there and do not serve yet, or not again. */
  readonly coming: readonly ComingRack[];
  /** How long each step of a rack takes, by prior and measurement. */
  readonly times: PoolTimes;
  readonly stepsInWords: string;
  /** By fleet: racks that run its units and stay, and that serve it. */
  readonly owned: Readonly<Record<FleetKey, number>>;
  readonly serving: Readonly<Record<FleetKey, number>>;
  readonly racksByPhase: Readonly<Record<RackPhase, number>>;
  /** Racks that served once and are gone. */
  readonly lostRacks: readonly string[];
  /** Racks as they were remembered at the last sight. */
  readonly seenBefore: PoolMemory["seen"];
  /** The most racks the pool may have now. */
  readonly ceiling: RackCount;
  readonly supply: PoolSupply;
  /** Racks of the count that nobody should count on. */
  readonly doubt: Doubt;
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
  /** Whether losses and late arrivals are reckoned with before they show; absent: they are. */
  readonly foresees?: boolean;
}

export function poolState(input: PoolInput): PoolState {
  const { pool, memory: before, now } = input;
  const racks = withRememberedNodes(input.observed.racks, before.seen);
  const observed = { ...input.observed, racks };
  const ours = input.intents.filter((intent) => intent.pool === pool.name);
  const looked = { ...input, observed, intents: ours };
  const looks = lookAt({ racks, pool, before: before.seen, orders: before.orders ?? [], now });
  const sightings = { ...looks, seen: withoutGiversPast(looks.seen, racks, ours) };
  const summaries = summarise(looked, sightings);
  const learned = learnProgress({ sightings, summaries, ...looked });
  const written = noticeWriter({ ...before, ...learned }, observed.count, ours, { pool, now });
  const times = poolTimes(pool, input.fleets, written.durations);
  const progress = progressOf(looked, { sightings, summaries, memory: written, times });
  const ceiling = poolCeiling(input);
  const interruptions = interruptionsOf(looked, sightings);
  const { supply, memory } = noticeSupply({
    pool,
    now,
    fleets: input.fleets,
    times,
    count: observed.count,
    memory: written,
    awaited: progress.awaited,
    came:
      sightings.answered > 0 || learned.orders?.some(({ grantedAt }) => grantedAt === now) === true,
  });
  return {
    pool,
    observed,
    times,
    stepsInWords: poolStepsInWords(times),
    ...progress,
    owned: ownedRacks(progress.summaries),
    serving: servingRacks(progress.summaries),
    lostRacks: lostRacks(before.seen, sightings.gone, ours),
    seenBefore: before.seen,
    ceiling,
    supply,
    doubt: doubtIn(input, { ...progress, times, ceiling, supply, interruptions }),
    memory: {
      ...memory,
      ...(interruptions && { interruptions }),
      requests: memory.requests.filter((at) => after(at, HOUR_MS) > now),
      sequence: Math.max(memory.sequence, nextSequence(ours)),
    },
  };
}

function summarise(input: PoolInput, { seen }: Sightings): readonly RackSummary[] {
  const { pool, observed, fleets, intents, memory, now, seenFleets = [] } = input;
  const { racks, count } = observed;
  const { seen: before } = memory;
  const hitRates = hitRatesByPod(seenFleets);
  return racks.map((rack) => {
    const sight = seen[rack.id];
    const view = { now, pool, fleets, racks, before, hitRates, intents, count, seen: sight };
    return rackSummary(rack, view);
  });
}

/**
 * A rack whose provider had said that it takes it before a count was lowered is none that went
 * instead of the one that was emptied; some mark all that they take (Karpenter), later it may be.
 */
function lostRacks(
  before: PoolMemory["seen"],
  gone: readonly string[],
  intents: readonly Intent[],
): readonly string[] {
  const released = intents.flatMap(({ direction, phase, rack }) => {
    const seen = direction === "In" && phase === "Executing" ? before[rack ?? ""] : undefined;
    return seen?.phase === "Releasing" && seen.since !== undefined ? [seen.since] : [];
  });
  const loweredAt = Math.min(Number.POSITIVE_INFINITY, ...released);
  return gone.filter((id) => {
    const last = before[id];
    const announced = last?.noticedAt !== undefined && last.noticedAt < loweredAt;
    return (last?.servingAt ?? null) !== null && !announced;
  });
}

/** Of a Spot pool: racks taken are those announced now, and those gone that nobody gave back. */
function interruptionsOf(
  { pool, memory: { seen: before, interruptions }, intents, now }: PoolInput,
  { seen, gone }: Sightings,
): PoolMemory["interruptions"] {
  const drained = intents.flatMap(({ direction, rack }) => (direction === "In" ? [rack] : []));
  const served = (id: string): boolean => (before[id]?.servingAt ?? null) !== null;
  const announced = Object.entries(seen).filter(([id, { noticedAt }]) => {
    return noticedAt === now && !drained.includes(id);
  });
  const lost = gone.filter((id) => {
    return served(id) && before[id]?.noticedAt === undefined && !drained.includes(id);
  });
  const racks = Object.keys(seen).filter(served).length;
  return rememberInterruptions(interruptions, {
    pool,
    racks,
    taken: announced.length + lost.length,
    now,
  });
}

interface Reckoned
  extends Pick<PoolState, "times" | "summaries" | "coming" | "ceiling" | "supply"> {
  readonly interruptions: PoolMemory["interruptions"];
}

function doubtIn(
  { pool, observed: { count }, fleets, foresees = true }: PoolInput,
  { times, summaries, coming, ceiling, supply, interruptions }: Reckoned,
): Doubt {
  if (!foresees || count === null) return NO_DOUBT;
  const starts = Object.values(times.starts).toSorted((a, b) => b.p95Ms - a.p95Ms);
  const [start] = starts;
  return doubtOf({
    summaries,
    coming,
    known: start === undefined ? null : { times, start },
    withinMs: leadTimeMs(pool, fleets, times),
    takenPerRackHour: takenPerRackHour(pool, interruptions),
    room: ceiling - count.desired,
    short: supply.shortage !== null,
  });
}

interface Looked {
  readonly sightings: Sightings;
  readonly summaries: readonly RackSummary[];
  readonly memory: PoolMemory;
  readonly times: PoolTimes;
}

/** Which racks are on their way, which of them are stuck, and how many there are in each phase. */
function progressOf(
  { pool, observed, now }: PoolInput,
  { sightings, summaries: phases, memory, times }: Looked,
): Pick<PoolState, "summaries" | "awaited" | "coming" | "racksByPhase"> {
  const view = { now, known: { pool, times } };
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
    coming: comingRacks(awaited, summaries, { seen: memory.seen, now }),
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
 * A count that no decision of ours explains, and an object of a set that none names, was written by
 * somebody else: it is accepted as the new state, and unless the pool says Adopt nothing more is
 * changed for a while.
 */
function noticeWriter(
  memory: PoolMemory,
  count: PoolCount | null,
  intents: readonly Intent[],
  { pool, now }: { readonly pool: CompiledPool; readonly now: EpochMs },
): PoolMemory {
  if (count === null) return memory;
  const { expectedRacks: before, expectedObjects } = memory;
  const objects = count.members && askingObjects(count.members);
  const same = before === count.desired && objects?.join() === expectedObjects?.join();
  if (same) return memory;
  const swapped =
    expectedObjects !== undefined && changedByOthers(expectedObjects, objects ?? [], intents);
  const known =
    before === null ||
    (!swapped &&
      (before === count.desired || intents.some((intent) => explains(intent, before, count))));
  const { expectedObjects: _former, ...others } = memory;
  const found = {
    ...others,
    expectedRacks: count.desired,
    ...(objects && { expectedObjects: objects }),
  };
  if (known || pool.onForeignWrite.action === "Adopt") return found;
  return { ...found, foreignHoldUntil: after(now, pool.onForeignWrite.forMs) };
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
