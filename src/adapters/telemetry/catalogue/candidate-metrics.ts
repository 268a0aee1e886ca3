/** What the policy that is tried in shadow would do. */
import type { MetricEntry } from "./entry.ts";

export const CANDIDATE_METRICS = [
  {
    name: "breakwater_candidate_wanted_racks",
    type: "gauge",
    unit: "racks",
    labels: ["fleet"],
    meaning: "Racks that the fleet's candidate asks for on the same observations.",
  },
  {
    name: "breakwater_candidate_predicted_attainment_ratio",
    type: "gauge",
    unit: "ratio",
    labels: ["fleet"],
    meaning: "Share of turns predicted inside every objective with the candidate's racks.",
  },
  {
    name: "breakwater_candidate_differs",
    type: "gauge",
    unit: "0 or 1",
    labels: ["fleet"],
    meaning: "1 while the candidate asks for another number of racks than the fleet does.",
  },
] as const satisfies readonly MetricEntry[];
