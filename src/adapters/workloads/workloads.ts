import type { CompiledFleet, CompiledWorkload, FleetKey, Role } from "../../core/compiled.ts";
import type { PodRef } from "../../core/decision.ts";
import type { PodObservation } from "../../core/observation.ts";
import { PortError } from "../../ports/errors.ts";
import type { EvictOutcome, Workloads } from "../../ports/workloads.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { metaOf } from "../kubernetes/decode.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { failureIn, isNotFound } from "../kubernetes/failures.ts";
import { type Lifecycle, lifecycleOf, reflector } from "../kubernetes/reflector.ts";
import { type ObjectAt, PODS } from "../kubernetes/resources.ts";
import { hasLabels } from "../kubernetes/selector.ts";
import type { Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { decodePod, type KeptPod, type TargetReading } from "./decode.ts";
import { targetReader, type TargetReader } from "./target-reader.ts";

export interface WorkloadsOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly timers: Timers;
  readonly warn: Warn;
}

/** The pods that hold GPUs and the objects they belong to. */
export function workloads(options: WorkloadsOptions): Workloads & Lifecycle {
  const pods = reflector({
    ...options,
    // Ended pods hold nothing, and finished jobs can outnumber everything else.
    selection: {
      resource: PODS,
      namespace: "",
      fieldSelector: "status.phase!=Succeeded,status.phase!=Failed",
    },
    decode: decodePod,
  });
  const targets = targetReader(options);
  return {
    ...lifecycleOf(pods),
    read: async (fleets) => {
      const members = await membershipsOf(fleets, targets);
      const rollouts = members.filter(({ target }) => target?.rollingOut === true);
      return {
        pods: pods.snapshot().flatMap((pod) => observationOf(pod, members)),
        rollouts: [...new Set(rollouts.map(({ fleet }) => fleet))],
        unreadable: members.flatMap(({ fleet, problem: text }) =>
          text === null ? [] : [{ fleet, text }],
        ),
      };
    },
    evict: (pod) => evict(options.client, pod),
  };
}

interface Membership {
  readonly fleet: FleetKey;
  readonly namespace: string;
  readonly workload: CompiledWorkload;
  /** null when the workload names none, or when it was never read. */
  readonly target: TargetReading | null;
  /** Why the target that is named could not be read. */
  readonly problem: string | null;
}

async function membershipsOf(
  fleets: readonly CompiledFleet[],
  targets: TargetReader,
): Promise<readonly Membership[]> {
  const pairs = fleets.flatMap((fleet) => fleet.workloads.map((workload) => ({ fleet, workload })));
  return Promise.all(
    pairs.map(async ({ fleet, workload }) => ({
      fleet: fleet.key,
      namespace: fleet.namespace,
      workload,
      ...(await targetOf(fleet, workload, targets)),
    })),
  );
}

/** What one fleet names wrongly, or may not be read, must not blind the others. */
async function targetOf(
  fleet: CompiledFleet,
  { name, target: ref }: CompiledWorkload,
  targets: TargetReader,
): Promise<Pick<Membership, "target" | "problem">> {
  if (ref === null) return { target: null, problem: null };
  const place = `InferenceFleet ${fleet.key} spec.workloads[${name}].target`;
  try {
    const target = await targets.read(ref);
    const found = `found no ${ref.apiVersion} ${ref.kind} ${ref.namespace}/${ref.name}`;
    return { target, problem: target === null ? `${place}: ${found}, expected one.` : null };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { target: targets.lastRead(ref), problem: `${place}: ${error.message}.` };
  }
}

function belongs(pod: KeptPod, { namespace, workload, target }: Membership): boolean {
  if (pod.namespace !== namespace) return false;
  return hasLabels(pod.labels, workload.podLabels) || target?.selects(pod.labels) === true;
}

function observationOf(pod: KeptPod, members: readonly Membership[]): readonly PodObservation[] {
  if (pod.node === "") return [];
  const member = members.find((candidate) => belongs(pod, candidate));
  if (member === undefined && !pod.holdsGpus) return [];
  const { labels: _labels, holdsGpus: _holdsGpus, ...seen } = pod;
  const role: Role = member?.workload.role ?? "Aggregated";
  return [{ ...seen, fleet: member?.fleet ?? null, role }];
}

/** The API server refuses an eviction for a budget with this cause, whatever the wording. */
const BUDGET_CAUSE = "DisruptionBudget";

async function evict(client: KubeClient, { namespace, name, uid }: PodRef): Promise<EvictOutcome> {
  const eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid } },
  };
  const blocked = (error: unknown) => failureIn(error)?.causes.includes(BUDGET_CAUSE) === true;
  const at = { resource: PODS, namespace, name };
  try {
    await client.post(at, "eviction", eviction, { hopeless: blocked });
    return { kind: "Evicted" };
  } catch (error) {
    const failure = failureIn(error);
    // 409: another pod under the name.
    if (isNotFound(error) || failure?.status === 409) return { kind: "Gone" };
    if (!blocked(error)) throw error;
    // Budgets are asked before the uid is compared: it may be another pod's budget that refused.
    const same = await isStillThere(client, at, uid);
    return same ? { kind: "Blocked", message: failure?.message ?? "" } : { kind: "Gone" };
  }
}

async function isStillThere(client: KubeClient, at: ObjectAt, uid: string): Promise<boolean> {
  try {
    return metaOf(await client.get(at)).uid === uid;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
