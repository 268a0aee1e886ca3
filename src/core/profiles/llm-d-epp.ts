import { ONE } from "./signal-table.ts";
import type { EdgeTable, SeriesSource } from "./signal-table.ts";

const RENAMED = ["llm_d_epp_request_total", "inference_objective_request_total"];

const series = (names: readonly string[]): SeriesSource => ({
  names,
  only: "",
  lacks: [],
  pods: "edge",
});

/**
 * The endpoint picker of llm-d-router (v0.10). It counts a request when it comes in, whatever
 * becomes of it, and exports nothing before the first. Its older name is exported beside the new
 * one, with fewer labels: hence `or` over the sums, and never both.
 */
export const LLM_D_EPP: EdgeTable = {
  edge: "llm-d-epp",
  presence: "anyRequests",
  sharedLabels: ["namespace", "model_name", "cluster"],
  series: {
    requests: series(RENAMED.slice(0, 1)),
    requestsBeforeRename: series(RENAMED.slice(1)),
    anyRequests: series(RENAMED),
  },
  arrivals: {
    unit: "turns/s",
    newest: "anyRequests",
    promql: "sum($rate(requests)) or sum($rate(requestsBeforeRename))",
    combine: ONE,
  },
};
