/**
 * What the controller must be allowed, as questions to the API server. The rules of the chart's
 * roles (charts/breakwater/templates/controller-rbac.yaml) in one place: a test compares the two.
 */
import type {
  BackendPreset,
  CompiledFleet,
  CompiledPool,
  CompiledWorkload,
} from "../../core/compiled.ts";
import type { AccessQuestion } from "../../ports/cluster-survey.ts";

export interface AccessNeed extends AccessQuestion {
  /** Without it the controller does its work, less well. */
  readonly optional: boolean;
  /** The chart's value that grants it; "" where it always does. */
  readonly value: string;
}

/** Resource (with subresource), verbs. */
type Rule = readonly [group: string, resource: string, verbs: string];

const BREAKWATER = "breakwater.dev";
const OURS = ["rackpools", "inferencefleets", "fleetoverrides", "scaledecisions"] as const;

/** In every cluster. */
const ALWAYS: readonly Rule[] = [
  ...OURS.map((resource): Rule => [BREAKWATER, resource, "get list watch"]),
  [BREAKWATER, "scaledecisions", "create patch delete"],
  ...OURS.map((resource): Rule => [BREAKWATER, `${resource}/status`, "get patch"]),
  ["", "nodes", "get list watch patch"],
  ["", "pods", "get list watch"],
  ["", "pods/eviction", "create"],
  ["policy", "poddisruptionbudgets", "list"],
  ["events.k8s.io", "events", "create patch"],
  ["authentication.k8s.io", "tokenreviews", "create"],
  ["authorization.k8s.io", "subjectaccessreviews", "create"],
];

/** GPUs by dynamic resource allocation; the device plugin's are seen without. */
const GPUS_BY_CLAIM: Rule = ["resource.k8s.io", "resourceslices", "get list watch"];
/** Providers report stock-outs there. */
const STOCK: Rule = ["", "events", "list"];

const OWN_NAMESPACE: readonly Rule[] = [
  ["coordination.k8s.io", "leases", "create"],
  ["", "configmaps", "get create update patch"],
];

const BY_BACKEND: Readonly<
  Partial<Record<CompiledPool["backend"]["kind"], { value: string; rules: readonly Rule[] }>>
> = {
  coreweave: {
    value: "rbac.coreweave=true",
    rules: [["compute.coreweave.com", "nodepools", "get patch"]],
  },
  "cluster-api": {
    value: "rbac.clusterApi=true",
    rules: [["cluster.x-k8s.io", "machines", "get list patch"]],
  },
  karpenter: {
    value: "rbac.karpenter=true",
    rules: [
      ["karpenter.sh", "nodepools", "get patch"],
      ["karpenter.sh", "nodeclaims", "get list"],
    ],
  },
};

/** Groups whose Machines are marked as victims. */
const MACHINES: Readonly<Partial<Record<BackendPreset, string>>> = {
  openshift: "machine.openshift.io",
  gardener: "machine.sapcloud.io",
};

export interface AccessScope {
  /** The controller's own namespace. */
  readonly namespace: string;
  readonly leaseName: string;
  readonly pools: readonly CompiledPool[];
  readonly fleets: readonly CompiledFleet[];
}

/** @returns a question for each verb, none twice */
export function neededAccess(scope: AccessScope): readonly AccessNeed[] {
  const { namespace, leaseName, pools, fleets } = scope;
  const needs = [
    ...ALWAYS.flatMap((rule) => needsOf(rule)),
    ...needsOf(GPUS_BY_CLAIM, { optional: true }),
    ...OWN_NAMESPACE.flatMap((rule) => needsOf(rule, { namespace })),
    ...needsOf(["coordination.k8s.io", "leases", "get update"], { namespace, name: leaseName }),
    ...pools.flatMap(poolNeeds),
    ...fleets.flatMap(fleetNeeds),
  ];
  return [...new Map(needs.map((need) => [keyOf(need), need])).values()];
}

const keyOf = ({ verb, on, subresource, namespace, name }: AccessNeed): string =>
  JSON.stringify([verb, on, subresource, namespace, name]);

