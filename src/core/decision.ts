/**
 * What `decide` answers, as plain data: Want → Award → Decision → Plan of Actions, each stage
 * leaving Steps with its numbers. `explain`, metrics and events are derived from these alone.
 */
import type { FleetKey, ObjectRef } from "./compiled.ts";
import type { Intent, IntentPhase } from "./observation.ts";
import type { Reason } from "./reasons.ts";
import type { EpochMs, Millis, RackCount, Ratio, TurnsPerSecond } from "./units.ts";

export type Stage =
  | "trust"
  | "diagnose"
  | "forecast"
  | "capacity"
  | "supply"
  | "want"
  | "arbitrate"
  | "gate"
  | "plan";

/** One thing a stage found, with the numbers it rests on. */
export interface Step {
  readonly stage: Stage;
  readonly name: string;
  readonly text: string;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface AttainmentPoint {
  readonly racks: RackCount;
  /** Share of turns predicted inside every objective with that many racks. */
  readonly attainment: Ratio;
}
/** Ascending in racks. */
export type AttainmentByRacks = readonly AttainmentPoint[];

export interface WantRacks {
  readonly racks: RackCount;
  readonly curve: AttainmentByRacks;
  /** The binding constraint. */
  readonly reason: Reason;
  /** Whether the want may be acted on downwards: every signal trusted, every check passed. */
  readonly shrinkable: boolean;
  readonly shrinkHold: Reason | null;
}

/** Demand over the horizon at the quantiles used for display and sizing. */
export interface ForecastBand {
  readonly horizonMs: number;
  readonly observed: TurnsPerSecond;
  readonly p10: TurnsPerSecond;
  readonly p50: TurnsPerSecond;
  readonly p90: TurnsPerSecond;
  readonly p99: TurnsPerSecond;
  /** The quantile that headroom chose, and its value: what sizing used. */
  readonly sizing: TurnsPerSecond;
}

export type CacheCause =
  | "none"
  | "workload-shift"
  | "prompt-instability"
  | "capacity-bound"
  | "routing-spread"
  | "spread-or-instability"
  | "cold-replicas"
  | "configuration-change"
  | "broken-signal"
  | "cannot-tell";

/** A part of the fall, 0..1. */
export interface CauseShare {
  readonly cause: CacheCause;
  readonly shareOfGap: Ratio;
}

export interface CacheVerdict {
  readonly cause: CacheCause;
  readonly hitRate: Ratio | null;
  readonly expectedHitRate: Ratio | null;
  /** null: unknown. */
  readonly rackHelps: boolean | null;
  readonly text: string;
  /** "" where there is nothing to do; absent in records of older releases, as all below. */
  readonly remedy?: string;
  /** All below are absent while the hit rate is as usual, and where a signal is broken. */
  readonly confidence?: Ratio;
  readonly since?: EpochMs;
  /** Of the fall, what the named cause explains. */
  readonly shareOfGap?: Ratio;
  /** Prompt tokens computed beyond what is usual. */
  readonly coldTokensPerSecond?: number;
  /** The largest first; without parts too small to count. */
  readonly causes?: readonly CauseShare[];
  readonly evidence?: readonly string[];
}

export interface FleetDecision {
  readonly fleet: FleetKey;
  readonly outcome: "Grow" | "Shrink" | "Hold";
  /** Racks the fleet holds or has on the way, before this decision. */
  readonly heldRacks: RackCount;
  readonly servingRacks: RackCount;
  readonly want: WantRacks;
  readonly awardedRacks: RackCount;
  /** What the gate lets through now. */
  readonly targetRacks: RackCount;
  /** The first is the one to show; holds list every guard that held. */
  readonly reasons: readonly Reason[];
  readonly forecast: ForecastBand | null;
  readonly cache: CacheVerdict;
  readonly steps: readonly Step[];
}

export interface NodeRef {
  readonly name: string;
  readonly uid: string;
}
export interface PodRef extends NodeRef {
  readonly namespace: string;
}
export interface RoutedPod extends PodRef {
  /** The label that its router goes by. */
  readonly label: string;
}

/** One idempotent step. Applying the plan twice equals applying it once (INV-8). */
export type Action =
  | { readonly kind: "OpenIntent"; readonly intent: Intent; readonly reason: Reason }
  | {
      readonly kind: "SetPhase";
      readonly intent: string;
      readonly fleet: FleetKey;
      readonly phase: IntentPhase;
      readonly askedRacks: RackCount | null;
      readonly reason: Reason;
    }
  | {
      readonly kind: "SetCount";
      readonly intent: string;
      readonly pool: string;
      readonly uid: string;
      readonly from: RackCount;
      readonly to: RackCount;
      /** Of an object set: the objects whose rack is asked for or given back; absent elsewhere. */
      readonly objects?: readonly string[];
      /** In: the nodes of the emptied rack; absent for Out. */
      readonly victims?: readonly NodeRef[];
      readonly reason: Reason;
    }
  | {
      readonly kind: "Cordon" | "Uncordon";
      readonly intent: string;
      readonly pool: string;
      readonly nodes: readonly NodeRef[];
      readonly reason: Reason;
    }
  | {
      readonly kind: "Evict";
      readonly intent: string;
      readonly pool: string;
      readonly pods: readonly PodRef[];
      /** What the pods have to end by themselves; absent: what they ask for. */
      readonly graceMs?: Millis;
      /** None goes unless all may go now; absent: one by one, as budgets let them. */
      readonly together?: true;
      readonly reason: Reason;
    }
  | {
      /** Keeps a loan off nodes: they are no longer lent. */
      readonly kind: "Fence";
      readonly intent: string;
      readonly pool: string;
      /** Key of the taint. */
      readonly taint: string;
      readonly nodes: readonly NodeRef[];
      readonly reason: Reason;
    }
  | {
      /** Lends nodes: the loan's pods may come from now on. */
      readonly kind: "Unfence";
      readonly intent: string;
      readonly pool: string;
      readonly taint: string;
      readonly nodes: readonly NodeRef[];
      /** Since when they are lent; null: they are not, their pool has no loan any more. */
      readonly at: EpochMs | null;
      readonly reason: Reason;
    }
  | {
      readonly kind: "SetReplicas";
      /** The drain it leads; elsewhere the fleet and the object. */
      readonly intent: string;
      readonly fleet: FleetKey;
      readonly object: ObjectRef;
      readonly uid: string;
      /** All up, or all down: one write, as some kinds allow no role alone to be zero. */
      readonly changes: readonly ReplicaChange[];
      readonly reason: Reason;
    }
  | {
      /** Marks pods as the first to go when their object is lowered, or takes the mark off. */
      readonly kind: "MarkPods";
      readonly intent: string;
      readonly fleet: FleetKey;
      readonly pods: readonly PodRef[];
      readonly marked: boolean;
      readonly reason: Reason;
    }
  | {
      /** Routers send these pods no new turns; what runs on them goes on. */
      readonly kind: "Eject";
      readonly intent: string;
      readonly fleet: FleetKey;
      readonly pods: readonly RoutedPod[];
      readonly at: EpochMs;
      readonly reason: Reason;
    }
  | {
      /** Takes an Eject back. */
      readonly kind: "Readmit";
      readonly intent: string;
      readonly fleet: FleetKey;
      readonly pods: readonly PodRef[];
      readonly reason: Reason;
    };

/** One count of an object, in units. */
export interface ReplicaChange {
  readonly workload: string;
  /** The role, of kinds with a count per role; null elsewhere. */
  readonly part: string | null;
  readonly from: number;
  readonly to: number;
}

/** How an open intent stands this tick: what `status` and the ScaleDecision's status show. */
export interface IntentProgress {
  readonly intent: string;
  readonly fleet: FleetKey;
  readonly pool: string;
  readonly state: "Acting" | "Waiting" | "Done" | "Cancelled" | "Failed";
  readonly reason: Reason;
}

export interface PoolDecision {
  readonly pool: string;
  readonly desiredRacks: RackCount | null;
  readonly racksByPhase: Readonly<Record<RackPhase, number>>;
  readonly racks: readonly RackSummary[];
  /** Oldest first. */
  readonly awaited: readonly AwaitedRack[];
  readonly steps: readonly StepTime[];
  /** What a person should look at, and what nothing waits for: stuck racks, foreign nodes. */
  readonly problems: readonly Reason[];
  readonly holds: readonly Reason[];
}

export type RackPhase =
  | "Requested"
  | "Provisioning"
  | "Joining"
  | "Starting"
  | "Warming"
  | "Serving"
  | "Draining"
  | "Releasing"
  | "Gone"
  | "Repairing"
  | "Loaned"
  | "Idle";

/** A step of a rack's way to its first served token, or back from an outage. */
export type RackStep = "grant" | "boot" | "join" | "start" | "repair";

/** A rack that has been in a step for longer than 99 % of racks are. */
export interface StuckStep {
  readonly step: RackStep;
  readonly waitedMs: number;
  readonly p99Ms: number;
  /** The nodes that it waits for, as far as they are there. */
  readonly nodes: readonly string[];
  /** Which of them lack what. */
  readonly text: string;
}

export interface RackSummary {
  readonly id: string;
  readonly phase: RackPhase;
  /** Usable ones: Ready, not fenced by others, with all GPUs allocatable. */
  readonly readyNodes: number;
  readonly nodes: number;
  readonly degraded: boolean;
  readonly fleet: FleetKey | null;
  /** Absent while it is in time. */
  readonly stuck?: StuckStep;
  /** Until when its provider leaves it, which has said that it takes it. Absent: it stays. */
  readonly leavesBy?: EpochMs;
}

/** A rack that was asked for and has no node yet. */
export interface AwaitedRack {
  readonly phase: "Requested" | "Provisioning";
  readonly waitedMs: number;
  readonly stuck?: StuckStep;
}

/** How long a step takes, by what was measured and, the less there is of that, by the prior. */
export interface StepTime {
  readonly step: RackStep;
  /** Whose engines start; null for the other steps. */
  readonly fleet: FleetKey | null;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Racks measured. */
  readonly measured: number;
}

export interface Decision {
  readonly at: EpochMs;
  readonly group: string;
  readonly fleets: readonly FleetDecision[];
  readonly pools: readonly PoolDecision[];
  readonly progress: readonly IntentProgress[];
  readonly plan: readonly Action[];
}
