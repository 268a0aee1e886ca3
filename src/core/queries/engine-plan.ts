/** What is asked of Prometheus engine by engine, for policies that do not go by sums and means. */
import type { CompiledFleet, Role } from "../compiled.ts";
import type { EngineReading } from "../observation.ts";
import { LLM_D_EPP } from "../profiles/llm-d-epp.ts";
import { VLLM_SIGNALS } from "../profiles/vllm.ts";
import { ratio } from "../units.ts";
import type { Batch } from "./fleet-plan.ts";
import type { AnsweredSeries, Outcomes } from "./readings.ts";
import { render } from "./render.ts";
import { rateWindowMs } from "../signals/rate-window.ts";
import { scopesOf } from "./selectors.ts";

const BATCH = "engines";
/** Of the engines that compute prompts: where turns wait. */
const PARTS = { waiting: "waitingForPrefill", kvUsage: "kvUsage", cache: "cacheConfig" } as const;

/** What more is read where it is shown. */
const MORE = { running: "$now(running)", cached: "$rate(cached)" } as const;

/** @returns the queries; none where the fleet's prefilling pods cannot be told from the others */
export function planEngines(fleet: CompiledFleet): readonly Batch[] {
  const context = {
    series: VLLM_SIGNALS.series,
    scopes: scopesOf(fleet, LLM_D_EPP.sharedLabels),
    windowMs: rateWindowMs(fleet.signals.scrapeIntervalMs),
  };
  const parts = Object.entries(PARTS).flatMap(([key, series]) => {
    const query = render(`$now(${series})`, context);
    return query.kind === "refused" ? [] : [{ key, promql: query.promql }];
  });
  if (parts.length < Object.keys(PARTS).length) return [];
  const more = Object.entries(MORE).flatMap(([key, template]) => {
    const query = render(template, context);
    return query.kind === "refused" ? [] : [{ key, promql: query.promql }];
  });
  return [{ name: BATCH, parts: [...parts, ...more] }];
}

/** @returns one reading per pod that shows all three series, in order of pod names */
export function engineReadings(outcomes: Outcomes, role: Role): readonly EngineReading[] {
  const outcome = outcomes.get(BATCH);
  if (outcome?.kind !== "answered") return [];
  const part = (key: keyof typeof PARTS | keyof typeof MORE): ReadonlyMap<string, AnsweredSeries> =>
    new Map((outcome.parts.get(key) ?? []).map((series) => [series.labels["pod"] ?? "", series]));
  const [usage, cache] = [part("kvUsage"), part("cache")];
  const [running, cached] = [part("running"), part("cached")];
  const readings = [...part("waiting")].flatMap(([pod, { value: waitingTurns }]) => {
    const kvUsage = usage.get(pod)?.value;
    const kvTokens = tokensOf(cache.get(pod));
    if (kvUsage === undefined || kvTokens === null) return [];
    const runningTurns = running.get(pod)?.value;
    const cachedTokensPerSecond = cached.get(pod)?.value;
    const shown = {
      ...(runningTurns !== undefined && { runningTurns }),
      ...(cachedTokensPerSecond !== undefined && { cachedTokensPerSecond }),
    };
    return [{ pod, role, waitingTurns, kvUsage: ratio(kvUsage), kvTokens, ...shown }];
  });
  return readings.toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
}

/** The figures of the cache are label values. */
function tokensOf(series: AnsweredSeries | undefined): number | null {
  const tokens = Number(series?.labels["block_size"]) * Number(series?.labels["num_gpu_blocks"]);
  return Number.isFinite(tokens) ? tokens : null;
}
