/** Whether what was decided is recorded. */
import type { MetricEntry } from "./entry.ts";

export const AUDIT_METRICS = [
  {
    name: "breakwater_decision_log_writable",
    type: "gauge",
    unit: "0 or 1",
    labels: [],
    meaning: "0 while decisions cannot be recorded: none is made then, and nothing is done.",
  },
  {
    name: "breakwater_decision_log_failures_total",
    type: "counter",
    unit: "tries",
    labels: [],
    meaning: "Times that the decision log could not be read or written.",
  },
  {
    name: "breakwater_audit_sink_queued_records",
    type: "gauge",
    unit: "records",
    labels: [],
    meaning: "Copies of decision records that wait for the audit sink.",
  },
  {
    name: "breakwater_audit_sink_lost_records_total",
    type: "counter",
    unit: "records",
    labels: [],
    meaning: "Copies that the audit sink never got: its queue was full, or it refused them.",
  },
] as const satisfies readonly MetricEntry[];
