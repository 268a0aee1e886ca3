/** Cluster API's Machines, and which of them go first (machineset_deletion_order.go, v1.12). */
import type { ObjectRef } from "../../core/compiled.ts";
import { conditionsOf, type Json, metaOf, objectAt, stringAt } from "../kubernetes/decode.ts";
import type { MachineGroup, MachineKind } from "../kubernetes/machine-kind.ts";
import { conditionAt } from "./decode.ts";

/** Its presence is what counts (api/core/v1beta2/common_types.go); the value tells our marks. */
const MARK = { key: "cluster.x-k8s.io/delete-machine", value: "breakwater" };

/**
 * shouldDeleteFirst, shouldDelete, betterDelete, and what is below all three whatever the order of
 * deletion: Oldest and Newest spread healthy Machines over 0 to 50 by age.
 */
const RANKS = { marked: 80, updating: 75, unhealthy: 50, healthy: 20 };

/** api/core/v1beta2/machine_types.go: in-place updates carry it until they end. */
const UPDATING = "in-place-updates.internal.cluster.x-k8s.io/update-in-progress";

/** The label of each kind on its Machines; of a MachinePool only where its provider makes some. */
const GROUP_LABELS: Readonly<Record<string, string>> = {
  MachineDeployment: "cluster.x-k8s.io/deployment-name",
  MachineSet: "cluster.x-k8s.io/set-name",
  MachinePool: "cluster.x-k8s.io/pool-name",
};

/** @returns where to find the Machines of a MachineDeployment, MachineSet or MachinePool */
export function machineGroup({ apiVersion, kind, namespace, name }: ObjectRef): MachineGroup {
  const label = GROUP_LABELS[kind] ?? "cluster.x-k8s.io/set-name";
  return { kind: machineKind(apiVersion), namespace, labels: { [label]: name } };
}

const machineKind = (apiVersion: string): MachineKind => ({
  resource: { apiVersion, plural: "machines", kind: "Machine" },
  mark: MARK,
  nodeOf: (machine) => ({
    name: stringAt(machine, "status", "nodeRef", "name"),
    // v1beta2 names the node only.
    uid: stringAt(machine, "status", "nodeRef", "uid"),
  }),
  rankOf: (machine) => rankOf(machine, apiVersion),
  markedRank: RANKS.marked,
  problemOf,
});

function rankOf(machine: Json, apiVersion: string): number {
  const { annotations } = metaOf(machine);
  if (MARK.key in annotations) return RANKS.marked;
  if (UPDATING in annotations) return RANKS.updating;
  return isHealthy(machine, apiVersion) ? RANKS.healthy : RANKS.unhealthy;
}

/** As isMachineHealthy has it: a node, and neither of two conditions False. */
function isHealthy(machine: Json, apiVersion: string): boolean {
  if (stringAt(machine, "status", "nodeRef", "name") === "") return false;
  return ["NodeHealthy", "HealthCheckSucceeded"].every(
    (type) => conditionAt(machine, apiVersion, type)?.status !== "False",
  );
}

/**
 * InfrastructureReady repeats what the provider's own object says; providers that follow the old
 * contract set failureReason and failureMessage, which v1beta2 keeps under `deprecated`.
 */
function problemOf(machine: Json): string {
  const ready = conditionsOf(machine).find(({ type }) => type === "InfrastructureReady");
  const said = ready === undefined || ready.status === "True" ? [] : [ready.reason, ready.message];
  const failed = [
    objectAt(machine, "status"),
    objectAt(machine, "status", "deprecated", "v1beta1"),
  ].flatMap((status) => [stringAt(status, "failureReason"), stringAt(status, "failureMessage")]);
  return [...said, ...failed].filter((text) => text !== "").join(" ");
}
