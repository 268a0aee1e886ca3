/**
 * A scenario, compiled: what people asked for (pools and fleets, as in the cluster), and a world
 * that does things to them. Durations are milliseconds, times of events count from the start.
 */
import type { CompiledGroup, CompiledPool, FleetKey, Spread } from "../core/compiled.ts";
import type { EpochMs, Millis } from "../core/units.ts";

export interface CompiledScenario {
  readonly name: string;
  /** null: until the recording ends and its last turn is done (`duration: trace`). */
  readonly durationMs: Millis | null;
  readonly startsAt: EpochMs;
  readonly seeds: readonly number[];
  /** The policy of `simulate` when none is named. */
  readonly policy: string;
  readonly group: CompiledGroup;
  readonly world: ScenarioWorld;
}

export interface ScenarioWorld {
  readonly traffic: readonly ScenarioTraffic[];
  readonly clients: ScenarioClients;
  /** One entry a fleet, in the order of the group's fleets. */
  readonly engines: readonly ScenarioEngine[];
  readonly routers: readonly ScenarioRouter[];
  /** The same of shared stores; null for a fleet without one. Absent: no fleet has one. */
  readonly stores?: readonly (ScenarioStore | null)[];
  /** One entry a pool, in the order of the group's pools. */
  readonly supply: readonly ScenarioSupply[];
  readonly people: ScenarioPeople;
  readonly scrape: { readonly intervalMs: Millis; readonly lagMs: Millis };
  readonly faults: readonly ScenarioFault[];
  /**
   * Traffic that fills the caches of the start racks before the start, not part of any result.
   * Times of the traffic's sources count from its beginning. Absent: none, every cache is cold.
   */
  readonly warmupMs?: Millis;
}

export const TRACE_FORMATS = [
  "mooncake",
  "azure-llm",
  "agent-sessions",
  "burstgpt",
  "servegen-rate",
  "rate-csv",
  "breakwater",
] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];
export type GeneratorProfile = "coding-agent" | "chat" | "batch";

/** A change of the rate of new sessions: up to `factor` over `rampMs`, held, and back as slowly. */
export interface TrafficShape {
  readonly atMs: Millis;
  readonly factor: number;
  readonly rampMs: Millis;
  readonly holdMs: Millis;
}

/** Sources of one fleet add up. */
export interface ScenarioTraffic {
  readonly fleet: FleetKey;
  readonly source: TrafficSource;
  readonly shape: readonly TrafficShape[];
}

export type TrafficSource =
  | {
      /** Replayed at its own times (open loop); `scale` copies with prefixes of their own. */
      readonly kind: "replay";
      readonly path: string;
      readonly format: TraceFormat;
      readonly scale: number;
    }
  | {
      /** Recorded sessions, sampled with replacement at Poisson starts. */
      readonly kind: "sampled";
      readonly path: string;
      readonly format: TraceFormat;
      readonly sessionsPerHour: number;
    }
  | {
      /** A recorded rate shapes a generator. */
      readonly kind: "rate";
      readonly path: string;
      readonly format: "rate-csv" | "servegen-rate";
      readonly offsetMs: Millis;
      readonly profile: GeneratorProfile;
      readonly meanSessionsPerHour: number;
    }
  | {
      readonly kind: "generate";
      readonly profile: GeneratorProfile;
      readonly sessionsPerHour: number;
      /** Amplitudes of a daily and a weekly wave, 0..1. */
      readonly daily: number;
      readonly weekly: number;
      /** How many times as long the pauses between turns are; absent: as the profile says. */
      readonly pauses?: number | undefined;
    };

export interface ScenarioClients {
  /** null: wait for ever. */
  readonly timeoutMs: Millis | null;
  readonly retries: number;
  readonly abandonAfterMs: Millis | null;
}

export interface ScenarioEngine {
  readonly profile: string;
  /** How far the world's engines may be off the profile the policy believes, 0.2 = ±20 %. */
  readonly perturb: number;
  /** Fixed replicas without racks, or null: units on racks. */
  readonly fixed: {
    readonly replicas: number;
    readonly kvBlocks: number;
    readonly blockTokens: number;
  } | null;
}

export interface ScenarioRouter {
  readonly kind: "round-robin" | "least-loaded" | "session-sticky" | "prefix-affinity";
  readonly lagMs: Millis;
  /** Whether it exports what its index knows; absent: it does not. */
  readonly index?: boolean;
  /** Of prefix-affinity; absent: turns in flight, as the policy's prior was fitted. */
  readonly guard?: {
    readonly factor: number;
    /** Tokens given to compute count, forgotten with time; absent: turns in flight do. */
    readonly decayed?: { readonly decayMs: Millis; readonly slackTokens: number };
  };
}

