/** Controllers that delete a node which has not joined in time, and which pools they look after. */
import type { BackendKind, CompiledPool } from "../../core/compiled.ts";
import { millis } from "../../core/units.ts";
import type { NodeTimeout } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { type Json, listAt, metaOf } from "../kubernetes/decode.ts";
import type { Resource } from "../kubernetes/resources.ts";
import { goDurationMs } from "./go-duration.ts";
import { healthCheckTimeouts, type SurveyReach } from "./machine-health-checks.ts";

/**
 * `registrationTimeout` of kubernetes-sigs/karpenter, nodeclaim/lifecycle/liveness.go under
 * pkg/controllers: a constant, no setting.
 */
const KARPENTER_REGISTRATION_MS = millis(900_000);
/** `--max-node-provision-time` of kubernetes/autoscaler, its default. */
const AUTOSCALER_PROVISION_MS = millis(900_000);
const PROVISION_FLAG = /^--?max-node-provision-time(?:=(.*))?$/;

/** Those whose node groups a cluster autoscaler may hold too, without a mark on the object. */
const AUTOSCALER_KINDS: readonly BackendKind[] = ["field", "object-set", "scale"];

const DEPLOYMENTS: Resource = { apiVersion: "apps/v1", plural: "deployments", kind: "Deployment" };

/** @throws PortError */
export async function listNodeTimeouts(
  reach: SurveyReach,
  pools: readonly CompiledPool[],
): Promise<readonly NodeTimeout[]> {
  const checks = await Promise.all(pools.map((pool) => healthCheckTimeouts(reach, pool)));
  const karpenter = pools.filter(isKarpenters).map(karpenterTimeout);
  const autoscaled = pools.filter(({ backend }) => AUTOSCALER_KINDS.includes(backend.kind));
  return [...checks.flat(), ...karpenter, ...(await autoscalerTimeouts(reach.client, autoscaled))];
}

const isKarpenters = ({ backend: { kind, target, members } }: CompiledPool): boolean =>
  kind === "karpenter" || (members ?? target).apiVersion.startsWith("karpenter.sh/");

const karpenterTimeout = ({ name, backend: { target } }: CompiledPool): NodeTimeout => ({
  pool: name,
  by: "Karpenter",
  where: `NodePool ${target.name || name}: Karpenter's registration timeout`,
  afterMs: KARPENTER_REGISTRATION_MS,
  isDefault: true,
  fix:
    "Karpenter has no setting for it: run a build with registrationTimeout = {} * time.Second, " +
    "or state the boot time that was measured in the RackPool's spec.leadTimePrior",
});

async function autoscalerTimeouts(
  client: KubeClient,
  pools: readonly CompiledPool[],
): Promise<readonly NodeTimeout[]> {
  if (pools.length === 0) return [];
  const deployments = await listAll(client, { resource: DEPLOYMENTS, namespace: "" });
  const found = deployments.flatMap(autoscalerOf);
  return pools.flatMap(({ name }) => found.map((timeout) => ({ ...timeout, pool: name })));
}

function autoscalerOf(deployment: Json): readonly Omit<NodeTimeout, "pool">[] {
  const { namespace, name } = metaOf(deployment);
  const containers = listAt(deployment, "spec", "template", "spec", "containers");
  const words = containers.flatMap((container) => [
    ...listAt(container, "command"),
    ...listAt(container, "args"),
  ]);
  const texts = words.filter((word) => typeof word === "string");
  const isOne = texts.some((text) => PROVISION_FLAG.test(text) || isAutoscaler(text));
  if (!isOne) return [];
  const written = flagValue(texts);
  const afterMs = written === null ? null : goDurationMs(written);
  return [
    {
      by: "cluster-autoscaler",
      where: `Deployment ${namespace}/${name} --max-node-provision-time`,
      afterMs: afterMs ?? AUTOSCALER_PROVISION_MS,
      isDefault: afterMs === null,
      fix: "--max-node-provision-time={}s",
    },
  ];
}

/** The program of kubernetes/autoscaler, wherever its image puts it. */
const isAutoscaler = (word: string): boolean => /(^|\/)cluster-autoscaler$/.test(word);

/** Given as one word or as two. */
function flagValue(words: readonly string[]): string | null {
  const at = words.findIndex((word) => PROVISION_FLAG.test(word));
  const [, joined] = PROVISION_FLAG.exec(words[at] ?? "") ?? [];
  return at < 0 ? null : (joined ?? words[at + 1] ?? null);
}
