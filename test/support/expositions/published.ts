/**
 * Of a series in an exposition that somebody published: its type, and those labels that a query or
 * a fleet's matcher may name. Facts of the source, not its text.
 */
interface PublishedFamily {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  /** Finite bounds in a row, as far as the source shows them. */
  readonly boundsSeconds?: readonly number[];
}

interface Published {
  /** A table's name; a gateway's ends in " edge". */
  readonly table: string;
  readonly release: string;
  /** Where it can be read: project, and file at a commit or thread. */
  readonly source: string;
  /** `server`: an answer of a running one. `example`: what the project says that it answers. */
  readonly from: "server" | "example";
  readonly families: Readonly<Record<string, PublishedFamily>>;
  /** Names that the table reads and the source does not show, `<engine>_` spelt `<engine>:`. */
  readonly notShown: readonly string[];
}

const counter = (...labels: readonly string[]): PublishedFamily => ({ type: "counter", labels });
const gauge = (...labels: readonly string[]): PublishedFamily => ({ type: "gauge", labels });
const histogram = (
  labels: readonly string[],
  boundsSeconds?: readonly number[],
): PublishedFamily => ({
  type: "histogram",
  labels,
  ...(boundsSeconds === undefined ? {} : { boundsSeconds }),
});

const VLLM = ["engine", "model_name"] as const;
const SGLANG_RANKS = ["engine_type", "model_name", "moe_ep_rank", "pp_rank", "tp_rank"] as const;

const VLLM_0_28: Published = {
  table: "vllm",
  release: "0.28.0",
  source:
    "ScottBiggs22/inference_box, results/phase1-vastai-a10/vllm-metrics-final.txt at d0df03bd, " +
    "release by box_provenance.txt beside it; the whole answer",
  from: "server",
  families: {
    "vllm:num_requests_running": gauge(...VLLM),
    "vllm:num_requests_waiting": gauge(...VLLM),
    "vllm:kv_cache_usage_perc": gauge(...VLLM),
    "vllm:cache_config_info": gauge(
      "engine",
      "block_size",
      "num_gpu_blocks",
      "enable_prefix_caching",
    ),
    "vllm:num_preemptions_total": counter(...VLLM),
    "vllm:prompt_tokens_total": counter(...VLLM),
    "vllm:prompt_tokens_by_source_total": counter(...VLLM, "source"),
    "vllm:prompt_tokens_cached_total": counter(...VLLM),
    "vllm:generation_tokens_total": counter(...VLLM),
    "vllm:request_prompt_tokens": histogram(VLLM),
    "vllm:request_generation_tokens": histogram(VLLM),
    "vllm:time_to_first_token_seconds": histogram(
      VLLM,
      [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20,
        40, 80, 160, 640, 2560,
      ],
    ),
    "vllm:inter_token_latency_seconds": histogram(
      VLLM,
      [
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
        80,
      ],
    ),
  },
  notShown: [
    "vllm:gpu_cache_usage_perc",
    "vllm:kv_block_idle_before_evict_seconds_count",
    "vllm:time_per_output_token_seconds_bucket",
    "vllm:time_per_output_token_seconds_count",
  ],
};

/** Its latencies have other bounds than today's: objectives of such a release are not measured. */
const SGLANG_OF_THE_MANUAL: Published = {
  table: "sglang",
  release: "of early 2025",
  source: "sgl-project/sglang, docs/references/production_metrics.md at 00b08c49; a whole answer",
  from: "server",
  families: {
    "sglang:num_running_reqs": gauge("model_name"),
    "sglang:num_queue_reqs": gauge("model_name"),
    "sglang:token_usage": gauge("model_name"),
    "sglang:time_to_first_token_seconds": histogram(["model_name"]),
    "sglang:time_per_output_token_seconds": histogram(["model_name"]),
  },
  notShown: [
    "sglang:evicted_tokens_total",
    "sglang:generation_tokens_histogram_bucket",
    "sglang:inter_token_latency_seconds_bucket",
    "sglang:inter_token_latency_seconds_count",
    "sglang:max_total_num_tokens",
    "sglang:num_prefill_bootstrap_queue_reqs",
    "sglang:num_prefill_prealloc_queue_reqs",
    "sglang:num_retracted_requests_total",
    "sglang:prefill_effective_tokens_total",
    "sglang:prompt_tokens_histogram_bucket",
    "sglang:realtime_tokens_total",
  ],
};

/** Parts of three answers: names through a gateway that writes `_` for `:`, bounds, capacity. */
const SGLANG_IN_PARTS: Published = {
  table: "sglang",
  release: "of 2025 and 2026, in parts",
  source:
    "smg-project/smg, pull request 813 (ranks, tokens, queue); vllm-project/aibrix, issue 1614 " +
    "(bounds); DataDog/integrations-core, sglang/tests/fixtures/sglang_metrics.txt at 71a3042b " +
    "(the rest: 0.5.10.post1 by its first line, shortened by whoever stored it)",
  from: "server",
  families: {
    sglang_realtime_tokens_total: counter(...SGLANG_RANKS, "mode"),
    sglang_num_prefill_prealloc_queue_reqs: gauge(...SGLANG_RANKS),
    "sglang:num_running_reqs": gauge("model_name", "tp_rank"),
    "sglang:num_queue_reqs": gauge("model_name", "tp_rank"),
    "sglang:token_usage": gauge("model_name", "tp_rank"),
    "sglang:max_total_num_tokens": gauge("model_name", "tp_rank"),
    "sglang:inter_token_latency_seconds": histogram(["model_name"]),
    "sglang:prompt_tokens_histogram": histogram(["model_name"]),
    "sglang:generation_tokens_histogram": histogram(["model_name"]),
    "sglang:time_to_first_token_seconds": histogram(
      ["model_name"],
      [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80],
    ),
  },
  notShown: [
    "sglang:evicted_tokens_total",
    "sglang:num_prefill_bootstrap_queue_reqs",
    "sglang:num_retracted_requests_total",
    "sglang:prefill_effective_tokens_total",
    "sglang:time_per_output_token_seconds_bucket",
    "sglang:time_per_output_token_seconds_count",
  ],
};

