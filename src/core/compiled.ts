/**
 * What a person wrote, compiled: defaults filled in, durations in milliseconds, calendars expanded
 * to instants, fractions and money as numbers. `config` makes these, core decides on them.
 */
import type { Ingredient } from "./policy/ingredients.ts";
import type {
  EpochMs,
  GpuCount,
  Millis,
  NodeCount,
  RackCount,
  Ratio,
  Usd,
  UsdPerHour,
} from "./units.ts";
import type { EdgeProfile, SignalName, SignalProfile } from "./signals/names.ts";

/** Two points of a distribution of durations. */
export interface Spread {
  readonly p50Ms: Millis;
  readonly p95Ms: Millis;
}

/** Points at a Kubernetes object. `namespace` is "" for cluster-scoped kinds. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface FleetRef {
  readonly namespace: string;
  readonly name: string;
}

/** `namespace/name`: the key of a fleet everywhere in memory, records and metrics. */
export type FleetKey = `${string}/${string}`;

export type BackendKind =
  | "cluster-api"
  | "coreweave"
  | "field"
  | "karpenter"
  | "manual"
  | "object-set"
  | "scale"
  | "simulated";

/** Vendors' kinds whose count or victims are known to `field`, `scale` and `object-set`. */
export type BackendPreset =
  | "ack"
  | "aso"
  | "crossplane-eks"
  | "crossplane-gke"
  | "gardener"
  | "kcc"
  | "openshift"
  | "rancher";

/** The objects of an object set: each has one rack or none. */
export interface CompiledMembers {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  /** Labels that every object of the set carries. */
  readonly selector: Readonly<Record<string, string>>;
  /** The node label whose value is the name of the object that the node belongs to. */
  readonly nodeLabel: string;
}

export interface CompiledBackend {
  readonly kind: BackendKind;
  /** The object whose count is the pool's size; of an object set its kind alone, name "". */
  readonly target: ObjectRef;
  readonly preset: BackendPreset | null;
  /** JSON Pointer to the count, for `field` and `object-set`; null where the backend knows. */
  readonly path: string | null;
  /** Name of the list entry that holds the count, for presets whose count is in a list. */
  readonly item: string | null;
  /** null unless the pool is a set of objects. */
  readonly members: CompiledMembers | null;
  /** Units of the count that make one rack: 1 where it counts racks, `rack.nodes` for nodes. */
  readonly countPerRack: number;
  /** Labels that every node of the pool carries. */
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly acknowledgeUnproven: boolean;
}

export interface CalendarWindow {
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly racks: RackCount;
  readonly evacuateBeforeMs: Millis;
}

export interface CompiledSupply {
  readonly kind: "Reserved" | "OnDemand" | "Spot" | "Calendar";
  /** Racks paid for whether used or not. 0 unless Reserved. */
  readonly committedRacks: RackCount;
  /** Empty unless Calendar. */
  readonly windows: readonly CalendarWindow[];
  /** How the provider says that it takes racks. Absent: nothing of the kind is read. */
  readonly interruptions?: InterruptionTerms;
}

/** What nodes bear shortly before their provider takes them. */
export interface InterruptionTerms {
  /** Keys of taints. */
  readonly taints: readonly string[];
  /** Types of node conditions that are True. */
  readonly conditions: readonly string[];
  /** From the notice to the loss, at least. */
  readonly noticeMs: Millis;
  /** Spot only: how long a rack is kept in the mean, as believed until it was seen. */
  readonly expectedEveryMs: Millis;
}

export interface CompiledPrice {
  readonly usdPerRackHour: UsdPerHour;
  readonly billedFrom: "Requested" | "Booted" | "Serving";
}

export interface FleetConsumer {
  readonly fleet: FleetRef;
  /** An entitlement: given before any weighing. */
  readonly guaranteed: RackCount;
  readonly max: RackCount;
  readonly weight: number;
}

/** Preemptible work that runs on racks of the pool that nobody needs. */
export interface LoanTerms {
  /** Labels that each of its pods carries, in whatever namespace. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Racks on loan at a time. */
  readonly max: RackCount;
  /** Key of the NoSchedule taint that keeps it off racks that are not lent. */
  readonly fenceTaint: string;
  /** What a pod has to save its work once it was told to go. */
  readonly graceMs: Millis;
  /** For how long a rack that was lent is left to it. */
  readonly minTenureMs: Millis;
  /** Labels, and Volcano's annotation, of which the first that a pod has names its gang. */
  readonly gangKeys: readonly string[];
}

