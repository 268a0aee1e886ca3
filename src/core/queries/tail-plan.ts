/** Latencies that nine of ten are within: asked for policies that go by them. */
import type { CompiledFleet } from "../compiled.ts";
import type { LatencyTails } from "../observation.ts";
import { quantile } from "../profiles/signal-queries.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../profiles/signal-tables.ts";
import { rateWindowMs } from "../signals/rate-window.ts";
import type { Batch } from "./fleet-plan.ts";
import type { Outcomes } from "./readings.ts";
import { render } from "./render.ts";
import { scopesOf } from "./selectors.ts";

const BATCH = "tails";
const PARTS = {
  ttftP90S: quantile(0.9, "ttft", "ttftCount"),
  itlP90S: quantile(0.9, "itl", "itlCount"),
} as const;

/** @returns the queries; without those whose pods cannot be told from others */
export function planTails(fleet: CompiledFleet): readonly Batch[] {
  const { edge, profile, scrapeIntervalMs } = fleet.signals;
  const context = {
    series: SIGNAL_TABLES[profile].series,
    scopes: scopesOf(fleet, edge === null ? [] : EDGE_TABLES[edge].sharedLabels),
    windowMs: rateWindowMs(scrapeIntervalMs),
  };
  const parts = Object.entries(PARTS).flatMap(([key, { promql }]) => {
    const query = render(promql, context);
    return query.kind === "refused" ? [] : [{ key, promql: query.promql }];
  });
  return parts.length === 0 ? [] : [{ name: BATCH, parts }];
}

/** @returns the quantiles that were answered; null where nothing ended in the window */
export function tailReadings(outcomes: Outcomes): LatencyTails {
  const outcome = outcomes.get(BATCH);
  const of = (key: keyof typeof PARTS): number | null => {
    const value = outcome?.kind === "answered" ? outcome.parts.get(key)?.[0]?.value : undefined;
    return value !== undefined && Number.isFinite(value) ? value : null;
  };
  return { ttftP90S: of("ttftP90S"), itlP90S: of("itlP90S") };
}
