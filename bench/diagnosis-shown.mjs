/** What is known of caches, by engine profile: what engines and router export, and no more. */

/** The simulated engines export what vLLM does with every flag; llm-d's router has the index. */
const shownOf = (fields, index) => (caches) => ({
  pods: caches.pods.map((pod) =>
    Object.fromEntries(Object.entries(pod).filter(([name]) => fields.includes(name))),
  ),
  ...(index && caches.index !== undefined && { index: caches.index }),
});

const COUNTERS = ["pod", "promptTokensPerSecond", "computedTokensPerSecond", "kvTokens"];
const VLLM = [...COUNTERS, "sourcedTokensPerSecond", "blockTokens", "prefixCaching"];
const EVICTIONS = "evictionsPerSecond";

/** vLLM counts evictions with --kv-cache-metrics alone, SGLang always, TensorRT-LLM never. */
export const SHOWN = {
  "vllm, llm-d-epp": shownOf(VLLM, true),
  "vllm with kv-cache-metrics, llm-d-epp": shownOf([...VLLM, EVICTIONS], true),
  vllm: shownOf(VLLM, false),
  "vllm with kv-cache-metrics": shownOf([...VLLM, EVICTIONS], false),
  sglang: shownOf([...COUNTERS, EVICTIONS], false),
  trtllm: shownOf(COUNTERS, false),
};
