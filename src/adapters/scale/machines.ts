/** The Machines behind two vendors' scalable kinds, and which of them go first. */
import type { BackendPreset } from "../../core/compiled.ts";
import {
  conditionsOf,
  type Json,
  metaOf,
  numberAt,
  objectAt,
  stringAt,
  stringsAt,
} from "../kubernetes/decode.ts";
import type { MachineGroup, MachineKind } from "../kubernetes/machine-kind.ts";

/** What is known of a vendor's scalable kind besides its scale subresource. */
export interface MachinePreset {
  readonly machines: MachineKind;
  /** Annotations by which the vendor's autoscaler sizes the object. */
  readonly ownerAnnotations: readonly string[];
}

/** machine-api-operator, pkg/controller/machineset/delete_policy.go. */
const OPENSHIFT_MARK = { key: "machine.openshift.io/delete-machine", value: "breakwater" };
const OPENSHIFT_OLD_MARK = "machine.openshift.io/cluster-api-delete-machine";

const openshiftMachines: MachineKind = {
  resource: { apiVersion: "machine.openshift.io/v1beta1", plural: "machines", kind: "Machine" },
  mark: OPENSHIFT_MARK,
  nodeOf: (machine) => ({
    name: stringAt(machine, "status", "nodeRef", "name"),
    uid: stringAt(machine, "status", "nodeRef", "uid"),
  }),
  rankOf: openshiftRank,
  markedRank: 50,
  problemOf: openshiftProblem,
};

/**
 * betterDelete for marked and failed Machines alike, and what is below it. That those without a
 * node come before the others holds for the order Random alone, so it is not relied on.
 */
function openshiftRank(machine: Json): number {
  const { annotations } = metaOf(machine);
  const marks = [OPENSHIFT_MARK.key, OPENSHIFT_OLD_MARK].map((key) => annotations[key] ?? "");
  const error = [stringAt(machine, "status", "errorReason"), errorMessage(machine)];
  return [...marks, ...error].some((text) => text !== "") ? 50 : 20;
}

const errorMessage = (machine: Json): string => stringAt(machine, "status", "errorMessage");

function openshiftProblem(machine: Json): string {
  const created = conditionsOf(machine).find(({ type }) => type === "MachineCreated");
  const said = created?.status === "False" ? [created.reason, created.message] : [];
  const failed = [stringAt(machine, "status", "errorReason"), errorMessage(machine)];
  return [...said, ...failed].filter((text) => text !== "").join(" ");
}

/**
 * Below the default, so that they go first once the count falls. Not 1, which its autoscaler sets:
 * such a machine is ended at once, whatever the count says, and made anew where it stays
 * (machine-controller-manager, machineutils/utils.go, IsMachineTriggeredForDeletion).
 */
const GARDENER_MARK = { key: "machinepriority.machine.sapcloud.io", value: "2" };
/** That priority, and an annotation with the same effect. */
const GARDENER_ENDING_PRIORITY = "1";
const GARDENER_ENDS = "node.machine.sapcloud.io/trigger-deletion-by-mcm";
const GARDENER_DEFAULT_PRIORITY = 3;

/** Above every priority that anybody writes. */
const GARDENER_ENDED = 1_000;

/** pkg/controller/controller_utils.go: what decides among Machines of equal priority. */
const GARDENER_PHASES = [
  "Terminating",
  "Failed",
  "CrashLoopBackOff",
  "Unknown",
  "Pending",
  "Available",
  "Running",
];

const gardenerMachines: MachineKind = {
  resource: { apiVersion: "machine.sapcloud.io/v1alpha1", plural: "machines", kind: "Machine" },
  mark: GARDENER_MARK,
  nodeOf: (machine) => ({ name: stringAt(machine, "metadata", "labels", "node"), uid: "" }),
  rankOf: gardenerRank,
  markedRank: -2,
  problemOf: gardenerProblem,
};

/** That it failed is said whatever the cloud's words for it are. */
function gardenerProblem(machine: Json): string {
  const operation = objectAt(machine, "status", "lastOperation");
  const state = stringAt(operation, "state");
  if (state !== "Failed") return "";
  return `${state} ${stringAt(operation, "errorCode")} ${stringAt(operation, "description")}`;
}

/**
 * The lower the priority the sooner it goes; a tenth a phase, as a phase never outweighs it. Before
 * all priorities go those that are ended and made anew: they are not counted among those there.
 */
function gardenerRank(machine: Json): number {
  const { annotations } = metaOf(machine);
  const written = annotations[GARDENER_MARK.key] ?? "";
  const priority = /^[+-]?\d+$/.test(written) ? Number(written) : GARDENER_DEFAULT_PRIORITY;
  const phase = stringAt(machine, "status", "currentStatus", "phase");
  const ends = written === GARDENER_ENDING_PRIORITY || annotations[GARDENER_ENDS] === "true";
  if (ends || phase === "Failed") return GARDENER_ENDED;
  const later = Math.max(0, GARDENER_PHASES.indexOf(phase));
  return -priority - (priority <= Number(GARDENER_MARK.value) ? 0 : later / 10);
}

/** Where a preset knows of Machines; the others know a field. */
export const MACHINE_PRESETS: Readonly<Partial<Record<BackendPreset, MachinePreset>>> = {
  openshift: {
    machines: openshiftMachines,
    ownerAnnotations: [
      "machine.openshift.io/cluster-api-autoscaler-node-group-min-size",
      "machine.openshift.io/cluster-api-autoscaler-node-group-max-size",
    ],
  },
  gardener: {
    machines: gardenerMachines,
    // Names Machines that the autoscaler is taking away (pkg/util/annotations/annotations.go).
    ownerAnnotations: [GARDENER_ENDS],
  },
};

/**
 * @returns where to find the Machines of this object, which selects them by labels; null for a
 *   selector that names no label
 */
export function machineGroup(object: Json, kind: MachineKind): MachineGroup | null {
  const labels = stringsAt(object, "spec", "selector", "matchLabels");
  if (Object.keys(labels).length === 0) return null;
  return { kind, namespace: metaOf(object).namespace, labels };
}

/** @returns why the count must not be lowered now, "" when it may */
export function unsettledBy(object: Json): string {
  const { generation } = metaOf(object);
  const observed = numberAt(object, "status", "observedGeneration");
  if (observed !== null && observed < generation) {
    const found = `${metaOf(object).name}: found generation ${observed} observed`;
    return `${found}, expected ${generation}: its Machines are about to change`;
  }
  const replicas = numberAt(object, "status", "replicas");
  const updated = numberAt(object, "status", "updatedReplicas");
  if (replicas === null || updated === null || updated >= replicas) return "";
  const expected = "expected no rollout: marks of one set do not bind the other";
  return `${metaOf(object).name}: found ${updated} of ${replicas} Machines updated, ${expected}`;
}
