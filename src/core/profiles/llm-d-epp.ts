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

const series = (names: readonly string[]): SeriesSource => ({
  names,
  only: "",
  lacks: [],
  pods: "edge",
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
  waiting: "sum($now(held)) or sum($now(heldByTheRouter)) or sum($now(heldBeforeRename))",
  cannotShow: [
    "Arrivals before the first turn of a model: the counter appears with it.",
    "Turns held back where flow control is off: they wait in the engines, and count there.",
  ],
};
