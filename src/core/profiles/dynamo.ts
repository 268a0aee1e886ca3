/**
 * NVIDIA Dynamo (1.x) as its frontend shows it, whatever engine is behind. Names, labels, buckets:
 * lib/llm/src/http/service/metrics.rs of ai-dynamo/dynamo; stages: its
 * docs/observability/metrics.md; workers' KV cache: its LLMBackendMetrics, on the port that
 * DYN_SYSTEM_PORT names.
 */
import { LATENCIES, LATENCY_SHARES, one } from "./signal-queries.ts";
import type { SeriesSource, SignalTable } from "./signal-table.ts";

/** The frontend's label for what engines call model_name. */
const MODEL = { model_name: "model" };

/** Frontends and workers are apart from the fleet's workloads: no series goes by their roles. */
const series = (names: readonly string[], more: Partial<SeriesSource> = {}): SeriesSource => ({
  names,
  only: "",
  lacks: [],
  spells: MODEL,
  pods: "all",
  ...more,
});

const frontend = (...names: readonly string[]): SeriesSource =>
  series(names.map((name) => `dynamo_frontend_${name}`));

/** Renamed in 1.x; the old name is exported beside the new one. */
const ACTIVE = ["dynamo_frontend_active_requests", "dynamo_frontend_inflight_requests"] as const;
const WORKER_BLOCKS = "dynamo_component_total_blocks";

/** Workers of 2025 spelt it with a prefix, and named no model: the fleet's other labels remain. */
const before2026 = (name: string) => ({
  apart: [
    { names: [`dynamo_component_kvstats_${name}`], only: "", lacks: ["model_name", "model"] },
  ],
});

/** These name neither the model nor the fleet's other labels of a model. */
const frontendOfAllModels = (name: string, only = ""): SeriesSource =>
  series([`dynamo_frontend_${name}`], { only, lacks: ["model_name", "model"] });

const TARGET = "job, instance, namespace, pod";

/**
 * Without a model in its stages the older gauge, which has one, comes first. Both hold what waits
 * for its first token, so one stands for the other and they never add up.
 */
const WAITING = "(sum($now(queued)) or sum($now(stages)))";

export const DYNAMO_SIGNALS: SignalTable = {
  engine: "dynamo",
  presence: "anyTarget",
  series: {
    started: frontend("requests_started_total"),
    ended: frontend("requests_total"),
    active: series(ACTIVE),
    queued: frontend("queued_requests"),
    stages: frontendOfAllModels("stage_requests", 'stage=~"preprocess|route|dispatch"'),
    prompt: frontend("input_sequence_tokens_sum"),
    cached: frontend("cached_tokens_sum"),
    generated: frontend("output_tokens_total"),
    /** Of one worker; the first to register speaks for all. */
    blockTokens: frontend("model_kv_cache_block_size"),
    blocksPerWorker: frontend("model_total_kv_blocks"),
    /** What the router reckons a worker holds; each frontend knows its own turns. */
    routedBlocks: frontendOfAllModels("worker_active_decode_blocks", 'worker_type!="prefill"'),
    ttft: frontend("time_to_first_token_seconds_bucket"),
    ttftCount: frontend("time_to_first_token_seconds_count"),
    itl: frontend("inter_token_latency_seconds_bucket"),
    itlCount: frontend("inter_token_latency_seconds_count"),
    /** 0..1 despite the name. */
    workerKvUsage: series(
      ["dynamo_component_gpu_cache_usage_percent"],
      before2026("gpu_cache_usage_percent"),
    ),
    workerKvBlocks: series([WORKER_BLOCKS], before2026("total_blocks")),
    /** Frontends, and workers that are scraped: each lowers the coverage when it dies. */
    anyTarget: series([...ACTIVE, WORKER_BLOCKS], before2026("total_blocks")),
  },
  signals: {
    /** Frontends before requests_started_total count ends: then the growth inside, too. */
    arrivals: one(
      "turns/s",
      "active",
      `clamp_min(sum(sum by (${TARGET}) ($rate(started)) or ` +
        `sum by (${TARGET}) ($rate(ended)) + sum by (${TARGET}) ($deriv(active))), 0)`,
    ),
    servedTurns: one("turns/s", "ttftCount", "sum($rate(ttftCount))"),
    promptTokens: one("tokens/s", "prompt", "sum($rate(prompt))"),
    computedPromptTokens: one("tokens/s", "cached", "sum($rate(prompt)) - sum($rate(cached))"),
    generatedTokens: one("tokens/s", "generated", "sum($rate(generated))"),
    /** Active ones include those that wait. */
    runningTurns: one("turns", "active", `clamp_min(sum($now(active)) - ${WAITING}, 0)`),
    waitingTurns: one("turns", "active", WAITING),
    /** As the workers report it; where they are not scraped, as the router reckons. */
    kvUsage: one(
      "ratio",
      "active",
      "avg($now(workerKvUsage)) or " +
        "avg(sum by (worker_id) ($now(routedBlocks))) / (max($now(blocksPerWorker)) > 0)",
    ),
    kvCapacity: one(
      "tokens",
      "active",
      "(sum($now(workerKvBlocks)) or " +
        "count(count by (worker_id) ($now(routedBlocks))) * max($now(blocksPerWorker))) * " +
        "max($now(blockTokens))",
    ),
    preemptions: {
      notExported:
        "Dynamo's frontend exports no preemptions; expected an override on the engines' own " +
        "series where the signal matters",
    },
    ...LATENCIES,
  },
  tokenLengths: {
    prompt: frontend("input_sequence_tokens_bucket"),
    output: frontend("output_sequence_tokens_bucket"),
  },
  objectives: LATENCY_SHARES,
  /**
   * Log-spaced, two figures; a bucket at 0 holds nothing. Unless the frontend runs with
   * DYN_METRICS_TTFT_{MIN,MAX,COUNT} or DYN_METRICS_ITL_{MIN,MAX,COUNT}.
   */
  bucketsSeconds: {
    TTFT: [
      0.0022, 0.0047, 0.01, 0.022, 0.047, 0.1, 0.22, 0.47, 1, 2.2, 4.7, 10, 22, 48, 100, 220, 480,
    ],
    ITL: [0.0019, 0.0035, 0.0067, 0.013, 0.024, 0.045, 0.084, 0.16, 0.3, 0.56, 1.1, 2],
  },
  cannotShow: [
    "A worker that is gone, where workers are not scraped: coverage is then that of the frontends.",
    "Waiting apart from prefilling: a turn counts as waiting until its first token.",
    "Waiting by model where a frontend serves several and no longer exports queued_requests.",
    "The KV cache of Prefill workers; where no worker is scraped (DYN_SYSTEM_PORT) it is the " +
      "router's reckoning, which does not see tokens grow or turns of other models apart.",
    "Hits of turns whose engine reports no cached tokens: they count as cold.",
    "Preemptions, and times to first token above 480 s or between tokens above 2 s.",
  ],
};
