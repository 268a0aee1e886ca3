/**
 * SGLang (with --enable-metrics) as seen through Prometheus. Names, labels, buckets:
 * python/sglang/srt/observability/metrics_collector.py of sgl-project/sglang, 2026.
 */
import { LATENCIES, LATENCY_SHARES, one } from "./signal-queries.ts";
import type { PodScope, SeriesSource, SignalTable } from "./signal-table.ts";

/** Each name as the engine spells it and as OpenTelemetry pipelines rewrite it. */
const series = (
  pods: PodScope,
  names: readonly string[],
  more: Partial<SeriesSource> = {},
): SeriesSource => ({
  names: names.flatMap((name) => [`sglang:${name}`, `sglang_${name}`]),
  only: "",
  lacks: [],
  pods,
  ...more,
});

/** Under priority scheduling every priority has a series beside the total, whose label is empty. */
const TOTAL = 'priority=""';
/** The engine says itself which of its pods decode; one that does not say is none. */
const COMPUTES = 'engine_type!="decode"';

/**
 * Ranks of one engine show the same turns: each pipeline stage does, and with
 * --enable-metrics-for-all-schedulers each tensor rank. Data-parallel ranks have their own turns.
 */
const ranksOnce = (promql: string): string =>
  `max without (tp_rank, pp_rank, moe_ep_rank) (${promql})`;

const TARGET = "job, instance, namespace, pod";

/** @returns the first where a target has it, the second where not; each is summed by target */
const newerOr = (newer: string, older: string): string =>
  `sum(sum by (${TARGET}) (${newer}) or sum by (${TARGET}) (${older}))`;

/** A turn that waits for its partner engine is in no other queue of the pod that prefills. */
const WAITING_FOR_PREFILL =
  `(sum(${ranksOnce("$now(bootstrapping)")}) or ` +
  `0 * sum(${ranksOnce("$now(waitingForPrefill)")}))`;
const QUEUE_GROWTH =
  `(sum(${ranksOnce("$deriv(bootstrapping)")}) or ` +
  `0 * sum(${ranksOnce("$deriv(waitingForPrefill)")}))`;

export const SGLANG_SIGNALS: SignalTable = {
  engine: "sglang",
  presence: "running",
  series: {
    running: series("all", ["num_running_reqs"], { only: TOTAL }),
    waiting: series("all", ["num_queue_reqs"], { only: TOTAL }),
    waitingForPrefill: series("prefilling", ["num_queue_reqs"], {
      only: `${TOTAL},${COMPUTES}`,
    }),
    /** Renamed in 2026. Decode pods queue the same turns at the same time: not counted there. */
    bootstrapping: series(
      "prefilling",
      ["num_prefill_bootstrap_queue_reqs", "num_prefill_prealloc_queue_reqs"],
      { only: `${TOTAL},${COMPUTES}` },
    ),
    /** Of running turns: reusable cached tokens count as free. */
    kvUsage: series("prefilling", ["token_usage"], { only: COMPUTES }),
    kvTokens: series("prefilling", ["max_total_num_tokens"], { only: COMPUTES }),
    retracted: series("all", ["num_retracted_requests_total"]),
    /** Counted once a turn; `realtime_tokens` counts a retracted turn's prompt again. */
    prompt: series("prefilling", ["prefill_effective_tokens_total"], { only: COMPUTES }),
    computed: series("prefilling", ["prefill_effective_tokens_total"], {
      only: `mode="input",${COMPUTES}`,
    }),
    promptInBatches: series("prefilling", ["realtime_tokens_total"], {
      only: `mode=~"prefill_compute|prefill_cache",${COMPUTES}`,
    }),
    computedInBatches: series("prefilling", ["realtime_tokens_total"], {
      only: `mode="prefill_compute",${COMPUTES}`,
    }),
    /** `generation_tokens_total` would jump when a turn is done. */
    generated: series("all", ["realtime_tokens_total"], { only: 'mode="decode"' }),
    evicted: series("prefilling", ["evicted_tokens_total"], { only: COMPUTES }),
    firstTokens: series("prefilling", ["time_to_first_token_seconds_count"], { only: COMPUTES }),
    /** Unstreamed turns get their first token with the last one, and count as such. */
    ttft: series("prefilling", ["time_to_first_token_seconds_bucket"], {
      only: `is_streaming!="false",${COMPUTES}`,
    }),
    ttftCount: series("prefilling", ["time_to_first_token_seconds_count"], {
      only: `is_streaming!="false",${COMPUTES}`,
    }),
    /** Weighted by tokens. Renamed in 2025; the old one was a turn's mean. */
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
    /** The engine counts a turn when it is done: first tokens plus the growth of the queues. */
    arrivals: one(
      "turns/s",
      "firstTokens",
      `clamp_min(sum($rate(firstTokens)) + sum(${ranksOnce("$deriv(waitingForPrefill)")}) + ` +
        `${QUEUE_GROWTH}, 0)`,
    ),
    servedTurns: one("turns/s", "firstTokens", "sum($rate(firstTokens))"),
    promptTokens: one(
      "tokens/s",
      "waitingForPrefill",
      newerOr(ranksOnce("$rate(prompt)"), ranksOnce("$rate(promptInBatches)")),
    ),
    computedPromptTokens: one(
      "tokens/s",
      "waitingForPrefill",
      newerOr(ranksOnce("$rate(computed)"), ranksOnce("$rate(computedInBatches)")),
    ),
    generatedTokens: one("tokens/s", "generated", `sum(${ranksOnce("$rate(generated)")})`),
    runningTurns: one("turns", "running", `sum(${ranksOnce("$now(running)")})`),
    waitingTurns: one(
      "turns",
      "waiting",
      `sum(${ranksOnce("$now(waiting)")}) + ${WAITING_FOR_PREFILL}`,
    ),
    kvUsage: one("ratio", "kvUsage", `avg(${ranksOnce("$now(kvUsage)")})`),
    kvCapacity: one("tokens", "kvTokens", `sum(${ranksOnce("$now(kvTokens)")})`),
    preemptions: one("1/s", "retracted", `sum(${ranksOnce("$rate(retracted)")})`),
    ...LATENCIES,
  },
  /** With --collect-tokens-histogram; with separate pods both count a turn. */
  tokenLengths: {
    prompt: series("prefilling", ["prompt_tokens_histogram_bucket"], { only: COMPUTES }),
    output: series("all", ["generation_tokens_histogram_bucket"], {
      only: 'engine_type!="prefill"',
    }),
  },
  caches: {
    kvTokens: `sum by (pod) (${ranksOnce("$now(kvTokens)")})`,
    evictions: `sum by (pod) (${ranksOnce("$rate(evicted)")})`,
  },
  objectives: LATENCY_SHARES,
  /** Unless the engine runs with --bucket-time-to-first-token or --bucket-inter-token-latency. */
  bucketsSeconds: {
    TTFT: [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400],
    ITL: [
      0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.06, 0.08, 0.1, 0.2,
      0.4, 0.6, 0.8, 1, 2, 4, 6, 8,
    ],
  },
  cannotShow: [
    "Turns that were abandoned while they waited: no arrival is counted before its first token.",
    "Retractions before the first one: the counter appears with it, and until then is absent.",
    "Tokens of releases without realtime_tokens_total: absent, as others move when turns end.",
    "With separate Decode pods, the part of the time to first token after the prefill.",
    "Times to first token below 0.1 s or above 400 s, and between tokens above 8 s, exactly.",
  ],
};
