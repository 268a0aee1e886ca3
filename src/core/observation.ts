/**
 * What one tick sees, as plain data: the only thing besides policy and memory that `decide` reads
 * (INV-4). `controller/observe.ts` assembles it; the simulated world fills the same shape.
 */
import type { Direction, FleetKey, ObjectRef, Role } from "./compiled.ts";
import type { StockProblem } from "./racks/stock.ts";
import type { Reason, ReasonCode } from "./reasons.ts";
import type { SignalName, SignalProblem } from "./signals/names.ts";
import type { EpochMs, GpuCount, RackCount, Ratio, UsdPerHour } from "./units.ts";

/**
 * One signal as delivered. `value` may be NaN or infinite: trust decides, the adapter does not.
 * `degraded` is set when the source attached warnings or a partial response.
 */
export type SignalReading =
  | {
      readonly kind: "value";
      readonly value: number;
      /** When the newest sample under the value was taken. */
      readonly observedAt: EpochMs;
      /** Share of the expected scrape targets that were up. */
      readonly coverage: Ratio;
      readonly degraded: string | null;
    }
  | { readonly kind: "absent"; readonly problem: SignalProblem; readonly detail: string };

export type FleetSignals = Readonly<Record<SignalName, SignalReading>>;

export interface ObjectiveReading {
  readonly name: string;
  /** Share within the threshold over the window, 0..1. */
  readonly share: SignalReading;
}

/** What one engine's own series say at their newest scrape. */
export interface EngineReading {
  readonly pod: string;
  readonly role: Role;
  readonly waitingTurns: number;
  /** Share of its KV cache that running turns use. */
  readonly kvUsage: Ratio;
  /** Tokens of KV cache. */
  readonly kvTokens: number;
  /** Turns that it works on; absent where the source does not show them. */
  readonly runningTurns?: number;
  /** Prompt tokens that its cache served; absent where the source does not show them. */
  readonly cachedTokensPerSecond?: number;
}

/** Share of a pod's prompt tokens that caches served, over the rate window. */
export interface PodHitRate {
  readonly pod: string;
  readonly hitRate: Ratio;
}

/** What one engine computes and finds, by its own series; what it does not export is absent. */
export interface PodCache {
  readonly pod: string;
  readonly promptTokensPerSecond: number;
  readonly computedTokensPerSecond: number;
  /** Prompt tokens by every source, in sum: those of the prompt, if all counters are right. */
  readonly sourcedTokensPerSecond?: number;
  /** In blocks, a sample of them, or tokens, as the engine counts: pods and times compare. */
  readonly evictionsPerSecond?: number;
  /** How its cache is set up. */
  readonly kvTokens?: number;
  readonly blockTokens?: number;
  readonly prefixCaching?: boolean;
}

/** What the router knows of the engines' caches, over the rate window. */
export interface RouterIndex {
  readonly lookupsPerSecond: number;
  /** Leading blocks of a turn on the engine which holds most of them, summed over look-ups. */
  readonly bestPodBlocksPerSecond: number;
}

export interface CacheReading {
  /** Of pods with traffic, in order of their names. */
  readonly pods: readonly PodCache[];
  /** Absent where the gateway does not export it. */
  readonly index?: RouterIndex;
}

/** Seconds that nine of ten are within, by the engines' histograms; null: nothing was seen. */
export interface LatencyTails {
  readonly ttftP90S: number | null;
  readonly itlP90S: number | null;
}

export interface NodeObservation {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
  readonly cordoned: boolean;
  readonly gpusAllocatable: GpuCount;
  readonly createdAt: EpochMs;
  /** The object of the pool's set that it belongs to; absent elsewhere, and where unknown. */
  readonly member?: string;
  /** Who keeps pods off it, other than us: a taint's key, or a cordon. Absent where nobody does. */
  readonly fencedBy?: string;
  /**
   * What says that its provider takes it shortly: a taint's key, or a condition's type. Absent:
   * nothing does.
   */
  readonly notice?: string;
  /** It bears the fence taint of its pool's loan; absent: it does not. */
  readonly fenced?: true;
  /** Since when it has been lent to its pool's loan; absent while it is not. */
  readonly lentAt?: EpochMs;
  /**
   * Key of the fence that a loan left on it which its pool has no more, "" where it left the mark
   * that the node is lent; absent: nothing.
   */
  readonly loanLeft?: string;
}

