/** A HorizontalPodAutoscaler on `vllm:num_requests_waiting`, the usual first try. */
import type { Knob, Policy } from "../core/policy/policy.ts";
import type { PodsQuantity } from "./hpa-pods.ts";
import { hpaOnPods } from "./hpa-pods.ts";

/**
 * Mean turns waiting per pod. The default is the threshold that the vLLM production stack's
 * autoscaling tutorial sets.
 */
export const HPA_QUEUE_KNOB: Knob = {
  name: "target-waiting-per-pod",
  default: 5,
  sweep: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
};

export const WAITING_TURNS: PodsQuantity = {
  unit: "waiting",
  of: ({ waitingTurns }) => waitingTurns,
  signal: ({ waitingTurns }) => waitingTurns,
  sum: (waiting) => waiting,
};

export const hpaQueue = (targetPerPod: number): Policy =>
  hpaOnPods({ name: "hpa-queue", quantity: WAITING_TURNS }, targetPerPod);