/** A cache that the engines of a fleet share, beyond their racks. */
export interface ScenarioStore {
  readonly terabytes: number;
  readonly gigabytesPerSecondPerGpu: number;
  readonly latencyMs: Millis;
}

export interface LeadTimeSpreads {
  readonly grant: Spread;
  readonly boot: Spread;
  readonly join: Spread;
  readonly start: Spread;
}

export interface ScenarioSupply {
  readonly pool: CompiledPool["name"];
  /** Racks that serve, or are on loan, at the start. */
  readonly startRacks: number;
  /**
   * Racks the provider has in all, those in use included; the last change at or before counts. No
   * limit before the first change.
   */
  readonly stock: readonly { readonly atMs: Millis; readonly racks: number }[];
  /** The truth; what the policy believes is the pool's prior. */
  readonly leadTimes: LeadTimeSpreads;
  /** The sum of the steps is kept within these bounds; null: as drawn. */
  readonly leadTimeBoundsMs: { readonly low: number; readonly high: number } | null;
  readonly release: Spread;
  /** Racks the account may have: beyond it the provider answers `quota`. Absent: no limit. */
  readonly quotaRacks?: number;
  /** Share of granted racks whose boot fails: they are given back and ordered again. */
  readonly failedBoots: number;
  /** The provider takes racks for others, with so much notice. Absent: it takes none. */
  readonly interruptions?: { readonly perRackHour: number; readonly noticeMs: Millis };
  /** Start racks on loan to preemptible work; they come back when reclaimed or fenced. */
  readonly loanedRacks: number;
}

export interface ScenarioPeople {
  /** From the question to the answer; null: they answer at the next tick. */
  readonly approvalDelay: Spread | null;
  /** Share of questions that nobody answers, and that are refused. */
  readonly absent: number;
  readonly refuse: number;
}

export type ScenarioFault = { readonly atMs: Millis } & (
  | { readonly kind: "metrics-outage"; readonly forMs: Millis }
  | { readonly kind: "stale-metrics"; readonly forMs: Millis }
  | {
      readonly kind: "node-loss";
      readonly pool: string;
      readonly nodes: number;
      readonly forMs: Millis;
    }
  | {
      readonly kind: "rack-loss";
      readonly pool: string;
      readonly racks: number;
      readonly repair: Spread | null;
    }
  | {
      readonly kind: "spot-interruption";
      readonly pool: string;
      readonly racks: number;
      readonly noticeMs: Millis;
    }
  | {
      readonly kind: "maintenance";
      readonly pool: string;
      readonly racks: number;
      readonly forMs: Millis;
    }
  | {
      readonly kind: "loan-reclaim";
      readonly pool: string;
      readonly racks: number;
      readonly grace: Spread;
    }
  | {
      /** The racks that boot, or the next to do so, hang this much longer. */
      readonly kind: "stuck-boot";
      readonly pool: string;
      readonly racks: number;
      readonly forMs: Millis;
    }
  | { readonly kind: "replica-crash"; readonly fleet: FleetKey; readonly replicas: number }
  | {
      readonly kind: "slow-replicas";
      readonly fleet: FleetKey;
      readonly replicas: number;
      readonly factor: number;
      readonly forMs: Millis;
    }
  | { readonly kind: "rollout"; readonly fleet: FleetKey }
  | {
      /** A rollout to pods whose engines' caches are configured like this. */
      readonly kind: "cache-config";
      readonly fleet: FleetKey;
      readonly kvFactor: number;
      readonly prefixCaching: boolean;
    }
  | { readonly kind: "cache-flush"; readonly fleet: FleetKey; readonly share: number }
  | {
      readonly kind: "router-misroute";
      readonly fleet: FleetKey;
      readonly share: number;
      readonly forMs: Millis;
    }
  | { readonly kind: "router-index-loss"; readonly fleet: FleetKey; readonly forMs: Millis }
  | {
      readonly kind: "turn-gaps";
      readonly fleet: FleetKey;
      readonly factor: number;
      readonly forMs: Millis;
    }
  | {
      readonly kind: "forgetful-replicas";
      readonly fleet: FleetKey;
      readonly replicas: number;
      readonly everyMs: Millis;
      readonly forMs: Millis;
    }
  | {
      readonly kind: "broken-counters";
      readonly fleet: FleetKey;
      readonly how: "frozen" | "recounted";
      readonly forMs: Millis;
    }
  | {
      readonly kind: "prompt-instability";
      readonly fleet: FleetKey;
      readonly share: number;
      readonly depthTokens: number;
      readonly forMs: Millis;
    }
  | { readonly kind: "foreign-write"; readonly pool: string; readonly racks: number }
);
