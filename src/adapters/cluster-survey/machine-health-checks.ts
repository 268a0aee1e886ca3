/** MachineHealthChecks of Cluster API and OpenShift, and the pools whose Machines they watch. */
import type { CompiledPool } from "../../core/compiled.ts";
import { type Millis, millis } from "../../core/units.ts";
import type { NodeTimeout } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import {
  type Json,
  metaOf,
  numberAt,
  objectAt,
  stringAt,
  stringsAt,
} from "../kubernetes/decode.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { type Labels, labelSelector, matchesSelector } from "../kubernetes/selector.ts";
import { goDurationMs } from "./go-duration.ts";

export interface SurveyReach {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/** Groups that have MachineHealthChecks beside the kinds that count Machines. */
const MACHINE_GROUPS = ["cluster.x-k8s.io/", "machine.openshift.io/"];
/** Default of both (cluster-api api/core/v1beta2/machinehealthcheck_types.go; OpenShift's MAO). */
const DEFAULT_MS = millis(600_000);

/** @throws PortError */
export async function healthCheckTimeouts(
  reach: SurveyReach,
  pool: CompiledPool,
): Promise<readonly NodeTimeout[]> {
  const place = pool.backend.members ?? pool.backend.target;
  if (!MACHINE_GROUPS.some((group) => place.apiVersion.startsWith(group))) return [];
  const machines = (await countedObjects(reach, pool)).map((object) =>
    machineLabels(object, place.kind),
  );
  if (machines.length === 0) return [];
  const { apiVersion, namespace } = place;
  const resource = { apiVersion, plural: "machinehealthchecks", kind: "MachineHealthCheck" };
  const checks = await orNone(() => listAll(reach.client, { resource, namespace }));
  return checks
    .filter((check) => watches(check, machines))
    .flatMap((check) => timeoutOf(check, { pool: pool.name, apiVersion }));
}

/** The objects that count the pool's Machines. */
async function countedObjects(
  { client, discovery }: SurveyReach,
  { backend: { target, members } }: CompiledPool,
): Promise<readonly Json[]> {
  return orNone(async () => {
    if (members === null) return [await client.get((await discovery.locate(target)).at)];
    const { at } = await discovery.locate({ ...members, name: "" });
    return listAll(client, {
      resource: at.resource,
      namespace: at.namespace,
      labelSelector: labelSelector(members.selector),
    });
  });
}

/** A kind or object that is not there watches nothing. */
async function orNone(read: () => Promise<readonly Json[]>): Promise<readonly Json[]> {
  return (await orMissing(read)) ?? [];
}

/** Labels that the object's controller puts on its Machines, beside those of its template. */
const OWN_LABELS: Readonly<Record<string, string>> = {
  MachineDeployment: "cluster.x-k8s.io/deployment-name",
  MachineSet: "cluster.x-k8s.io/set-name",
  MachinePool: "cluster.x-k8s.io/pool-name",
};

function machineLabels(object: Json, kind: string): Labels {
  const own = OWN_LABELS[kind];
  const cluster = stringAt(object, "spec", "clusterName");
  return {
    ...(own === undefined ? {} : { [own]: metaOf(object).name }),
    ...(cluster === "" ? {} : { "cluster.x-k8s.io/cluster-name": cluster }),
    ...stringsAt(object, "spec", "template", "metadata", "labels"),
  };
}

const watches = (check: Json, machines: readonly Labels[]): boolean =>
  machines.some((labels) => matchesSelector(objectAt(check, "spec", "selector"), labels));

/** v1beta2 counts seconds under `checks`; what came before, and OpenShift, write a duration. */
function timeoutOf(
  check: Json,
  { pool, apiVersion }: { readonly pool: string; readonly apiVersion: string },
): readonly NodeTimeout[] {
  const nested = apiVersion === "cluster.x-k8s.io/v1beta2";
  const field = nested ? "spec.checks.nodeStartupTimeoutSeconds" : "spec.nodeStartupTimeout";
  const written = nested ? secondsOf(check) : goDurationMs(stringAt(check, "spec", LEGACY_FIELD));
  // Zero switches it off.
  if (written === 0) return [];
  const { namespace, name } = metaOf(check);
  return [
    {
      pool,
      by: "MachineHealthCheck",
      where: `MachineHealthCheck ${namespace}/${name} ${field}`,
      afterMs: written ?? DEFAULT_MS,
      isDefault: written === null,
      fix: nested ? "checks: {nodeStartupTimeoutSeconds: {}}" : "nodeStartupTimeout: {}s",
    },
  ];
}

const LEGACY_FIELD = "nodeStartupTimeout";

function secondsOf(check: Json): Millis | null {
  const seconds = numberAt(check, "spec", "checks", "nodeStartupTimeoutSeconds");
  return seconds === null ? null : millis(seconds * 1_000);
}