/** What the table reads beside latencies, without the prefix. */
const TRTLLM_LOAD = [
  "generation_tokens_total",
  "kv_cache_max_blocks",
  "kv_cache_tokens_per_block",
  "kv_cache_utilization",
  "num_requests_completed_total",
  "num_requests_running",
  "num_requests_waiting",
  "prompt_cached_tokens_total",
  "prompt_tokens_total",
];
const TRTLLM_LATENCIES = [
  "time_per_output_token_seconds_bucket",
  "time_per_output_token_seconds_count",
  "time_to_first_token_seconds_bucket",
  "time_to_first_token_seconds_count",
];

/** Latencies are all it shows, and no load; the rest of the bounds is cut off in the thread. */
const TRTLLM_BARE: Published = {
  table: "trtllm",
  release: "before 1.0",
  source: "NVIDIA/TensorRT-LLM, pull request 5785; the model and the engine are `undefined` in it",
  from: "server",
  families: {
    time_to_first_token_seconds: histogram(["model_name", "engine_type"]),
    time_per_output_token_seconds: histogram(["model_name", "engine_type"]),
  },
  notShown: [
    ...TRTLLM_LOAD,
    ...TRTLLM_LOAD.map((name) => `trtllm_${name}`),
    ...TRTLLM_LATENCIES.map((name) => `trtllm_${name}`),
  ].toSorted(),
};

const TRTLLM_THROUGH_DYNAMO: Published = {
  table: "trtllm",
  release: "1.1.0rc5",
  source: "ai-dynamo/dynamo, manual of 1.2.0, TensorRT-LLM backend, observability",
  from: "example",
  families: {
    trtllm_time_to_first_token_seconds: histogram(["model_name", "engine_type"]),
    trtllm_time_per_output_token_seconds: histogram(["model_name", "engine_type"]),
  },
  notShown: [
    ...TRTLLM_LOAD,
    ...TRTLLM_LOAD.map((name) => `trtllm_${name}`),
    ...TRTLLM_LATENCIES,
  ].toSorted(),
};

const DYNAMO_IN_PARTS: Published = {
  table: "dynamo",
  release: "of 2025-08 (workers) and 2026-04 (frontend), in parts",
  source: "ai-dynamo/dynamo, pull request 2704 and issue 8752",
  from: "server",
  families: {
    dynamo_frontend_model_kv_cache_block_size: gauge("model"),
    dynamo_component_kvstats_total_blocks: gauge("dynamo_component", "dynamo_namespace"),
    dynamo_component_kvstats_gpu_cache_usage_percent: gauge("dynamo_component", "dynamo_namespace"),
  },
  notShown: [
    "dynamo_component_gpu_cache_usage_percent",
    "dynamo_component_total_blocks",
    "dynamo_frontend_active_requests",
    "dynamo_frontend_cached_tokens_sum",
    "dynamo_frontend_inflight_requests",
    "dynamo_frontend_input_sequence_tokens_bucket",
    "dynamo_frontend_input_sequence_tokens_sum",
    "dynamo_frontend_inter_token_latency_seconds_bucket",
    "dynamo_frontend_inter_token_latency_seconds_count",
    "dynamo_frontend_model_total_kv_blocks",
    "dynamo_frontend_output_sequence_tokens_bucket",
    "dynamo_frontend_output_tokens_total",
    "dynamo_frontend_queued_requests",
    "dynamo_frontend_requests_started_total",
    "dynamo_frontend_requests_total",
    "dynamo_frontend_stage_requests",
    "dynamo_frontend_time_to_first_token_seconds_bucket",
    "dynamo_frontend_time_to_first_token_seconds_count",
    "dynamo_frontend_worker_active_decode_blocks",
  ],
};

const LLM_D_ROUTER: Published = {
  table: "llm-d-epp edge",
  release: "between the renames",
  source: "llm-d/llm-d-router, pkg/epp/metrics/testdata/llm_d_request_total_metric at 0978ec9a",
  from: "example",
  families: {
    llm_d_router_epp_request_total: counter(
      "fairness_id",
      "model_name",
      "priority",
      "target_model_name",
    ),
  },
  notShown: [
    "inference_extension_flow_control_queue_size",
    "inference_objective_request_total",
    "kvcache_index_lookup_requests_total",
    "kvcache_index_max_pod_hit_count_total",
    "llm_d_epp_flow_control_queue_size",
    "llm_d_epp_kv_cache_index_lookup_requests_total",
    "llm_d_epp_kv_cache_index_max_pod_hit_count_total",
    "llm_d_epp_request_total",
    "llm_d_router_epp_flow_control_queue_size",
  ],
};

export const PUBLISHED: readonly Published[] = [
  VLLM_0_28,
  SGLANG_OF_THE_MANUAL,
  SGLANG_IN_PARTS,
  TRTLLM_BARE,
  TRTLLM_THROUGH_DYNAMO,
  DYNAMO_IN_PARTS,
  LLM_D_ROUTER,
];