/** A node before it is grouped: with the domain labels as found, first match of the pool's keys. */
export interface UngroupedNode extends NodeObservation {
  readonly pool: string;
  /** The NVLink domain, or null while the label is missing (booting, plugin restart). */
  readonly domain: string | null;
}

/** A pod that holds GPUs on a node of a pool. DaemonSet and mirror pods are left out. */
export interface PodObservation {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  /** The fleet of the pool's group whose workload it belongs to, or null for a stranger's. */
  readonly fleet: FleetKey | null;
  readonly role: Role;
  readonly ready: boolean;
  readonly readySince: EpochMs | null;
  readonly terminating: boolean;
  /** The unit it is of; only where Breakwater sizes the workload. */
  readonly unit?: PodUnit;
  /** How turns find it; absent where nothing is known that would keep them off it. */
  readonly route?: PodRoute;
  /** Absent unless it is a loan's. */
  readonly loan?: PodLoan;
  /** A stranger's that still bears our mark of the first to go; absent: it does not. */
  readonly leftMarked?: true;
}

/** A pod of a loan. */
export interface PodLoan {
  /** The pools to whose loan it belongs. */
  readonly pools: readonly string[];
  /** Pods that agree in it run together or not at all; absent: it runs alone. */
  readonly gang?: string;
  /** When it last saved its work; absent where it does not say. */
  readonly checkpointAt?: EpochMs;
  /** It holds no GPUs, as a launcher does; absent: it does. */
  readonly light?: true;
}

export interface PodRoute {
  /** The label without which its router sends it no new turns. */
  readonly label: string;
  /** Since when we have taken it out of routing; null while it is in. */
  readonly ejectedAt: EpochMs | null;
}

/** Pods of one unit agree in workload, object and index. */
export interface PodUnit {
  readonly workload: string;
  /** Name of the object whose count includes the unit. */
  readonly object: string;
  /** Place in the kind's order; null for kinds without one: each pod is a unit there. */
  readonly index: number | null;
  /** Whether the pod is marked as the first to go when its object is lowered. */
  readonly marked: boolean;
}

/**
 * Which units go first when a count is lowered: the highest indices, the pods of the lowest
 * `controller.kubernetes.io/pod-deletion-cost`, or any, as far as is known.
 */
export type RemovalOrder = "HighestIndex" | "LowestCost" | "Any";

/** An object whose count is a number of units, or one role's part of it. */
export interface WorkloadObject {
  readonly ref: ObjectRef;
  readonly uid: string;
  /** Units asked for. */
  readonly replicas: number;
  /** null where the kind does not say. */
  readonly readyReplicas: number | null;
  readonly removes: RemovalOrder;
  /** Node labels that its pods are bound to, and its own `breakwater.dev/rack`. */
  readonly boundTo: Readonly<Record<string, string>>;
  /** Who else sizes it, in words; null: nobody. */
  readonly owner: string | null;
  /** The field manager of the last write of the count, "" when not recorded. */
  readonly lastWriter: string;
  /** More with every change of its specification; absent where that is not shown. */
  readonly generation?: number;
}

export interface WorkloadObservation {
  readonly name: string;
  /** By name. */
  readonly objects: readonly WorkloadObject[];
}

export interface RackObservation {
  /** The domain label's value, or `unlabelled` for nodes whose label is missing. */
  readonly id: string;
  readonly nodes: readonly NodeObservation[];
  readonly pods: readonly PodObservation[];
}

export interface Refusal {
  readonly code: "pool-refused" | "pool-unknown";
  /** Names the object and field, what was found and what is expected. */
  readonly text: string;
}

/** One object of an object set. */
export interface PoolMember {
  readonly name: string;
  /** 0 or 1: the racks that it asks for. */
  readonly desired: RackCount;
  readonly stock: PoolCount["stock"];
}

/** The count of a pool's object, in racks, as read this tick. */
export interface PoolCount {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly desired: RackCount;
  /** Racks that are there; null where the object does not say: the nodes tell. */
  readonly current: RackCount | null;
  /** The fewest and the most racks that the object's own bounds allow; absent: no bounds. */
  readonly bounds?: { readonly least: RackCount; readonly most: RackCount };
  /** Racks that the provider has handed out, booting ones too; absent where it does not say. */
  readonly granted?: RackCount;
  /** The field manager of the last write of the count, "" when not recorded. */
  readonly lastWriter: string;
  readonly stock: "unknown" | "available" | StockProblem;
  /** The objects of an object set, by name; absent where one object has the count. */
  readonly members?: readonly PoolMember[];
}

