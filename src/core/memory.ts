/**
 * What `decide` carries from tick to tick, as a value. It holds neither intent (that is a
 * ScaleDecision) nor progress (that is derived from the world): only what was learned.
 */
import type { FleetKey } from "./compiled.ts";
import type { PolicyMemory } from "./policy/policy.ts";
import type { EpochMs, RackCount } from "./units.ts";

export const MEMORY_SCHEMA_VERSION = 1;

/** State of the demand forecast: Holt level and trend of log demand, and calibration. */
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
  /** Adaptive-conformal factor on the width of the intervals. */
  readonly widthFactor: number;
  /** p90 forecasts that wait for their horizon to end, oldest first. */
  readonly pending: readonly { readonly due: EpochMs; readonly p90: number }[];
  /** Mean prompt and output tokens per turn. */
  readonly promptTokensPerTurn: number;
  readonly outputTokensPerTurn: number;
}

/** A measured hit rate and the seconds of free cache it was measured at. */
export interface HitRateSample {
  readonly at: EpochMs;
  readonly hitRate: number;
  readonly freeSeconds: number;
}

export interface FleetMemory {
  readonly demand: DemandMemory | null;
  /** Wants of the stabilisation window, one per review, oldest first. */
  readonly wants: readonly { readonly at: EpochMs; readonly racks: RackCount }[];
  /** Sizing is reconsidered once per review interval; between reviews the last want stands. */
  readonly lastReviewAt: EpochMs | null;
  /** Last racks asked for with every signal trusted: growth stops there while they are not. */
  readonly lastTrustedWant: RackCount | null;
  /** Hit rates of the last hour, one per review, oldest first: what the diagnosis compares with. */
  readonly hitRates: readonly HitRateSample[];
  /** Only where another policy than ours sizes the fleet. */
  readonly policy?: PolicyMemory;
}

export interface PoolMemory {
  /** The count that we know the origin of. */
  readonly expectedRacks: RackCount | null;
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
}

export interface RackSeen {
  readonly firstAt: EpochMs;
  readonly servingAt: EpochMs | null;
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
  hitRates: [],
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
