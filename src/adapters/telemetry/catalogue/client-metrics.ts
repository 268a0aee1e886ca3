/** How the outside answers. */
import type { MetricEntry } from "./entry.ts";

export const CLIENT_METRICS = [
  {
    name: "breakwater_client_calls_total",
    type: "counter",
    unit: "calls",
    labels: ["client", "answer"],
    meaning: "Calls by how they ended: ok, or the code of the error. Retries count one by one.",
    example:
      'sum by (client) (rate(breakwater_client_calls_total{answer!="ok"}[5m])) / ' +
      "sum by (client) (rate(breakwater_client_calls_total[5m]))",
  },
  {
    name: "breakwater_client_call_duration_seconds",
    type: "histogram",
    unit: "seconds",
    labels: ["client"],
    meaning: "How long calls took until they were answered; of a watch, until it began.",
  },
  {
    name: "breakwater_webhook_events_total",
    type: "counter",
    unit: "events",
    labels: ["delivery"],
    meaning: "Events to the webhook: handed over, tried again, refused by it, or given up.",
  },
] as const satisfies readonly MetricEntry[];