function needsOf([group, path, verbs]: Rule, more: Partial<AccessNeed> = {}): AccessNeed[] {
  const [resource = "", subresource = ""] = path.split("/");
  return verbs
    .split(" ")
    .map((verb) => ({ ...PLAIN, on: { group, resource }, subresource, verb, ...more }));
}

const PLAIN = { namespace: "", name: "", optional: false, value: "" };

interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
}

const targetNeeds = (
  { apiVersion, kind, namespace }: Target,
  path: string,
  { verbs, value }: { readonly verbs: string; readonly value: string },
): AccessNeed[] => needsOf(["", `/${path}`, verbs], { on: { apiVersion, kind }, namespace, value });

function poolNeeds({ backend }: CompiledPool): AccessNeed[] {
  const { kind, preset, target, members } = backend;
  const group = preset === null ? undefined : MACHINES[preset];
  const machines = group === undefined ? [] : machineNeeds(group);
  const { value, rules } = BY_BACKEND[kind] ?? { value: "", rules: [] };
  const fixed = rules.flatMap((rule) => needsOf(rule, { value }));
  const stock = ["coreweave", "karpenter"].includes(kind) ? needsOf(STOCK, { optional: true }) : [];
  return [...fixed, ...machines, ...stock, ...targetNeedsOf(kind, members ?? target, value)];
}

const machineNeeds = (group: string): AccessNeed[] =>
  needsOf([group, "machines", "get list patch"], {
    value: `rbac.machineTargets[]: {apiGroup: ${group}, resource: machines}`,
  });

function targetNeedsOf(kind: string, target: Target, value: string): AccessNeed[] {
  const list = (name: string): string => `rbac.${name}[]: {apiGroup, resource} of ${target.kind}`;
  switch (kind) {
    case "cluster-api":
      return targetNeeds(target, "", { verbs: "get patch", value });
    case "scale":
      return [
        ...targetNeeds(target, "", { verbs: "get", value: list("scaleTargets") }),
        ...targetNeeds(target, "scale", { verbs: "get update patch", value: list("scaleTargets") }),
      ];
    case "field":
      return targetNeeds(target, "", { verbs: "get patch", value: list("fieldTargets") });
    case "object-set":
      return targetNeeds(target, "", { verbs: "get list patch", value: list("fieldTargets") });
    default:
      return [];
  }
}

function fleetNeeds({ namespace, signals, workloads }: CompiledFleet): AccessNeed[] {
  const value = `rbac.prometheusSecretNamespaces={${namespace}}`;
  const name = signals.prometheus?.secretName ?? null;
  const secret = name === null ? [] : needsOf(["", "secrets", "get"], { namespace, name, value });
  return [...secret, ...workloads.flatMap((workload) => workloadNeeds(workload, namespace))];
}

/** A kind whose counts, one for each role, are fields of its own: it has no scale subresource. */
const WITHOUT_SCALE = "DisaggregatedSet";

function workloadNeeds(workload: CompiledWorkload, namespace: string): AccessNeed[] {
  const { target, objectLabels, manage, ejectLabel } = workload;
  const sizing = { namespace, value: SIZING };
  const eject = ejectLabel === undefined ? [] : needsOf(["", "pods", "patch"], sizing);
  if (target === null) return eject;
  const value = `rbac.workloads[]: {apiGroup, resource} of ${target.kind}`;
  const verbs = objectLabels === undefined ? "get" : "get list";
  const read = targetNeeds(target, "", { verbs, value });
  return [...read, ...eject, ...(manage === "Observe" ? [] : sizingNeeds(target, namespace))];
}

/** What lets the controller write to workloads and their pods. */
const SIZING = "rbac.manageWorkloads=true";

function sizingNeeds(target: Target, namespace: string): AccessNeed[] {
  const value = SIZING;
  const whole = target.kind === WITHOUT_SCALE;
  return [
    ...targetNeeds(target, whole ? "" : "scale", {
      verbs: whole ? "patch" : "get update patch",
      value,
    }),
    ...needsOf(["autoscaling", "horizontalpodautoscalers", "list"], { namespace, value }),
    ...needsOf(["keda.sh", "scaledobjects", "list"], { namespace, value }),
    ...needsOf(["", "pods", "patch"], { namespace, value }),
  ];
}
