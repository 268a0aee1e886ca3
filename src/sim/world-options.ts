/** What a simulated world is made of: everything that the policy does not decide. */
import type { CompiledGroup, FleetKey, Spread } from "../core/compiled.ts";
import type { EpochMs, Millis } from "../core/units.ts";

/** Two quantiles of a log-normal number of tokens. */
export interface TokenSpread {
  readonly p50: number;
  readonly p95: number;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface SurgeOptions {
  /** From the start of the world to the first onset. */
  readonly firstAfterMs: Millis;
  /** From onset to onset. */
  readonly everyMs: Range;
  readonly factor: Range;
  /** The way up, and again the way down. */
  readonly rampMs: Range;
  readonly holdMs: Range;
}

export interface TrafficOptions {
  readonly fleet: FleetKey;
  readonly baseTurnsPerSecond: number;
  /** A slow wave: the rate swings between 1 − amplitude and 1 + amplitude times the base. */
  readonly wave: { readonly amplitude: number; readonly periodMs: Millis };
  /** Standard deviation of ln(rate) of a slow noise on top. */
  readonly noiseSigma: number;
  readonly surges: SurgeOptions | null;
  readonly promptTokens: TokenSpread;
  readonly outputTokens: TokenSpread;
  /**
   * Mean pause of a session between an answer and its next turn: sessions that wait for an answer
   * send nothing. null: clients that send come what may (open loop).
   */
  readonly thinkMs: Millis | null;
  /** How long a client waits for a turn to be taken up before it gives up. */
  readonly clientTimeoutMs: Millis;
}

/** Durations of the steps of a rack's arrival; the sum is kept within the two bounds. */
export interface LeadTimeOptions {
  readonly grant: Spread;
  readonly boot: Spread;
  readonly join: Spread;
  readonly start: Spread;
  readonly totalMs: Range;
}

export interface PoolSupplyOptions {
  readonly pool: string;
  /** Racks that serve when the world begins. */
  readonly startRacks: number;
  /** Racks the provider has in all, those in use included. */
  readonly stockRacks: number;
  readonly leadTimes: LeadTimeOptions;
  /** From a lowered count until the rack's nodes are gone. */
  readonly release: Spread;
}

export type Fault =
  /** Nothing can be read from the metrics source. */
  | { readonly kind: "metrics-outage"; readonly afterMs: Millis; readonly forMs: Millis }
  /** Nodes of the pool's oldest rack fail, and come back. */
  | {
      readonly kind: "node-loss";
      readonly pool: string;
      readonly afterMs: Millis;
      readonly forMs: Millis;
      readonly nodes: number;
    };

export interface WorldOptions {
  /** 32 bits are used. */
  readonly seed: number;
  readonly startAt: EpochMs;
  /** Pools and fleets; the world reads their shapes (racks, units, objectives), not the policy. */
  readonly group: CompiledGroup;
  readonly traffic: readonly TrafficOptions[];
  readonly supply: readonly PoolSupplyOptions[];
  /** How far engines may be off the profile that the policy believes, 0.2 = ±20 %. */
  readonly perturb: number;
  readonly scrape: { readonly intervalMs: Millis; readonly lagMs: Millis };
  /** Pods of a fleet that its disruption budget lets be unavailable at once. */
  readonly maxUnavailablePods: number;
  readonly faults: readonly Fault[];
}