export interface CompiledPool {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly backend: CompiledBackend;
  readonly rack: {
    readonly domainKeys: readonly string[];
    readonly nodes: NodeCount;
    readonly usableNodes: NodeCount;
    readonly gpusPerNode: GpuCount;
  };
  readonly supply: CompiledSupply;
  readonly price: CompiledPrice | null;
  readonly leadTimePrior: {
    readonly grant: Spread;
    readonly boot: Spread;
    readonly join: Spread;
    /** From a rack's loss of its quorum to its return. */
    readonly repair: Spread;
  };
  readonly limits: {
    readonly maxRacks: RackCount;
    readonly maxDraining: RackCount;
    readonly maxRequestsPerHour: number;
  };
  readonly onForeignWrite: { readonly action: "Hold" | "Adopt"; readonly forMs: Millis };
  readonly consumers: readonly FleetConsumer[];
  /** Absent: racks of the pool are not lent. */
  readonly loan?: LoanTerms;
}

export type Mode = "Shadow" | "Approve" | "Auto";
export type LatencyMetric = "TTFT" | "ITL";

export interface CompiledObjective {
  readonly name: string;
  readonly metric: LatencyMetric;
  readonly matchers: Readonly<Record<string, string>>;
  readonly thresholdMs: Millis;
  /** Share of turns (TTFT) or tokens (ITL) that must be within the threshold. */
  readonly share: Ratio;
}

export type Role = "Aggregated" | "Prefill" | "Decode";

export interface CompiledWorkload {
  readonly name: string;
  readonly role: Role;
  readonly target: ObjectRef | null;
  /** Labels of the workload's pods; empty when `target` names the object instead. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly manage: "Observe" | "Replicas";
  readonly layout: "ObjectPerRack" | "SharedSet";
  readonly gpusPerUnit: GpuCount;
  readonly unitsPerRack: number;
  /** Labels that its objects carry; then `target.name` is "". Absent where `target` names one. */
  readonly objectLabels?: Readonly<Record<string, string>>;
  /** The role of a DisaggregatedSet whose count is meant; absent for kinds with one count. */
  readonly part?: string;
  /** Units that giving back a rack may restart on other racks; absent: none. */
  readonly sharedSetRestarts?: number;
  /**
   * The label by which a router finds the workload's pods: without it a pod gets no new turns.
   * Absent: nothing is known that would keep turns off a pod.
   */
  readonly ejectLabel?: string;
  /** Between which units per rack prefill and decode may shift; absent: `unitsPerRack` stands. */
  readonly unitsRange?: { readonly min: number; readonly max: number };
}

