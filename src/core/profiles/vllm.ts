/**
 * vLLM (V1 engine) as seen through Prometheus. Names and meanings: vLLM docs/usage/metrics.md and
 * vllm/v1/metrics/loggers.py, v0.9 to v0.32; buckets: vllm/v1/metrics/buckets.py.
 */
import { LATENCIES, LATENCY_SHARES, one } from "./signal-queries.ts";
import type { PodScope, SeriesSource, SignalTable } from "./signal-table.ts";

/**
 * Finite bucket bounds, seconds, of `time_to_first_token_seconds` and `inter_token_latency_seconds`
 * unless the engine runs with `--custom-histogram-buckets`. Only a threshold that is a bound can be
 * measured; a quantile never reads above the last one.
 */
export const VLLM_BUCKETS_SECONDS = {
  TTFT: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560,
  ],
  ITL: [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  ],
} as const;

/** Each name as the engine spells it and as OpenTelemetry pipelines rewrite it. */
const series = (
  pods: PodScope,
  names: readonly string[],
  more: Partial<SeriesSource> = {},
): SeriesSource => ({
  names: names.flatMap((name) => [`vllm:${name}`, `vllm_${name}`]),
  only: "",
  lacks: [],
  pods,
  ...more,
});

export const VLLM_SIGNALS: SignalTable = {
  engine: "vllm",
  presence: "running",
  series: {
    running: series("all", ["num_requests_running"]),
    waiting: series("all", ["num_requests_waiting"]),
    waitingForPrefill: series("prefilling", ["num_requests_waiting"]),
    /** Renamed in 0.9.2, the old name gone with 0.12. */
    kvUsage: series("prefilling", ["kv_cache_usage_perc", "gpu_cache_usage_perc"]),
    cacheConfig: series("prefilling", ["cache_config_info"], { lacks: ["model_name"] }),
    preempted: series("all", ["num_preemptions_total"]),
    /** Logical: includes what a cache served. */
    prompt: series("prefilling", ["prompt_tokens_total"]),
    /**
     * `prefix_cache_hits` would count a waiting request again at every scheduler step, most of all
     * under overload; tokens by source are counted once, when the prompt is done.
     */
    computed: series("prefilling", ["prompt_tokens_by_source_total"], {
      only: 'source="local_compute"',
    }),
    cached: series("prefilling", ["prompt_tokens_cached_total"]),
    /** By local_compute, local_cache_hit and external_kv_transfer. */
    bySource: series("prefilling", ["prompt_tokens_by_source_total"]),
    /** With --kv-cache-metrics alone, and of one block in a hundred. */
    evicted: series("prefilling", ["kv_block_idle_before_evict_seconds_count"]),
    generated: series("all", ["generation_tokens_total"]),
    /** With separate decode pods this is the prefill's part of the time that a client sees. */
    ttft: series("prefilling", ["time_to_first_token_seconds_bucket"]),
    ttftCount: series("prefilling", ["time_to_first_token_seconds_count"]),
    /** Renamed in 0.11, the old name gone with 0.13. */
    itl: series("all", [
      "inter_token_latency_seconds_bucket",
      "time_per_output_token_seconds_bucket",
    ]),
    itlCount: series("all", [
      "inter_token_latency_seconds_count",
      "time_per_output_token_seconds_count",
    ]),
  },
  signals: {
    /**
     * The engine counts no arrivals: first tokens plus the growth of the queue. Turns abandoned
     * while waiting are missed, so a gateway's counter is better where there is one.
     */
    arrivals: one(
      "turns/s",
      "ttftCount",
      "clamp_min(sum($rate(ttftCount)) + sum($deriv(waitingForPrefill)), 0)",
    ),
    /** Turns whose first token came: what the token counters go with. */
    servedTurns: one("turns/s", "ttftCount", "sum($rate(ttftCount))"),
    promptTokens: one("tokens/s", "prompt", "sum($rate(prompt))"),
    computedPromptTokens: one(
      "tokens/s",
      "prompt",
      "sum($rate(computed) or ignoring (source) ($rate(prompt) - $rate(cached)))",
    ),
    generatedTokens: one("tokens/s", "generated", "sum($rate(generated))"),
    runningTurns: one("turns", "running", "sum($now(running))"),
    waitingTurns: one("turns", "waiting", "sum($now(waiting))"),
    /**
     * Blocks of running requests only: reusable cached blocks count as free. The plain mean is that
     * of the fleet's tokens as long as its pods are alike.
     */
    kvUsage: one("ratio", "kvUsage", "avg($now(kvUsage))"),
    /**
     * The figures are label values, which PromQL cannot multiply: one series per distinct pair. The
     * join keeps the targets that serve the fleet's model, which this series does not name.
     */
    kvCapacity: {
      unit: "tokens",
      newest: "cacheConfig",
      promql:
        "count by (block_size, num_gpu_blocks) " +
        "($now(cacheConfig) and on (job, instance) $now(kvUsage))",
      combine: { kind: "sum-of-label-products", labels: ["block_size", "num_gpu_blocks"] },
    },
    preemptions: one("1/s", "preempted", "sum($rate(preempted))"),
    ...LATENCIES,
  },
  tokenLengths: {
    prompt: series("prefilling", ["request_prompt_tokens_bucket"]),
    output: series("all", ["request_generation_tokens_bucket"]),
  },
  caches: {
    sourced: "sum by (pod) ($rate(bySource))",
    setting: {
      promql:
        "count by (pod, block_size, num_gpu_blocks, enable_prefix_caching) " +
        "($now(cacheConfig) and on (job, instance) $now(kvUsage))",
      blockTokens: "block_size",
      blocks: "num_gpu_blocks",
      prefixCaching: "enable_prefix_caching",
    },
    evictions: "sum by (pod) ($rate(evicted))",
  },
  objectives: LATENCY_SHARES,
  bucketsSeconds: VLLM_BUCKETS_SECONDS,
  cannotShow: [
    "Turns that were abandoned while they waited: no arrival is counted before its first token.",
    "How warm the cache is: reusable cached blocks count as free.",
    "Evictions without --kv-cache-metrics.",
    "With separate Decode pods, the part of the time to first token after the prefill.",
    "Times to first token above 2560 s and between tokens above 80 s: they read as that much.",
  ],
};
