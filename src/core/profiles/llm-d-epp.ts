import { one } from "./signal-queries.ts";
import type { EdgeTable, SeriesSource } from "./signal-table.ts";

/**
 * Prefixes of one and the same series, the newest first: of v0.10, of releases between, and from
 * before the picker moved to llm-d (pkg/epp/metrics/llm_d_router_metrics.go of llm-d/llm-d-router).
 */
const REQUESTS = [
  "llm_d_epp_request_total",
  "llm_d_router_epp_request_total",
  "inference_objective_request_total",
] as const;

const FLOW_CONTROL_QUEUE = [
  "llm_d_epp_flow_control_queue_size",
  "llm_d_router_epp_flow_control_queue_size",
  "inference_extension_flow_control_queue_size",
] as const;

/**
 * Of the embedded llm-d-kv-cache index, with the precise prefix cache and `enableMetrics: true`
 * (docs/metrics.md of llm-d/llm-d-router); the older names are exported beside them. They name no
 * model, and count blocks of the size that engines have.
 */
const INDEX_LOOKUPS = [
  "llm_d_epp_kv_cache_index_lookup_requests_total",
  "kvcache_index_lookup_requests_total",
] as const;
const INDEX_BEST_POD = [
  "llm_d_epp_kv_cache_index_max_pod_hit_count_total",
  "kvcache_index_max_pod_hit_count_total",
] as const;

const series = (names: readonly string[]): SeriesSource => ({
  names,
  only: "",
  lacks: [],
  pods: "edge",
});

const ofTheIndex = (name: string): SeriesSource => ({
  ...series([name]),
  lacks: ["model_name"],
});

/**
 * The endpoint picker of llm-d-router (v0.10). It counts a request when it comes in, whatever
 * becomes of it, and exports nothing before the first. Its older names are exported beside the new
 * one, with fewer labels: hence `or` over the sums, and never a sum over names.
 */
export const LLM_D_EPP: EdgeTable = {
  edge: "llm-d-epp",
  presence: "anyRequests",
  sharedLabels: ["namespace", "model_name", "cluster"],
  series: {
    requests: series([REQUESTS[0]]),
    requestsOfTheRouter: series([REQUESTS[1]]),
    requestsBeforeRename: series([REQUESTS[2]]),
    anyRequests: series(REQUESTS),
    held: series([FLOW_CONTROL_QUEUE[0]]),
    heldByTheRouter: series([FLOW_CONTROL_QUEUE[1]]),
    heldBeforeRename: series([FLOW_CONTROL_QUEUE[2]]),
    indexLookups: ofTheIndex(INDEX_LOOKUPS[0]),
    indexLookupsBefore: ofTheIndex(INDEX_LOOKUPS[1]),
    indexBestPod: ofTheIndex(INDEX_BEST_POD[0]),
    indexBestPodBefore: ofTheIndex(INDEX_BEST_POD[1]),
  },
  arrivals: one(
    "turns/s",
    "anyRequests",
    "sum($rate(requests)) or sum($rate(requestsOfTheRouter)) or sum($rate(requestsBeforeRename))",
  ),
  /**
   * With flow control, turns wait here and not in engines. `average_queue_size` is what engines
   * report of theirs, and would count those again.
   */
  index: {
    lookups: "sum($rate(indexLookups)) or sum($rate(indexLookupsBefore))",
    bestPodBlocks: "sum($rate(indexBestPod)) or sum($rate(indexBestPodBefore))",
  },
  waiting: "sum($now(held)) or sum($now(heldByTheRouter)) or sum($now(heldBeforeRename))",
  cannotShow: [
    "What the best engine had of a turn, without the precise prefix cache and `enableMetrics`: " +
      "the approximate index counts what the engine that was chosen had.",
    "Arrivals before the first turn of a model: the counter appears with it.",
    "Turns held back where flow control is off: they wait in the engines, and count there.",
  ],
};
