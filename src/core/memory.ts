/**
 * What `decide` carries from tick to tick, as a value. It holds neither intent (that is a
 * ScaleDecision) nor progress (that is derived from the world): only what was learned.
 */
import type { CacheMemory } from "./cache/cache-history.ts";
import type { CapacityMemory } from "./capacity/observed-misses.ts";
import type { DiagnosisMemory } from "./cache/diagnosis/watch.ts";
import type { FleetKey } from "./compiled.ts";
import type { PolicyMemory } from "./policy/policy.ts";
import type { RackPhase } from "./decision.ts";
import type { StockProblem } from "./racks/stock.ts";
import type { EpochMs, Millis, RackCount } from "./units.ts";

export const MEMORY_SCHEMA_VERSION = 1;

/** Exponential averages of ln(turns/s), by their time constant, and of squared rises. */
export interface DemandAverages {
  readonly fewMinutes: number;
  readonly tenMinutes: number;
  readonly hour: number;
  readonly day: number;
  /** Mean square of the few minutes' distance from the hour's or the day's, the higher of both. */
  readonly riseSquared: number;
  /** Minutes for which they have been above. */
  readonly riseMinutes: number;
}

/** How far ln(turns/s) usually is from the day's average, by time of day and of week. */
export interface SeasonMemory {
  /** A mean each quarter of an hour of a day, UTC; null where none was seen. */
  readonly daily: readonly (number | null)[];
  /** One each hour of a week that begins on a Thursday, as the epoch did. */
  readonly weekly: readonly (number | null)[];
  /** The quarter of an hour that is under way, counted from the epoch, and what it holds. */
  readonly quarter: number;
  readonly sum: number;
  readonly minutes: number;
}

/** Normal equations of the change over the horizon, faded, and its residual variance. */
export interface ChangeMemory {
  /** Upper triangle by rows of Σ w x xᵀ, and Σ w x y. */
  readonly gram: readonly number[];
  readonly moment: readonly number[];
  /** How much each feature counts: the equations solved. */
  readonly weights: readonly number[];
  readonly variance: number;
  /** Horizons' worth of what it was learned from. */
  readonly learnedFrom: number;
}

/** Factors on the distance from the median of a normal distribution's quantiles. */
export interface BandWidths {
  readonly p2_5: number;
  readonly p10: number;
  readonly p90: number;
  readonly p97_5: number;
}

/** A forecast that waits for its horizon to end. */
export interface PendingForecast {
  readonly madeAt: EpochMs;
  readonly due: EpochMs;
  /** ln(turns/s) that the features were added to, and their values. */
  readonly from: number;
  readonly features: readonly number[];
  /** ln(turns/s) at 2.5, 10, 90 and 97.5 %. */
  readonly quantiles: readonly number[];
}

/** What the forecast learned beside level and trend. */
export interface DemandLearning {
  readonly averages: DemandAverages;
  readonly season: SeasonMemory;
  readonly change: ChangeMemory;
  readonly widths: BandWidths;
  /** Oldest first. */
  readonly pending: readonly PendingForecast[];
}

/** State of the demand forecast: Holt level and trend of log demand, and what was learned. */
export interface DemandMemory {
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  /** ln(turns/s). */
  readonly level: number;
  /** Change of ln(turns/s) per minute. */
  readonly trendPerMinute: number;
  /** Standard deviation of one-minute innovations of ln(turns/s). */
  readonly sigma: number;
  /** Consecutive observations above the one-step p99. */
  readonly surprises: number;
  /** When the last rise began; null while none did. */
  readonly risingSince: EpochMs | null;
  /** Absent in memories of older releases: learned anew. */
  readonly learned?: DemandLearning;
  /** ln(turns/s) before each scheduled occasion that now multiplies demand; absent without any. */
  readonly beforeOccasions?: Readonly<Record<string, number>>;
  /** Mean prompt and output tokens per turn. */
  readonly promptTokensPerTurn: number;
  readonly outputTokensPerTurn: number;
}

/** The mix of prefill and decode of a fleet. */
export interface BalanceMemory {
  /** Units per rack and workload, as last chosen. */
  readonly perRack: Readonly<Record<string, number>>;
  readonly changedAt: EpochMs | null;
  /** Since when another mix has been the better one; null while none is. */
  readonly betterSince: EpochMs | null;
}

/** One count of a workload's object, as the last tick left it. */
export interface CountMemory {
  readonly found: number;
  /** What was asked for then; null: nothing. */
  readonly askedFor: number | null;
  /** Writes in a row that had not taken effect a tick later. */
  readonly tries: number;
  /** Somebody else changed it: it stands until then. */
  readonly foreignUntil: EpochMs | null;
  /** Of the object then; absent where that is not shown. */
  readonly generation?: number;
}

