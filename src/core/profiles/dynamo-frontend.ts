/**
 * Dynamo's frontend as the gateway of engines that are read through their own series. Sources as of
 * the engine table `dynamo.ts`.
 */
import { one } from "./signal-queries.ts";
import type { EdgeTable, SeriesSource } from "./signal-table.ts";

const frontend = (...names: readonly string[]): SeriesSource => ({
  names: names.map((name) => `dynamo_frontend_${name}`),
  only: "",
  lacks: [],
  spells: { model_name: "model" },
  pods: "edge",
});

const TARGET = "job, instance, namespace, pod";

export const DYNAMO_FRONTEND: EdgeTable = {
  edge: "dynamo",
  presence: "edgeActive",
  sharedLabels: ["namespace", "model_name", "model", "cluster"],
  series: {
    edgeStarted: frontend("requests_started_total"),
    edgeEnded: frontend("requests_total"),
    edgeActive: frontend("active_requests", "inflight_requests"),
  },
  /** Frontends before requests_started_total count ends: then the growth of what is inside too. */
  arrivals: one(
    "turns/s",
    "edgeActive",
    `clamp_min(sum(sum by (${TARGET}) ($rate(edgeStarted)) or ` +
      `sum by (${TARGET}) ($rate(edgeEnded)) + sum by (${TARGET}) ($deriv(edgeActive))), 0)`,
  ),
  /** Stages name no model, and a turn in the last one may wait in an engine's queue already. */
  waiting: null,
  cannotShow: [
    "Turns that the router holds back: its stages name no model, so they are in no count of " +
      "waiting turns.",
    "Arrivals before the first turn of a model: the counters appear with it.",
  ],
};
