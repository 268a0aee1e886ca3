/** Hit rates pod by pod: what says that the caches of a new rack are as warm as those of others. */
import type { CompiledFleet } from "../compiled.ts";
import { clamp } from "../numeric.ts";
import type { PodHitRate } from "../observation.ts";
import { LLM_D_EPP } from "../profiles/llm-d-epp.ts";
import type { SignalTable } from "../profiles/signal-table.ts";
import { SIGNAL_TABLES } from "../profiles/signal-tables.ts";
import { rateWindowMs } from "../signals/rate-window.ts";
import { ratio } from "../units.ts";
import type { Batch } from "./fleet-plan.ts";
import type { Outcomes } from "./readings.ts";
import { render } from "./render.ts";
import { scopesOf } from "./selectors.ts";

const BATCH = "hit-rates";
/** Hit rate = 1 − computed / prompt, both in tokens per second. */
const PARTS = { prompt: "promptTokens", computed: "computedPromptTokens" } as const;

/**
 * The fleet's own queries with their outermost sums left by pod.
 *
 * @returns none where the engines do not count pod by pod, or prefilling pods cannot be told
 */
export function planHitRates(fleet: CompiledFleet): readonly Batch[] {
  const table = SIGNAL_TABLES[fleet.signals.profile];
  const context = {
    series: table.series,
    scopes: scopesOf(fleet, LLM_D_EPP.sharedLabels),
    windowMs: rateWindowMs(fleet.signals.scrapeIntervalMs),
  };
  const parts = Object.entries(PARTS).flatMap(([key, signal]) => {
    const template = byPod(table, signal);
    const query = template === null ? null : render(template, context);
    return query?.kind === "promql" ? [{ key, promql: query.promql }] : [];
  });
  return parts.length < Object.keys(PARTS).length ? [] : [{ name: BATCH, parts }];
}

/** @returns null where the counters are not those of pods that compute prompts */
function byPod(
  { signals, series }: SignalTable,
  signal: (typeof PARTS)[keyof typeof PARTS],
): string | null {
  const query = signals[signal];
  if ("notExported" in query) return null;
  const named = [...query.promql.matchAll(/\$\w+\((\w+)\)/g)].map(([, name = ""]) => name);
  const ofEngines = named.every((name) => series[name]?.pods === "prefilling");
  return ofEngines ? query.promql.replaceAll(/\bsum\(/g, "sum by (pod) (") : null;
}

export interface PodPrompts {
  readonly pod: string;
  /** Tokens per second. */
  readonly prompt: number;
  readonly computed: number;
}

/** @returns one entry per pod that was served prompts, in order of pod names */
export function podPrompts(outcomes: Outcomes): readonly PodPrompts[] {
  const outcome = outcomes.get(BATCH);
  if (outcome?.kind !== "answered") return [];
  const part = (key: keyof typeof PARTS): ReadonlyMap<string, number> =>
    new Map(
      (outcome.parts.get(key) ?? []).map(({ labels, value }) => [labels["pod"] ?? "", value]),
    );
  const computed = part("computed");
  const pods = [...part("prompt")].map(([pod, prompt]) => ({
    pod,
    prompt,
    computed: computed.get(pod) ?? Number.NaN,
  }));
  return pods
    .filter(({ pod, prompt, computed: of }) => pod !== "" && prompt > 0 && Number.isFinite(of))
    .toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
}

/** @returns one entry per pod that computed prompts or was served some, in order of pod names */
export const podHitRates = (outcomes: Outcomes): readonly PodHitRate[] =>
  // Counters are scraped one after another: a share may be a little out of its range.
  podPrompts(outcomes)
    .filter(({ prompt, computed }) => Number.isFinite(computed / prompt))
    .map(({ pod, prompt, computed }) => ({
      pod,
      hitRate: ratio(clamp(1 - computed / prompt, 0, 1)),
    }));