export interface FleetMemory {
  readonly demand: DemandMemory | null;
  /** Wants of the stabilisation window, one per review, oldest first. */
  readonly wants: readonly { readonly at: EpochMs; readonly racks: RackCount }[];
  /** Sizing is reconsidered once per review interval; between reviews the last want stands. */
  readonly lastReviewAt: EpochMs | null;
  /** Last racks asked for with every signal trusted: growth stops there while they are not. */
  readonly lastTrustedWant: RackCount | null;
  /** What the cache was seen to do; absent until the hit rate was first measured. */
  readonly cache?: CacheMemory;
  /** What objectives attained; absent until then, and in memories of older releases. */
  readonly capacity?: CapacityMemory;
  /** What the caches usually do; absent until then too, and in memories of older releases. */
  readonly diagnosis?: DiagnosisMemory;
  /** Counts of workloads that were read; absent where there are none. */
  readonly counts?: Readonly<Record<string, CountMemory>>;
  /** Only where prefill and decode may be shifted. */
  readonly balance?: BalanceMemory;
  /** Only where another policy than ours sizes the fleet. */
  readonly policy?: PolicyMemory;
}

export interface PoolMemory {
  /** The count that we know the origin of. */
  readonly expectedRacks: RackCount | null;
  /** Of an object set: the objects that asked for a rack then, by name; absent elsewhere. */
  readonly expectedObjects?: readonly string[];
  readonly foreignHoldUntil: EpochMs | null;
  /** Instants of our requests of the last hour. */
  readonly requests: readonly EpochMs[];
  /** Sequence of the next intent's name. */
  readonly sequence: number;
  /** When each rack now present was first seen, and when it first served. */
  readonly seen: Readonly<Record<string, RackSeen>>;
  /**
   * The pool's generation at which a rack other than the drained one left. Scale-in stays stopped
   * until somebody has looked and edited the pool.
   */
  readonly wrongNodeGeneration: number | null;
  /** Racks asked for that have no node yet, oldest first; absent before the first sight. */
  readonly orders?: readonly RackOrder[];
  /** Absent until something was measured, and in memories of older releases. */
  readonly durations?: StepDurations;
  /** The last shortage; absent once it is over for long enough. */
  readonly outOfStock?: OutOfStock;
  /** Spot only: racks that the provider took, and the rack-hours watched; both fade. */
  readonly interruptions?: InterruptionMemory;
  /** Racks that arrived in part and were given back for it, with when; absent without any. */
  readonly givenBack?: Readonly<Record<string, EpochMs>>;
}

export interface InterruptionMemory {
  readonly at: EpochMs;
  readonly taken: number;
  readonly rackHours: number;
}

/**
 * `late`: nothing was granted in the time that 99 % of racks need. `partial`: a rack came with too
 * few nodes to be one.
 */
export type ShortageKind = StockProblem | "late" | "partial";

/** That a provider had no rack to give. */
export interface OutOfStock {
  readonly kind: ShortageKind;
  /** When the present spell began. */
  readonly since: EpochMs;
  /** Failures in a row: each doubles the wait. */
  readonly tries: number;
  /** When the last failure began. */
  readonly failedAt: EpochMs;
  /** Before then nothing more is asked for. */
  readonly until: EpochMs;
  /** Whether it was still so at the last sight. */
  readonly current: boolean;
}

/** What is optional is absent in memories of older releases, and until it is known. */
export interface RackSeen {
  readonly firstAt: EpochMs;
  readonly servingAt: EpochMs | null;
  /** Uids of its nodes, in order: where a node belongs while its label is missing. */
  readonly nodes?: readonly string[];
  /** When enough nodes became usable, the last time after a loss that outlasted the boot grace. */
  readonly quorumAt?: EpochMs;
  /** Its phase at the last sight, and since when. */
  readonly phase?: RackPhase;
  readonly since?: EpochMs;
  /** The request that it answers; absent when that was not watched. */
  readonly order?: RackOrder;
  /** When its provider was first seen to say that it takes the rack; absent while it does not. */
  readonly noticedAt?: EpochMs;
  /** Since when none of its nodes is seen; kept until it is certain that it is gone. */
  readonly missingSince?: EpochMs;
}

/** A rack that was asked for. */
export interface RackOrder {
  /** When it was asked for, or first found waiting. */
  readonly at: EpochMs;
  /** Whether the request was watched: only then do its durations count. */
  readonly watched: boolean;
  /** When the provider was first seen to have handed it out; absent where that does not show. */
  readonly grantedAt?: EpochMs;
}

/** The newest durations of each step, oldest first: of this many racks at most. */
export const STEP_DURATIONS_MAX = 64;

export interface StepDurations {
  readonly grant: readonly Millis[];
  readonly boot: readonly Millis[];
  readonly join: readonly Millis[];
  readonly repair: readonly Millis[];
  /** Per fleet: its engines. */
  readonly start: Readonly<Record<FleetKey, readonly Millis[]>>;
}

export interface GroupMemory {
  readonly schemaVersion: number;
  readonly fleets: Readonly<Record<FleetKey, FleetMemory>>;
  readonly pools: Readonly<Record<string, PoolMemory>>;
}

export const EMPTY_FLEET_MEMORY: FleetMemory = {
  demand: null,
  wants: [],
  lastReviewAt: null,
  lastTrustedWant: null,
};

export const EMPTY_POOL_MEMORY: PoolMemory = {
  expectedRacks: null,
  foreignHoldUntil: null,
  requests: [],
  sequence: 1,
  seen: {},
  wrongNodeGeneration: null,
};

export const EMPTY_MEMORY: GroupMemory = {
  schemaVersion: MEMORY_SCHEMA_VERSION,
  fleets: {},
  pools: {},
};
