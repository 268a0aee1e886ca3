/**
 * MachineDeployment, MachineSet and MachinePool of cluster.x-k8s.io v1beta2 and v1beta1. They
 * differ in where conditions are and in the name of the count of Machines of the newest template.
 */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import {
  annotationRefusals,
  gitOpsRefusals,
  terminatingRefusals,
  wholeRackRefusals,
} from "../kubernetes/count-refusals.ts";
import type { CountReading, Decoded } from "../kubernetes/counted-object.ts";
import {
  booleanAt,
  conditionsOf,
  isJson,
  type Json,
  listAt,
  metaOf,
  numberAt,
  type ObjectCondition,
  objectAt,
  stringAt,
} from "../kubernetes/decode.ts";
import { lastWriterOf, ownersOf } from "../kubernetes/managed-fields.ts";

export interface ClusterApiReading extends CountReading {
  /** Why the count must not be lowered now, "" when it may. */
  readonly unsettled: string;
}

const COUNT_FIELD = "replicas";

/** Others that size the object: the cluster autoscaler, and whoever declares itself to. */
const OWNER_ANNOTATIONS = [
  "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size",
  "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size",
  "cluster.x-k8s.io/replicas-managed-by",
];

/** The field manager of a Cluster's topology (structuredmerge, TopologyManagerName). */
const TOPOLOGY_MANAGER = "capi-topology";

export function decodeCounted(object: Json, pool: CompiledPool): Decoded<ClusterApiReading> {
  const { apiVersion, kind } = pool.backend.target;
  const { name, uid, resourceVersion } = metaOf(object);
  const place = `${kind} ${name}`;
  const written = numberAt(object, "spec", COUNT_FIELD);
  const refusals = [
    ...ownershipRefusals(object, place),
    ...pausedRefusals(object, place, apiVersion),
    ...countRefusals(written, place, pool),
  ];
  if (refusals.length > 0 || written === null) return { ok: false, refusals };
  const { countPerRack } = pool.backend;
  const ready = numberAt(object, "status", "readyReplicas") ?? 0;
  const count: PoolCount = {
    uid,
    resourceVersion,
    desired: rackCount(written / countPerRack),
    // `replicas` counts Machines that have nothing behind them yet as well.
    current: rackCount(Math.floor(ready / countPerRack)),
    lastWriter: lastWriterOf(object, COUNT_FIELD),
    stock: "unknown",
  };
  return {
    ok: true,
    reading: { written, count, unsettled: unsettledBy(object, place, apiVersion) },
  };
}

/** @returns a condition as v1beta2 defines it, wherever the served version keeps those */
export function conditionAt(
  object: Json,
  apiVersion: string,
  type: string,
): ObjectCondition | undefined {
  const status = apiVersion.endsWith("/v1beta1")
    ? objectAt(object, "status", "v1beta2")
    : objectAt(object, "status");
  return conditionsOf({ status }).find((condition) => condition.type === type);
}

function ownershipRefusals(object: Json, place: string): readonly string[] {
  const topology = ownersOf(object, COUNT_FIELD).some(
    ({ manager }) => manager === TOPOLOGY_MANAGER,
  );
  const set = controllerOf(object);
  return [
    ...annotationRefusals(object, place, OWNER_ANNOTATIONS),
    ...(set === ""
      ? []
      : [`${place}: found it controlled by ${set}, expected the object people size; name that`]),
    ...(topology
      ? [
          `${place} spec.${COUNT_FIELD}: found it owned by ${TOPOLOGY_MANAGER}, expected no such ` +
            "owner: the Cluster's topology would set it back; leave replicas out of the topology",
        ]
      : []),
    ...terminatingRefusals(object, place),
    ...gitOpsRefusals(object, place, COUNT_FIELD),
  ];
}

/** A MachineDeployment sets the count of its MachineSets. */
function controllerOf(object: Json): string {
  const owners = listAt(object, "metadata", "ownerReferences").filter(isJson);
  const owner = owners.find((candidate) => booleanAt(candidate, "controller"));
  return owner === undefined ? "" : `${stringAt(owner, "kind")} ${stringAt(owner, "name")}`;
}

/** A paused Cluster shows in the object's own Paused condition. */
function pausedRefusals(object: Json, place: string, apiVersion: string): readonly string[] {
  const paused =
    "cluster.x-k8s.io/paused" in metaOf(object).annotations ||
    booleanAt(object, "spec", "paused") ||
    conditionAt(object, apiVersion, "Paused")?.status === "True";
  if (!paused) return [];
  return [`${place}: found it paused, expected it to act on its count; resume it or its Cluster`];
}

function countRefusals(
  written: number | null,
  place: string,
  { name, backend }: CompiledPool,
): readonly string[] {
  if (written === null) {
    return [`${place} spec.${COUNT_FIELD}: found none, expected a number; set it`];
  }
  const unitIs = `the nodes of one rack (RackPool ${name} spec.rack.nodes)`;
  const unit = backend.countPerRack;
  return wholeRackRefusals(`${place} spec.${COUNT_FIELD}`, { count: written, unit, unitIs });
}

/**
 * In a rollout a MachineDeployment has several MachineSets, and the one that shrinks may not be the
 * one that has the marked Machines.
 */
function unsettledBy(object: Json, place: string, apiVersion: string): string {
  const observed = numberAt(object, "status", "observedGeneration");
  const { generation } = metaOf(object);
  if (observed !== null && observed < generation) {
    return `${place}: found generation ${observed} observed, expected ${generation}`;
  }
  const rolling = conditionAt(object, apiVersion, "RollingOut");
  if (rolling?.status === "True") return `${place}: found it rolling out, expected no rollout`;
  const replicas = numberAt(object, "status", "replicas");
  const newest =
    numberAt(object, "status", "upToDateReplicas") ?? numberAt(object, "status", "updatedReplicas");
  if (rolling !== undefined || replicas === null || newest === null || newest >= replicas)
    return "";
  return `${place}: found ${newest} of ${replicas} Machines up to date, expected no rollout`;
}
