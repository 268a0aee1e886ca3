/** A HorizontalPodAutoscaler on `vllm:num_requests_waiting`, the usual first try. */
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import type { PodsMetric } from "./hpa.ts";
import { HPA_SYNC_MS, normalized, recommendation, rememberChange } from "./hpa.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";
import type { Scaled } from "./roles.ts";

/**
 * Mean turns waiting per pod. The default is the threshold that the vLLM production stack's
 * autoscaling tutorial sets.
 */
export const HPA_QUEUE_KNOB: Knob = {
  name: "target-waiting-per-pod",
  default: 5,
  sweep: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
};

export function hpaQueue(targetPerPod: number): Policy {
  return {
    name: "hpa-queue",
    knob: targetPerPod,
    everyMs: HPA_SYNC_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => sync(view, memory, targetPerPod),
  };
}

function sync(view: PolicyView, memory: PolicySlice, target: number): PolicyAnswer {
  const { now } = view;
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  const { filled: n, min, max } = replicas;
  if (n > max || n < min) {
    const bound = n > max ? max : min;
    return { replicas: { [role]: bound }, memory, text: `${n} replicas, bounds ${min}-${max}.` };
  }
  const metric = queueMetric(view, scaled);
  if (metric === null) {
    return { replicas: { [role]: n }, memory, text: "No metric: nothing is changed." };
  }
  const recommended = recommendation(metric, target, n);
  const next = normalized(recommended, memory, { now, n, min, max });
  const change = rackChange(next.replicas, scaled);
  return {
    replicas: { [role]: next.replicas },
    memory: rememberChange(next.memory, now, change),
    text: `${metric.sum} waiting on ${metric.reporting} pods, target ${target}: ${recommended}.`,
  };
}

/** Replicas that share their rack with others stay: the rack that was bought is filled. */
function rackChange(wanted: number, { replicas }: Scaled): number {
  const { filled, perRack } = replicas;
  return wanted > filled || wanted <= filled - perRack ? wanted - filled : 0;
}

/** @returns null where the metrics API would answer with an error, or with no pod at all */
function queueMetric({ observed }: PolicyView, { role, replicas }: Scaled): PodsMetric | null {
  const reading = observed.signals.waitingTurns;
  if (reading.kind === "absent" || !Number.isFinite(reading.value)) return null;
  const engines = observed.engines?.filter((engine) => engine.role === role);
  const reporting = engines?.length ?? Math.round(reading.coverage * replicas.ready);
  if (reporting === 0) return null;
  return {
    sum: engines?.reduce((sum, { waitingTurns }) => sum + waitingTurns, 0) ?? reading.value,
    reporting,
    missing: Math.max(0, replicas.present - reporting),
    pending: Math.max(0, replicas.filled - replicas.present),
  };
}
