/** Everything that the checks look at, as plain data: `collect.ts` gathers it from ports. */
import type { CompiledFleet, CompiledPool } from "../../core/compiled.ts";
import type { UngroupedNode } from "../../core/observation.ts";
import type { SeriesReading } from "../../core/queries/series-plan.ts";
import type { EpochMs } from "../../core/units.ts";
import type {
  AccessAnswer,
  DisruptionBudget,
  NodeTimeout,
  Router,
  SurveyedPod,
} from "../../ports/cluster-survey.ts";
import type { DesiredState } from "../../ports/fleet-store.ts";
import type { PoolReading } from "../../ports/rack-backend.ts";
import type { SignalSnapshot } from "../../ports/signal-source.ts";
import type { WorkloadReading } from "../../ports/workloads.ts";
import type { AccessNeed } from "./needed-access.ts";

export type Labels = Readonly<Record<string, string>>;

export interface PoolFacts {
  readonly pool: CompiledPool;
  /** null where the object could not be read: `problem` says why. */
  readonly reading: PoolReading | null;
  readonly problem: string;
}

export interface FleetFacts {
  readonly fleet: CompiledFleet;
  readonly snapshot: SignalSnapshot;
  /** null where the source could not be asked: `problem` says why. */
  readonly series: SeriesReading | null;
  readonly problem: string;
}

export interface AccessFacts {
  readonly need: AccessNeed;
  readonly answer: AccessAnswer;
}

/** Something that could not be read. */
export interface Unread {
  readonly what: string;
  readonly why: string;
  /** Whether the controller reads it as well, and so cannot work either. */
  readonly needed: boolean;
}

export interface ClusterFacts {
  readonly now: EpochMs;
  /** Whose rights were asked about, in words. */
  readonly subject: string;
  readonly desired: DesiredState;
  readonly access: readonly AccessFacts[];
  readonly pools: readonly PoolFacts[];
  readonly fleets: readonly FleetFacts[];
  readonly nodes: readonly UngroupedNode[];
  /** By the name of the node. */
  readonly nodeLabels: ReadonlyMap<string, Labels>;
  readonly workloads: WorkloadReading;
  readonly budgets: readonly DisruptionBudget[];
  /** null where they could not be read. */
  readonly routers: readonly Router[] | null;
  /** Those in namespaces of fleets; null where they could not be read. */
  readonly pods: readonly SurveyedPod[] | null;
  readonly timeouts: readonly NodeTimeout[];
  readonly unread: readonly Unread[];
}
