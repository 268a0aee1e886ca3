/** What one tick sees of a fleet's caches, from its signals, its engines and its router. */
import type { CacheReading, PodCache } from "../../observation.ts";
import type { Situation } from "../../policy/situation.ts";
import { STALE_AFTER_SCRAPES } from "../../signals/trust.ts";
import { elapsed } from "../../units.ts";
import type { AnsweringPod } from "./answering.ts";
import { NO_PROMPTS, noSums } from "./sums.ts";
import type { CacheSums, PromptSums } from "./sums.ts";
import type { CacheTick } from "./watch.ts";

/**
 * @param answering the fleet's engines that answer
 * @returns null while prompt tokens are not measured, or there are none
 */
export function cacheTick(
  situation: Situation,
  answering: readonly AnsweringPod[],
): CacheTick | null {
  const { fleet, now, observed, signals, servingRacks, kvTokensPerRack } = situation;
  const { promptTokens, computedPromptTokens, servedTurns, generatedTokens } = signals.bySignal;
  if (!isMeasured(situation)) return null;
  const prompt = promptTokens.value ?? 0;
  if (prompt <= 0) return null;
  const caches = observed.caches ?? NOTHING_SHOWN;
  const cold = answering.filter(({ since }) => elapsed(since, now) < fleet.warm.orAfterMs);
  const young = new Set(cold.map(({ pod }) => pod));
  const alive = answering.length === 0 ? null : new Set(answering.map(({ pod }) => pod));
  const kv = kvTokensPerRack * servingRacks;
  const rates: CacheSums = {
    ...noSums(now),
    seconds: 1,
    prompt,
    computed: Math.min(prompt, computedPromptTokens.value ?? 0),
    turns: servedTurns.value ?? 0,
    output: generatedTokens.value ?? 0,
    waiting: signals.bySignal.waitingTurns.value ?? 0,
    kv,
    pinned: (signals.bySignal.kvUsage.value ?? 0) * kv,
    young: young.size === 0 ? NO_PROMPTS : promptsOf(caches.pods, ({ pod }) => young.has(pod)),
    off: promptsOf(caches.pods, ({ prefixCaching }) => prefixCaching === false),
    ...indexRates(caches),
    ...evictionRate(caches),
  };
  return { at: now, rates, pods: caches.pods, young, alive };
}

/** Of targets, for a share of tokens: what is asked of a sum would be too much. */
const ENOUGH_COVERAGE = 0.5;

/**
 * @returns whether prompt and computed tokens are known well enough for a share. Where engines died
 *   the others' tokens do, though their sum is not the fleet's.
 */
export function isMeasured({ observed, signals, now, fleet }: Situation): boolean {
  return (["promptTokens", "computedPromptTokens"] as const).every((name) => {
    const { trust } = signals.bySignal[name];
    if (trust !== "Stale") return trust === "Fresh";
    const reading = observed.signals[name];
    if (reading.kind !== "value" || reading.degraded !== null) return false;
    const young =
      elapsed(reading.observedAt, now) <= STALE_AFTER_SCRAPES * fleet.signals.scrapeIntervalMs;
    return young && reading.coverage >= ENOUGH_COVERAGE;
  });
}

const NOTHING_SHOWN: CacheReading = { pods: [] };

function promptsOf(pods: readonly PodCache[], isCounted: (pod: PodCache) => boolean): PromptSums {
  let { prompt, computed } = NO_PROMPTS;
  for (const pod of pods) {
    if (!isCounted(pod)) continue;
    prompt += pod.promptTokensPerSecond;
    computed += pod.computedTokensPerSecond;
  }
  return { prompt, computed };
}

/** Absent unless every engine with traffic exports them. */
function evictionRate({ pods }: CacheReading): Pick<CacheSums, "evicted"> {
  const rates = pods.flatMap(({ evictionsPerSecond: rate }) => (rate === undefined ? [] : [rate]));
  if (rates.length === 0 || rates.length < pods.length) return {};
  return { evicted: rates.reduce((sum, rate) => sum + rate, 0) };
}

/** An index of the engines' own blocks has blocks of their size. */
function indexRates({ index, pods }: CacheReading): Pick<CacheSums, "lookups" | "best"> {
  const blockTokens = pods.find((pod) => pod.blockTokens !== undefined)?.blockTokens;
  if (index === undefined || blockTokens === undefined) return { lookups: 0, best: 0 };
  return { lookups: index.lookupsPerSecond, best: index.bestPodBlocksPerSecond * blockTokens };
}
