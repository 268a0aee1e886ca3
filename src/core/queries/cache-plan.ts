/**
 * What the diagnosis of the caches goes by, pod by pod, and what the router's index knows. Prompt
 * and computed tokens are asked for by `hit-rate-plan.ts`.
 */
import type { CompiledFleet } from "../compiled.ts";
import type { CacheReading, PodCache, RouterIndex } from "../observation.ts";
import type { CacheTable } from "../profiles/signal-table.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../profiles/signal-tables.ts";
import { rateWindowMs } from "../signals/rate-window.ts";
import type { Batch, Part } from "./fleet-plan.ts";
import { podPrompts } from "./hit-rate-plan.ts";
import type { AnsweredSeries, Outcomes } from "./readings.ts";
import { render } from "./render.ts";
import type { RenderContext } from "./render.ts";
import { scopesOf } from "./selectors.ts";

const PODS = "caches";
const INDEX = "router-index";

/** @returns the queries; a batch less for each of engine and gateway that shows nothing */
export function planCaches(fleet: CompiledFleet): readonly Batch[] {
  const { profile, edge } = fleet.signals;
  const { series, caches } = SIGNAL_TABLES[profile];
  const gateway = edge === null ? null : EDGE_TABLES[edge];
  const windowMs = rateWindowMs(fleet.signals.scrapeIntervalMs);
  const scopes = scopesOf(fleet, gateway?.sharedLabels ?? []);
  const pods = partsOf(templatesOf(caches), { series, scopes, windowMs });
  const index =
    gateway?.index === undefined
      ? []
      : partsOf(gateway.index, { series: gateway.series, scopes, windowMs });
  return [
    { name: PODS, parts: pods },
    { name: INDEX, parts: index },
  ].filter(({ parts }) => parts.length > 0);
}

const templatesOf = ({
  sourced,
  setting,
  kvTokens,
  evictions,
}: CacheTable = {}): Readonly<Record<string, string>> => ({
  ...(sourced !== undefined && { sourced }),
  ...(setting !== undefined && { setting: setting.promql }),
  ...(kvTokens !== undefined && { kvTokens }),
  ...(evictions !== undefined && { evictions }),
});

const partsOf = (
  templates: Readonly<Record<string, string>>,
  context: RenderContext,
): readonly Part[] =>
  Object.entries(templates).flatMap(([key, template]) => {
    const query = render(template, context);
    return query.kind === "refused" ? [] : [{ key, promql: query.promql }];
  });

/** @returns what was answered, the pods in order of their names; null where no pod shows prompts */
export function cacheReading(outcomes: Outcomes, fleet: CompiledFleet): CacheReading | null {
  const prompts = podPrompts(outcomes);
  if (prompts.length === 0) return null;
  const sourced = byPod(outcomes, "sourced");
  const kvTokens = byPod(outcomes, "kvTokens");
  const evictions = byPod(outcomes, "evictions");
  const settings = byPod(outcomes, "setting");
  const { caches } = SIGNAL_TABLES[fleet.signals.profile];
  const pods = prompts.map(({ pod, prompt, computed }): PodCache => {
    const tokens = sourced.get(pod)?.value;
    const kv = kvTokens.get(pod)?.value;
    const evicted = evictions.get(pod)?.value;
    return {
      pod,
      promptTokensPerSecond: prompt,
      computedTokensPerSecond: computed,
      ...(tokens !== undefined && { sourcedTokensPerSecond: tokens }),
      ...(kv !== undefined && { kvTokens: kv }),
      ...(evicted !== undefined && { evictionsPerSecond: evicted }),
      ...settingOf(settings.get(pod), caches),
    };
  });
  const index = indexOf(outcomes);
  return { pods, ...(index !== null && { index }) };
}

function byPod(outcomes: Outcomes, key: string): ReadonlyMap<string, AnsweredSeries> {
  const outcome = outcomes.get(PODS);
  const parts = outcome?.kind === "answered" ? (outcome.parts.get(key) ?? []) : [];
  return new Map(parts.map((series) => [series.labels["pod"] ?? "", series]));
}

function settingOf(
  series: AnsweredSeries | undefined,
  caches: CacheTable | undefined,
): Pick<PodCache, "kvTokens" | "blockTokens" | "prefixCaching"> {
  if (series === undefined || caches?.setting === undefined) return {};
  const { blockTokens, blocks, prefixCaching } = caches.setting;
  const tokens = Number(series.labels[blockTokens]);
  const kvTokens = tokens * Number(series.labels[blocks]);
  const keeps = series.labels[prefixCaching];
  return {
    ...(Number.isFinite(kvTokens) && { kvTokens, blockTokens: tokens }),
    ...(keeps !== undefined && { prefixCaching: keeps.toLowerCase() !== "false" }),
  };
}

function indexOf(outcomes: Outcomes): RouterIndex | null {
  const outcome = outcomes.get(INDEX);
  if (outcome?.kind !== "answered") return null;
  const lookupsPerSecond = outcome.parts.get("lookups")?.[0]?.value ?? Number.NaN;
  const bestPodBlocksPerSecond = outcome.parts.get("bestPodBlocks")?.[0]?.value ?? Number.NaN;
  const shown = Number.isFinite(lookupsPerSecond) && Number.isFinite(bestPodBlocksPerSecond);
  return shown ? { lookupsPerSecond, bestPodBlocksPerSecond } : null;
}
