import type { PodRef } from "../../core/decision.ts";
import { type Millis, seconds } from "../../core/units.ts";
import type { EvictOutcome, Workloads } from "../../ports/workloads.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf } from "../kubernetes/decode.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { failureIn, isNotFound, orMissing } from "../kubernetes/failures.ts";
import { type Lifecycle, lifecycleOf, reflector } from "../kubernetes/reflector.ts";
import { type ObjectAt, PODS } from "../kubernetes/resources.ts";
import type { Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { autoscalers } from "./autoscalers.ts";
import { blockedTogether } from "./blocked-together.ts";
import { decodePod } from "./decode.ts";
import { ejectPods, readmitPods } from "./eject-pods.ts";
import { loansOf } from "./loan-pods.ts";
import { markPods } from "./mark-pods.ts";
import { membershipsOf, observationOf, sizedBy } from "./memberships.ts";
import { rolloutsIn } from "./rollouts.ts";
import { writeReplicas } from "./scale-write.ts";
import { withoutSliced } from "./slices.ts";
import { targetReader } from "./target-reader.ts";

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
  const writer = { client: options.client, written: (pod: Json) => pods.written(pod) };
  const reader = { targets, autoscalers: autoscalers(options) };
  return {
    ...lifecycleOf(pods),
    read: async (fleets, pools = []) => {
      const loans = loansOf(pools);
      const named = await membershipsOf(fleets, reader);
      const kept = pods.snapshot();
      const members = withoutSliced(named, kept);
      return {
        pods: kept.flatMap((pod) => observationOf(pod, members, loans)),
        rollouts: rolloutsIn(members, kept),
        unreadable: members.flatMap(({ problems }) => problems),
        sized: sizedBy(members),
      };
    },
    evict: (pod, graceMs) => evict(options.client, pod, graceMs),
    blockedTogether: (found) => blockedTogether(options.client, pods.snapshot(), found),
    scale: async (change) => {
      try {
        return await writeReplicas(options, change);
      } finally {
        targets.forget(change.object);
      }
    },
    mark: (found, marked) => markPods(options.client, found, marked),
    eject: (found, at) => ejectPods(writer, found, at),
    readmit: (found) => readmitPods(writer, found),
  };
}

/** The API server refuses an eviction for a budget with this cause, whatever the wording. */
const BUDGET_CAUSE = "DisruptionBudget";

async function evict(
  client: KubeClient,
  { namespace, name, uid }: PodRef,
  graceMs?: Millis,
): Promise<EvictOutcome> {
  const grace = graceMs === undefined ? {} : { gracePeriodSeconds: Math.ceil(seconds(graceMs)) };
  const eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid }, ...grace },
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
  const found = await orMissing(() => client.get(at));
  return found !== null && metaOf(found).uid === uid;
}