export interface PoolObservation {
  readonly name: string;
  /** null when the object could not be read or must not be scaled: `refusals` says why. */
  readonly count: PoolCount | null;
  readonly refusals: readonly Refusal[];
  readonly racks: readonly RackObservation[];
  /** Absent where there are none. */
  readonly foreign?: readonly ForeignNodes[];
  /** Ids of its loan's gangs that hold GPUs beyond its racks as well; absent: there are none. */
  readonly gangsElsewhere?: readonly string[];
}

/** Nodes with a pool's labels in a rack that is another pool's, or that several pools claim. */
export interface ForeignNodes {
  readonly domain: string;
  readonly nodes: readonly string[];
  /** The other pools with nodes of the domain. */
  readonly pools: readonly string[];
}

export interface OverrideObservation {
  readonly name: string;
  readonly pauseOut: boolean;
  readonly pauseIn: boolean;
  readonly floorRacks: RackCount | null;
  readonly ceilingRacks: RackCount | null;
  readonly until: EpochMs;
  readonly reason: string;
  /** The floor lifts the fleet's `racks.max`; absent: it does not. */
  readonly breakGlass?: true;
  /** Who set it or changed it last, as the API server knows them; absent: they did not say. */
  readonly by?: string;
  /** Of the object, which version it was; absent: not from an API server. */
  readonly generation?: number;
}

export interface Approval {
  readonly by: string;
  readonly verdict: "Approve" | "Reject";
  readonly reason: string;
}

export type IntentPhase =
  | "Pending"
  | "Approved"
  | "Rejected"
  | "Expired"
  | "Superseded"
  | "Executing"
  | "Done"
  | "PartiallyDone"
  | "Cancelled"
  | "Failed";

/** A `ScaleDecision` as core sees it: all that the world forgets about one change of a count. */
export interface Intent {
  readonly name: string;
  /** Of a Move the one that gives the rack. */
  readonly fleet: FleetKey;
  /** Move: the fleet that gets the rack; absent elsewhere. */
  readonly taker?: FleetKey;
  readonly pool: string;
  readonly direction: Direction;
  readonly fromRacks: RackCount;
  /** Out: never above it. In: exactly it. Others: `fromRacks`, as no count changes. */
  readonly toRacksAtMost: RackCount;
  readonly maxUsdPerHour: UsdPerHour | null;
  /** The rack to drain, or to call back; null for Out. */
  readonly rack: string | null;
  /** Reclaim: nodes of other racks too, where gangs of the rack run as well. */
  readonly victimNodeUids: readonly string[];
  /** Of an object set: the objects that get or lose their rack, in this order. */
  readonly objects?: readonly string[];
  readonly reason: { readonly code: ReasonCode; readonly text: string };
  readonly requiredApprovals: number;
  readonly onExpiry: "Drop" | "Proceed";
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly actBefore: EpochMs;
  readonly drainDeadline: EpochMs | null;
  readonly approvals: readonly Approval[];
  /** Which version of the object the verdicts are in; absent: none are, or it has no versions. */
  readonly generation?: number;
  readonly phase: IntentPhase;
  /** Out: the `to` that was fixed when execution started. */
  readonly askedRacks: RackCount | null;
}

export interface FleetObservation {
  readonly key: FleetKey;
  readonly signals: FleetSignals;
  readonly objectives: readonly ObjectiveReading[];
  /** Engine by engine; only from sources that are asked for it. */
  readonly engines?: readonly EngineReading[];
  /** Of pods with traffic; only from sources that show them, pod by pod. */
  readonly hitRates?: readonly PodHitRate[];
  /** Only from sources that show them, engine by engine. */
  readonly caches?: CacheReading;
  /** Only from sources that are asked for them. */
  readonly tails?: LatencyTails;
  readonly overrides: readonly OverrideObservation[];
  /** A rollout of one of the fleet's workloads is in progress. */
  readonly rollout: boolean;
  /** Errors in the fleet's own specification or references; growth and scale-in hold on any. */
  readonly problems: readonly Reason[];
  /** Workloads whose objects were read; absent where none names an object. */
  readonly workloads?: readonly WorkloadObservation[];
}

export interface GroupObservation {
  readonly now: EpochMs;
  /** Whether this replica held the lease when the tick began. */
  readonly leading: boolean;
  readonly pools: readonly PoolObservation[];
  readonly fleets: readonly FleetObservation[];
  /** Open intents, and those closed so recently that memory may not have seen their end. */
  readonly intents: readonly Intent[];
}
