/**
 * The part that Gardener leaves to the machine controller of each cloud: a Machine becomes a node
 * of this very cluster, or says why it does not, and takes its node along when it is deleted.
 */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import type { Access } from "./access.ts";

/** Of one Shoot, in its seed; that of the backed kinds. */
export const GARDENER_NAMESPACE = "infra";
const MACHINES = "machines.machine.sapcloud.io";
/** pkg/util/provider/machinecontroller/controller.go, MCMFinalizerName. */
const FINALIZER = "machine.sapcloud.io/machine-controller-manager";

/** Gardener's own defaults (extensions/pkg/controller/worker), but all machines at once. */
export function machineDeployment(name: string, replicas: number): Json {
  const labels = { name };
  return {
    apiVersion: "machine.sapcloud.io/v1alpha1",
    kind: "MachineDeployment",
    metadata: { name, namespace: GARDENER_NAMESPACE },
    spec: {
      replicas,
      minReadySeconds: 0,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { class: { kind: "MachineClass", name: "gb200" } },
      },
    },
  };
}

interface Machine {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec: { readonly providerID?: string };
}

/**
 * What creating a machine fails with: the gRPC code of the driver, and the cloud's words. Written
 * as machineCreateErrorHandler does (pkg/util/provider/machinecontroller/machine_util.go).
 */
export interface CreationError {
  readonly code: string;
  readonly message: string;
}

/** Each Machine that is new becomes a node, made ready by kwok; those deleted end with theirs. */
export async function controlMachines(
  access: Access,
  refusal: CreationError | null = null,
): Promise<void> {
  const asked = ["get", MACHINES, "-n", GARDENER_NAMESPACE, "-o", "json"];
  const { items } = JSON.parse(await access.mustKubectl(asked));
  await Promise.all(items.map((machine: Machine) => control(access, machine, refusal)));
}

async function control(
  access: Access,
  { metadata: { name, deletionTimestamp, finalizers = [] }, spec }: Machine,
  refusal: CreationError | null,
): Promise<void> {
  if (deletionTimestamp !== undefined) {
    await access.mustKubectl(["delete", "node", name, "--ignore-not-found"]);
    await patch(access, name, { metadata: { finalizers: null } });
    return;
  }
  if (finalizers.length === 0) await patch(access, name, { metadata: { finalizers: [FINALIZER] } });
  if (spec.providerID !== undefined) return;
  if (refusal === null) await becomeNode(access, name);
  else await fail(access, name, refusal);
}

async function becomeNode(access: Access, name: string): Promise<void> {
  const providerID = `fake://${name}`;
  await access.apply({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, annotations: { "kwok.x-k8s.io/node": "fake" } },
    spec: { providerID },
  });
  await patch(access, name, { metadata: { labels: { node: name } }, spec: { providerID } });
  const lastOperation = operation("Successful", `Machine ${name} successfully joined the cluster`);
  await patchStatus(access, name, { lastOperation, currentStatus: phase("Running") });
}

async function fail(access: Access, name: string, refusal: CreationError): Promise<void> {
  const said = operation("Failed", `Cloud provider message - ${refusal.message}`);
  const lastOperation = { ...said, errorCode: refusal.code };
  await patchStatus(access, name, { lastOperation, currentStatus: phase("CrashLoopBackOff") });
}

const now = (): string => new Date().toISOString().replace(/\.\d+/, "");

const operation = (state: string, description: string): Json => ({
  description,
  state,
  type: "Create",
  lastUpdateTime: now(),
});

const phase = (name: string): Json => ({ phase: name, lastUpdateTime: now() });

const patch = (access: Access, name: string, body: Json, ...flags: readonly string[]) =>
  access.mustKubectl([
    "patch",
    MACHINES,
    name,
    "-n",
    GARDENER_NAMESPACE,
    "--type=merge",
    ...flags,
    `-p=${JSON.stringify(body)}`,
  ]);

const patchStatus = (access: Access, name: string, status: Json) =>
  patch(access, name, { status }, "--subresource=status");
