/**
 * What one tick sees, as plain data: the only thing besides policy and memory that `decide` reads
 * (INV-4). `controller/observe.ts` assembles it; the simulated world fills the same shape.
 */
import type { Direction, FleetKey, Role } from "./compiled.ts";
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
}

export interface NodeObservation {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
  readonly cordoned: boolean;
  readonly gpusAllocatable: GpuCount;
  readonly createdAt: EpochMs;
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
  /** The fleet whose workload it belongs to, or null for a stranger's. */
  readonly fleet: FleetKey | null;
  readonly role: Role;
  readonly ready: boolean;
  readonly readySince: EpochMs | null;
  readonly terminating: boolean;
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

/** The count of a pool's object, in racks, as read this tick. */
export interface PoolCount {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly desired: RackCount;
  readonly current: RackCount;
  /** The field manager of the last write of the count, "" when not recorded. */
  readonly lastWriter: string;
  readonly stock: "unknown" | "available" | "stockout" | "quota";
}

export interface PoolObservation {
  readonly name: string;
  /** null when the object could not be read or must not be scaled: `refusals` says why. */
  readonly count: PoolCount | null;
  readonly refusals: readonly Refusal[];
  readonly racks: readonly RackObservation[];
}

export interface OverrideObservation {
  readonly name: string;
  readonly pauseOut: boolean;
  readonly pauseIn: boolean;
  readonly floorRacks: RackCount | null;
  readonly ceilingRacks: RackCount | null;
  readonly until: EpochMs;
  readonly reason: string;
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
  readonly fleet: FleetKey;
  readonly pool: string;
  readonly direction: Direction;
  readonly fromRacks: RackCount;
  /** Out: never above it. In: exactly it. */
  readonly toRacksAtMost: RackCount;
  readonly maxUsdPerHour: UsdPerHour | null;
  /** The rack to drain, or null for Out. */
  readonly rack: string | null;
  readonly victimNodeUids: readonly string[];
  readonly reason: { readonly code: ReasonCode; readonly text: string };
  readonly requiredApprovals: number;
  readonly onExpiry: "Drop" | "Proceed";
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly actBefore: EpochMs;
  readonly drainDeadline: EpochMs | null;
  readonly approvals: readonly Approval[];
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
  readonly overrides: readonly OverrideObservation[];
  /** A rollout of one of the fleet's workloads is in progress. */
  readonly rollout: boolean;
  /** Errors in the fleet's own specification or references; growth and scale-in hold on any. */
  readonly problems: readonly Reason[];
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
