/**
 * What goes into and comes out of the kernel: one fleet's clients, router, prefix caches and
 * engines. Times are integer nanoseconds since the world began; costs of an engine are integers in
 * 1/1024 ns, so that sums of them are exact and a closed form equals the loop it stands for.
 */
import type { SessionSource } from "../../traces/turn-templates.ts";

/** Fractions of a nanosecond that costs are counted in. */
export const SUBS_PER_NS = 1_024;

/** One engine instance. Docs: docs/simulator.md, "An iteration". */
export interface EngineModel {
  /** Tokens one iteration may process: max_num_batched_tokens. */
  readonly budgetTokens: number;
  /** Sequences that run at once: max_num_seqs. */
  readonly maxSequences: number;
  readonly kvTokens: number;
  /** KV tokens freed at least when running sequences need room and none is left. */
  readonly evictAtLeastTokens: number;
  /** Cost of an iteration, in 1/1024 ns: this, and then the sum of what follows. */
  readonly iterationSubs: number;
  readonly prefillTokenSubs: number;
  /** Per (2 x tokens before the chunk + tokens of the chunk) x tokens of the chunk. */
  readonly prefillPairSubs: number;
  readonly decodeSequenceSubs: number;
  /** Per token of context (prompt and generated so far) of a decoding sequence. */
  readonly decodeContextSubs: number;
  /** From a turn's arrival at the engine until it is queued: tokenising, network. */
  readonly overheadNs: number;
  /** Whether generated tokens can be found by later turns. */
  readonly cacheOutputs: boolean;
  /** From the end of prefill until a decode unit has the KV: per turn, and per prompt token. */
  readonly transferNs: number;
  readonly transferTokenSubs: number;
  /** A second tier on the unit's hosts, filled by what the first one evicts; null: none. */
  readonly host: { readonly tokens: number; readonly loadTokenSubs: number } | null;
}

/** A cache that all replicas of a fleet share and that outlives them: `SharedStore`. */
export interface StoreModel {
  readonly tokens: number;
  /** Cost of an iteration that admits somebody who fetches: once, and per token fetched in it. */
  readonly fetchSubs: number;
  readonly fetchTokenSubs: number;
}

export type RouterKind = "round-robin" | "least-loaded" | "session-sticky" | "prefix-affinity";

export interface RouterModel {
  readonly kind: RouterKind;
  /** How old the router's picture of the caches is. Loads are its own count: always current. */
  readonly lagNs: number;
  /** prefix-affinity: replicas above `guard` x the mean of turns in flight are passed over. */
  readonly guard: number;
  /**
   * prefix-affinity: the guard looks at the tokens that replicas were given to compute instead,
   * forgotten exponentially: at those above `guard` x (their mean + `slackTokens`). Absent: turns.
   */
  readonly decay?: { readonly decayNs: number; readonly slackTokens: number };
  /** Whether the gateway looks up what every replica has of a turn, to count it; absent: no. */
  readonly index?: boolean;
}

export interface ClientModel {
  /** A try without a first token after this long is given up. Infinity: clients wait for ever. */
  readonly timeoutNs: number;
  readonly retries: number;
  /** Pause before the first retry; doubles with each one. */
  readonly retryBackoffNs: number;
  /** A turn without a first token after this long, tries included, ends its session. */
  readonly abandonAfterNs: number;
}

export interface TurnObjective {
  readonly metric: "TTFT" | "ITL";
  readonly thresholdNs: number;
}

export type ReplicaRole = "Aggregated" | "Prefill" | "Decode";

/** How one replica is configured where that is not as its role's engine says. */
export interface ReplicaSettings {
  /** A turn whose prompt and output exceed it is rejected when it reaches the engine. */
  readonly kvTokens: number;
  /** Off: all its KV is private; its turns find nothing and leave nothing behind. */
  readonly prefixCaching: boolean;
}

