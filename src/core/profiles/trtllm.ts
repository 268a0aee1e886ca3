/**
 * TensorRT-LLM (trtllm-serve) as seen through Prometheus. Names, labels, buckets:
 * tensorrt_llm/metrics/collector.py of NVIDIA/TensorRT-LLM, 2026. It is scraped at
 * /prometheus/metrics; turns need `return_perf_metrics: true`, iterations need
 * `enable_iter_perf_stats: true`.
 */
import { LATENCIES, LATENCY_SHARES, one } from "./signal-queries.ts";
import type { PodScope, SeriesSource, SignalTable, SpelledApart } from "./signal-table.ts";

/** The first releases with metrics name no model, whatever they serve. */
const NO_MODEL = 'engine_type!="",model_name="undefined"';

/**
 * Releases up to 1.1 have no prefix, as NVIDIA/TensorRT-LLM's pull request 5785 shows of a server:
 * names that others may use too, told by a label of the collector's own.
 */
const apart = (...bare: readonly string[]): readonly SpelledApart[] => [
  { names: bare, only: 'engine_type!=""', lacks: [] },
  {
    names: [...bare.map((name) => `trtllm_${name}`), ...bare],
    only: NO_MODEL,
    lacks: ["model_name"],
  },
];

const series = (pods: PodScope, name: string): SeriesSource => ({
  names: [`trtllm_${name}`],
  only: "",
  lacks: [],
  apart: apart(name),
  pods,
});

export const TRTLLM_SIGNALS: SignalTable = {
  engine: "trtllm",
  presence: "anyTarget",
  series: {
    running: series("all", "num_requests_running"),
    runningPrefill: series("prefilling", "num_requests_running"),
    waiting: series("all", "num_requests_waiting"),
    waitingForPrefill: series("prefilling", "num_requests_waiting"),
    completed: series("prefilling", "num_requests_completed_total"),
    kvUsage: series("prefilling", "kv_cache_utilization"),
    kvBlocks: series("prefilling", "kv_cache_max_blocks"),
    tokensPerBlock: series("prefilling", "kv_cache_tokens_per_block"),
    /** Logical: includes what a cache served. */
    prompt: series("prefilling", "prompt_tokens_total"),
    /** A count of tokens; `kv_cache_hit_rate` is a share since the start, of no use here. */
    cached: series("prefilling", "prompt_cached_tokens_total"),
    generated: series("all", "generation_tokens_total"),
    ttft: series("prefilling", "time_to_first_token_seconds_bucket"),
    ttftCount: series("prefilling", "time_to_first_token_seconds_count"),
    itl: series("all", "time_per_output_token_seconds_bucket"),
    itlCount: series("all", "time_per_output_token_seconds_count"),
    /** Releases up to 1.1 show no load: there a pod is known from its first turn on. */
    anyTarget: {
      ...series("all", "num_requests_running"),
      apart: apart("num_requests_running", "time_to_first_token_seconds_count"),
    },
  },
  signals: {
    /** Neither arrivals nor first tokens are counted: ends, plus the growth of what is inside. */
    arrivals: one(
      "turns/s",
      "waitingForPrefill",
      "clamp_min(sum($rate(completed)) + sum($deriv(waitingForPrefill)) + " +
        "sum($deriv(runningPrefill)), 0)",
    ),
    /** Turns that ended: what the token counters, which move at the end, go with. */
    servedTurns: one("turns/s", "ttftCount", "sum($rate(ttftCount))"),
    promptTokens: one("tokens/s", "prompt", "sum($rate(prompt))"),
    /** Engines without the counter of cached tokens are taken to have served none from a cache. */
    computedPromptTokens: one("tokens/s", "cached", "sum($rate(prompt)) - sum($rate(cached))"),
    generatedTokens: one("tokens/s", "generated", "sum($rate(generated))"),
    runningTurns: one("turns", "running", "sum($now(running))"),
    waitingTurns: one("turns", "waiting", "sum($now(waiting))"),
    kvUsage: one("ratio", "kvUsage", "avg($now(kvUsage))"),
    kvCapacity: one("tokens", "kvBlocks", "sum($now(kvBlocks) * $now(tokensPerBlock))"),
    preemptions: {
      notExported:
        "TensorRT-LLM exports no counter of paused turns: trtllm_num_paused_requests is a gauge, " +
        "which is no rate; expected an override where the signal matters",
    },
    ...LATENCIES,
  },
  tokenLengths: {
    notExported:
      "TensorRT-LLM exports counters of prompt and generated tokens and no histogram of them; " +
      "where Dynamo's frontend is before it, the profile dynamo has them",
  },
  caches: { kvTokens: "sum by (pod) ($now(kvBlocks) * $now(tokensPerBlock))" },
  objectives: LATENCY_SHARES,
  bucketsSeconds: {
    TTFT: [
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
      80, 160, 640, 2560,
    ],
    ITL: [
      0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
    ],
  },
  cannotShow: [
    "Anything about a turn before its end: tokens, hits and latencies come in a burst with it.",
    "Preemptions: there is a gauge of paused turns and no counter.",
    "Time between tokens token by token: it is each turn's mean, so shares are of turns.",
    "Turns that were abandoned or failed: only completed ones are counted.",
    "Load and cache without enable_iter_perf_stats, the rest without return_perf_metrics.",
    "More than latencies and served turns in releases up to 1.1, whose series have no prefix; " +
      "where they name no model, the fleet's matchers must hold another label, as namespace.",
  ],
};