export interface PrometheusSource {
  readonly url: string;
  /**
   * Secret in the fleet's own namespace with keys token, username and password, ca.crt, tls.crt and
   * tls.key; or null.
   */
  readonly secretName: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignalOverride {
  readonly signal: SignalName;
  readonly query: string;
  readonly unit: string;
}

/** One expanded occurrence of a schedule entry. `readyFrom` already includes `readyBefore`. */
export interface ScheduledWindow {
  readonly name: string;
  readonly readyFrom: EpochMs;
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly floorRacks: RackCount | null;
  /** Multiplies the forecast demand inside the window; null where a floor is given instead. */
  readonly factor: number | null;
}

/** One expanded occurrence of an entry of a calendar, `until` excluded. */
export interface Occasion {
  readonly from: EpochMs;
  readonly until: EpochMs;
}

export interface ConfirmRule {
  readonly name: string;
  readonly when: {
    readonly direction: Direction | null;
    readonly minRacks: RackCount | null;
    readonly minUsdPerHour: UsdPerHour | null;
    /** All below: absent where they do not matter. Of a day's budget, what is then used up. */
    readonly minBudgetShare?: number;
    readonly pools?: readonly string[];
    readonly during?: readonly Occasion[];
    /** Of 0 to 1: p50 / p90 of the forecast. */
    readonly maxForecastConfidence?: number;
    readonly cacheVerdicts?: readonly ("Usual" | "RackHelps" | "RackDoesNotHelp" | "Unknown")[];
  };
  readonly approvers: number;
  readonly expiresAfterMs: Millis;
  readonly onExpiry: "Drop" | "Proceed";
}

/**
 * Lend, Reclaim and Move change no count: a rack goes to the pool's loan, comes back from it, or
 * goes from one fleet to another. To the fleet that has it the first and the last are scale-in, to
 * the one that gets it the other two are growth.
 */
export type Direction = "Out" | "In" | "Move" | "Lend" | "Reclaim";
export type Headroom = "Lean" | "Balanced" | "Safe";

export interface CompiledFleet {
  readonly key: FleetKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly model: {
    readonly name: string;
    /** Key of the engine profile table. */
    readonly profile: string;
    readonly revisionLabel: string;
  };
  readonly mode: { readonly scaleOut: Mode; readonly scaleIn: Mode };
  readonly racks: {
    readonly min: RackCount;
    readonly max: RackCount;
    readonly surviveRackLosses: RackCount;
  };
  readonly pools: readonly {
    readonly name: string;
    readonly preference: number;
    readonly engineStartPrior: Spread;
  }[];
  readonly objectives: readonly CompiledObjective[];
  readonly signals: {
    readonly profile: SignalProfile;
    /** The gateway whose metrics count arrivals; null: the engines' own series stand in. */
    readonly edge: EdgeProfile | null;
    readonly prometheus: PrometheusSource | null;
    readonly scrapeIntervalMs: Millis;
    readonly overrides: readonly SignalOverride[];
    /** Label matchers that every engine series of the fleet carries. */
    readonly matchers: Readonly<Record<string, string>>;
  };
  readonly workloads: readonly CompiledWorkload[];
  readonly kvTier: "None" | "NodeLocal" | "SharedStore";
  readonly router: "session-sticky" | "prefix-affinity";
  readonly drain: {
    readonly wait: "Turns";
    readonly maxColdTokensPerSecond: number;
    readonly deadlineMs: Millis;
    readonly onDeadline: "Cancel" | "Force";
  };
  readonly warm: { readonly hitRateWithinPoints: number; readonly orAfterMs: Millis };
  readonly headroom: Headroom;
  /**
   * The standard normal quantile to size for instead of headroom's own, so that studies can move it
   * in small steps; nobody else sets it.
   */
  readonly headroomZ?: number;
  /** What a study leaves out of the sizing; nobody else sets it. */
  readonly without?: Ingredient;
  readonly behavior: {
    readonly scaleInStabilizationMs: Millis;
    readonly maxStepOut: RackCount;
    readonly maxStepIn: RackCount;
    readonly reviewIntervalMs: Millis;
  };
  readonly schedule: readonly ScheduledWindow[];
  readonly budget: {
    readonly usdPerDay: Usd;
    readonly appliesTo: "AboveCommitment" | "Everything";
    readonly replaceLostRack: boolean;
  } | null;
  readonly cacheVeto: "Off" | "Confirm" | "Hold";
  readonly confirm: readonly ConfirmRule[];
  /** Fields that are tried out: decided on and recorded, never acted on. Absent: nothing is. */
  readonly candidate?: CandidateTerms;
}

/** Each takes the place of the fleet's own field as a whole. */
export type CandidateTerms = Partial<
  Pick<
    CompiledFleet,
    "mode" | "racks" | "headroom" | "behavior" | "schedule" | "budget" | "cacheVeto" | "confirm"
  >
>;

/** The pools and fleets connected through `consumers`: what one call of `decide` is about. */
export interface CompiledGroup {
  /** Name of the group's first pool in code-unit order: stable while its pools are. */
  readonly name: string;
  readonly pools: readonly CompiledPool[];
  readonly fleets: readonly CompiledFleet[];
}

/** @returns the key of a fleet; both parts are DNS labels, so the slash is unambiguous. */
export const fleetKey = (ref: FleetRef): FleetKey => `${ref.namespace}/${ref.name}`;

/** @returns whether the key is that of the fleet referred to, without putting one together */
export const isKeyOf = (key: FleetKey, { namespace, name }: FleetRef): boolean =>
  key.length === namespace.length + 1 + name.length &&
  key.startsWith(namespace) &&
  key.endsWith(name);

/** @returns racks of the pool that its fleets are guaranteed, in sum */
export const guaranteedRacks = ({ consumers }: Pick<CompiledPool, "consumers">): number =>
  consumers.reduce((sum, { guaranteed }) => sum + guaranteed, 0);

/** Whether the fleet names the pool among those it may draw on. */
export const drawsOn = (
  { pools }: Pick<CompiledFleet, "pools">,
  pool: Pick<CompiledPool, "name">,
): boolean => pools.some(({ name }) => name === pool.name);