export interface KernelOptions {
  readonly engine: EngineModel;
  /** Decode units, where they are not as large as prefill units; absent: `engine`. */
  readonly decodeEngine?: EngineModel;
  /** Absent: there is none. */
  readonly store?: StoreModel;
  readonly router: RouterModel;
  readonly clients: ClientModel;
  readonly objectives: readonly TurnObjective[];
  readonly sources: readonly SessionSource[];
  /** Bounds of the metric histograms that the engines export, seconds, without +Inf. */
  readonly buckets: { readonly ttft: readonly number[]; readonly itl: readonly number[] };
  /** Uniform draws of [0, 1) for faults of the router; not used while none is set. */
  readonly random: () => number;
  /**
   * Turns that arrived before this are served but not part of `results`: the warm-up of a scenario.
   * A multiple of `SLICE_NS`; absent: 0.
   */
  readonly resultsFromNs?: number;
  /**
   * Whether a turn that arrives at `resultsFromNs` or later would have arrived before, had every
   * turn of its session been served at once: it was offered in the warm-up, and no result has it.
   * Asked for turns of sessions that started before `resultsFromNs`. Absent: none would.
   */
  readonly isDelayed?: (turn: WarmupTurn) => boolean;
  /** Called when a turn ends in any way, in the order in which turns end. */
  readonly onTurn?: (turn: TurnRecord) => void;
}

/** A turn of a session that started in the warm-up. */
export interface WarmupTurn {
  /** Index of its source, and the template that its session runs. */
  readonly source: number;
  readonly template: number;
  readonly startNs: number;
  /** Row of the template table. */
  readonly row: number;
}

/** How one turn went. */
export interface TurnRecord {
  /** Sessions of the fleet, in order of their start, from 0. */
  readonly session: number;
  /** Row of the template table of the session's source. */
  readonly row: number;
  readonly arrivalNs: number;
  /** NaN when the turn never had one. */
  readonly firstTokenNs: number;
  readonly endNs: number;
  readonly end: "completed" | "rejected" | "abandoned";
  /** Of the last try: where it was routed (a prefill unit, if there are any); -1 for none. */
  readonly replica: number;
  /**
   * Prompt tokens found in a cache (the shared store is one), and those of them found in the host
   * tier, when the last try was first admitted; 0 when it never was.
   */
  readonly cachedTokens: number;
  readonly hostCachedTokens: number;
  /** 1 for the first one; 0 for a turn that was rejected on arrival: it is sent to no engine. */
  readonly tries: number;
}

/** What a replica's metrics endpoint shows. Counters start at 0 with the replica. */
export interface ReplicaMetrics {
  readonly running: number;
  readonly waiting: number;
  /** KV tokens of running sequences; cached tokens nobody uses are free. */
  readonly pinnedTokens: number;
  readonly promptTokens: number;
  /** Prompt tokens found in a cache, those found in the host tier, and in the shared store. */
  readonly cachedTokens: number;
  readonly hostCachedTokens: number;
  readonly storeCachedTokens: number;
  readonly generatedTokens: number;
  readonly firstTokens: number;
  readonly finishedTurns: number;
  readonly preemptions: number;
  readonly evictedTokens: number;
  /** Cumulative counts per bound, +Inf last; sums in seconds. Valid until the kernel runs on. */
  readonly ttftBuckets: Float64Array;
  readonly ttftSumSeconds: number;
  readonly itlBuckets: Float64Array;
  readonly itlSumSeconds: number;
}

/** Turns since the world began. arrived = completed + rejected + abandoned + inFlight (INV-1). */
export interface TurnCounts {
  /** First tries that reached the fleet; retries do not count again. */
  readonly arrived: number;
  readonly completed: number;
  /** Larger than a unit's KV cache: no engine, or not the one it was sent to, could take it. */
  readonly rejected: number;
  readonly abandoned: number;
  /** At a client between tries, queued or running. */
  readonly inFlight: number;
}

