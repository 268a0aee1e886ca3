/** What a cluster says about itself before the controller runs on it. Nothing here writes. */
import type { CompiledPool } from "../core/compiled.ts";
import type { Millis } from "../core/units.ts";

/** A kind as people name it; the API server knows the resource. */
export interface KindName {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface AccessQuestion {
  readonly verb: string;
  /** API group and resource, such as `apps` and `deployments`; or the kind whose they are. */
  readonly on: { readonly group: string; readonly resource: string } | KindName;
  /** "" for the resource itself. */
  readonly subresource: string;
  /** "" for all namespaces, and for what has none. */
  readonly namespace: string;
  /** The one object that it is about; "" for all. */
  readonly name: string;
}

export type AccessAnswer =
  | {
      readonly kind: "answered";
      readonly allowed: boolean;
      readonly group: string;
      /** With its subresource: `pods/eviction`. */
      readonly resource: string;
    }
  /** No such kind is served. */
  | { readonly kind: "unserved" };

export interface DisruptionBudget {
  readonly namespace: string;
  readonly name: string;
  readonly field: "maxUnavailable" | "minAvailable";
  /** As written: `0`, `100%`; "" where the object has neither. */
  readonly value: string;
  /** Pods that its selector matches, by name. */
  readonly pods: readonly string[];
}

/** Who gives up on a node of the pool that has not joined, and when. */
export interface NodeTimeout {
  readonly pool: string;
  readonly by: "MachineHealthCheck" | "Karpenter" | "cluster-autoscaler";
  /** Object and field. */
  readonly where: string;
  readonly afterMs: Millis;
  /** Nothing was written: this is what its controller takes then. */
  readonly isDefault: boolean;
  /** A command or YAML line that gives racks time; `{}` stands for whole seconds. */
  readonly fix: string;
}

/** An object that sends turns to pods: a Service, or an InferencePool of a gateway. */
export interface Router {
  readonly namespace: string;
  /** "Service agents/coder" */
  readonly name: string;
  /** Labels that a pod must carry to get turns from it. */
  readonly selector: Readonly<Record<string, string>>;
}

/** Of a pod, as written; "" where nothing is. */
export interface Toleration {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
}

export interface SurveyedPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** Keys of labels whose values say which nodes it may run on. */
  readonly boundBy: readonly string[];
  /** Keys of labels that none of its nodes may bear when it comes there. */
  readonly avoids: readonly string[];
}

export interface ClusterSurvey {
  /** @returns answers in the order of the questions. @throws PortError */
  access(questions: readonly AccessQuestion[]): Promise<readonly AccessAnswer[]>;
  /** Labels of every node, by its name. @throws PortError */
  nodeLabels(): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
  /** @throws PortError */
  pods(namespaces: readonly string[]): Promise<readonly SurveyedPod[]>;
  /** @param pods of those namespaces. @throws PortError */
  budgets(
    namespaces: readonly string[],
    pods: readonly SurveyedPod[],
  ): Promise<readonly DisruptionBudget[]>;
  /** @throws PortError */
  routers(namespaces: readonly string[]): Promise<readonly Router[]>;
  /** @throws PortError */
  nodeTimeouts(pools: readonly CompiledPool[]): Promise<readonly NodeTimeout[]>;
}
