/**
 * A HorizontalPodAutoscaler on `vllm:kv_cache_usage_perc`, the second usual try. Kept as it is: the
 * metric counts blocks of running turns only, never exceeds 1 however long the queue is, and so
 * grows a fleet of n pods to n / target at most in one step.
 */
import type { Knob, Policy } from "../core/policy/policy.ts";
import type { PodsQuantity } from "./hpa-pods.ts";
import { hpaOnPods } from "./hpa-pods.ts";

/** Mean share of the KV cache in use. The default is llm-d's threshold of its decode trigger. */
export const HPA_KV_KNOB: Knob = {
  name: "target-kv-usage",
  default: 0.8,
  sweep: [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8],
};

const KV_USAGE: PodsQuantity = {
  unit: "caches full",
  of: ({ kvUsage }) => kvUsage,
  signal: ({ kvUsage }) => kvUsage,
  sum: (mean, reporting) => mean * reporting,
};

export const hpaKv = (targetShare: number): Policy =>
  hpaOnPods({ name: "hpa-kv", quantity: KV_USAGE }, targetShare);