/** What the gateway before the engines counts, as its metrics show it. */
export interface GatewayCounts {
  /** Tries that came in since the world began, retries included, rejected turns not. */
  readonly tries: number;
  /** Tries that wait because no replica takes turns. */
  readonly waiting: number;
  /** Absent where the router does not look at what every replica has. */
  readonly index?: IndexCounts;
}

/** Of an index of what replicas have; decode units are in none. */
export interface IndexCounts {
  /** Tries that were looked up. */
  readonly lookups: number;
  /** Leading blocks of them that the replica with most had, in sum. */
  readonly bestReplicaBlocks: number;
}

/** Everything the world knows about the turns of one fleet: truth, not what metrics show. */
export interface KernelResults {
  readonly counts: TurnCounts;
  readonly ttft: LatencySummary;
  readonly itl: LatencySummary;
  readonly e2e: LatencySummary;
  /** Completed turns that met every objective, and each one; index = objective. */
  readonly metAll: number;
  readonly met: readonly number[];
  readonly promptTokens: number;
  readonly coldTokens: number;
  /** Per `SLICE_NS` of arrival, from 0 on. */
  readonly slices: readonly OutcomeSlice[];
  /** Sum over time of turns in the system, turn-seconds: Little's law. */
  readonly turnSecondsInSystem: number;
}

export const SLICE_NS = 15_000_000_000;

export interface OutcomeSlice {
  readonly arrived: number;
  readonly metAll: number;
  readonly met: readonly number[];
}

/** Seconds. Quantiles come from a sketch with a relative error of 0.5 % at most. */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** One fleet of the world, as the rest of the simulator drives it. */
export interface FleetKernel {
  /**
   * @param settings absent: as the engine of its role says
   * @returns the id of a replica that takes turns from `nowNs` on, with empty caches.
   */
  addReplica(nowNs: number, role: ReplicaRole, settings?: ReplicaSettings): number;
  /** No new turns are routed to it; what it has, it ends. */
  eject(replica: number, nowNs: number): void;
  readmit(replica: number, nowNs: number): void;
  /** Gone at once: its turns' clients see an error and try again as after a time-out. */
  remove(replica: number, nowNs: number): void;
  /** Turns queued or running on it. */
  turnsOn(replica: number): number;
  /** Costs of its iterations are multiplied from the next iteration on; 1 is nominal. */
  setSlowdown(replica: number, nowNs: number, factor: number): void;
  /** Forgets what no running turn uses. */
  flushCache(replica: number, nowNs: number): void;
  /** Share of turns that the router sends to a replica drawn at random. */
  setMisroutedShare(nowNs: number, share: number): void;
  /** Whether the router's index knows anything; without, turns go to replicas drawn at random. */
  setIndexKnown(nowNs: number, known: boolean): void;
  /** Pauses between the turns of a session that begin from now on are so many times as long. */
  setTurnGaps(nowNs: number, factor: number): void;
  /**
   * Share of sessions (drawn when one starts, or at `nowNs` for those that run) whose every turn
   * has a prompt unlike any other from `depthTokens` on.
   */
  setUnstablePrompts(nowNs: number, share: number, depthTokens: number): void;
  /** When the next event is due; Infinity when none. */
  nextEventNs(): number;
  /**
   * Applies every event before `untilNs`, and those at it. Stops early, after the event, when an
   * ejected replica has run empty. @returns where it stands: `untilNs`, or the earlier instant
   */
  runUntil(untilNs: number): number;
  /** Cheap: it is asked for at every scrape. */
  gateway(): GatewayCounts;
  /** What the endpoint would show at `nowNs`, where the kernel stands. */
  metrics(replica: number, nowNs: number): ReplicaMetrics;
  results(nowNs: number): KernelResults;
  /** Those of `results`; cheap: it is asked for at every tick. */
  counts(): TurnCounts;
  /** Recounts turns, pins, tokens and extents from scratch. @throws on any difference (INV-1) */
  checkConserved(): void;
}
