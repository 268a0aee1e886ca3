/** What each engine did in the last minutes, and whether its cache is full. */
import type { PodCache } from "../../observation.ts";
import { NO_PROMPTS } from "./sums.ts";
import type { CacheSums, EngineSums } from "./sums.ts";

export type Engines = Readonly<Record<string, EngineSums>>;

interface Shown {
  readonly pods: readonly PodCache[];
  /** Pods that answer, with or without traffic; null where no pods are seen. */
  readonly alive: ReadonlySet<string> | null;
}

/** How fast engines' own sums are forgotten: as noisy as a window of twice the length. */
const ENGINE_SECONDS = 60;

/**
 * @param evictions of a full cache, for each computed token; null: not exported
 * @returns what engines did lately; one without traffic is kept for as long as it answers
 */
export function enginesAfter(
  before: Engines,
  { pods, alive }: Shown,
  { seconds, evictions }: { readonly seconds: number; readonly evictions: number | null },
): Engines {
  const kept = Math.exp(-seconds / ENGINE_SECONDS);
  const sums: Record<string, EngineSums> = {};
  for (const [pod, engine] of Object.entries(before)) {
    if (alive?.has(pod) === true) sums[pod] = aged(engine, kept);
  }
  for (const shown of pods) {
    const engine = aged(before[shown.pod] ?? NO_PROMPTS, kept);
    sums[shown.pod] = filled(withRates(engine, shown, seconds), evictions);
  }
  return sums;
}

const aged = ({ prompt, computed, evicted, ...rest }: EngineSums, kept: number): EngineSums => ({
  ...rest,
  prompt: prompt * kept,
  computed: computed * kept,
  ...(evicted !== undefined && { evicted: evicted * kept }),
});

const withRates = (engine: EngineSums, shown: PodCache, seconds: number): EngineSums => ({
  ...engine,
  prompt: engine.prompt + shown.promptTokensPerSecond * seconds,
  computed: engine.computed + shown.computedTokensPerSecond * seconds,
  ...(shown.evictionsPerSecond !== undefined && {
    evicted: (engine.evicted ?? 0) + shown.evictionsPerSecond * seconds,
  }),
});

/** Of what a full cache evicts for what is computed: half is enough to call it full. */
const FULL = 0.5;

function filled(engine: EngineSums, evictions: number | null): EngineSums {
  if (evictions === null || engine.evicted === undefined || engine.wasFull === true) return engine;
  const due = evictions * engine.computed;
  return due > 0 && engine.evicted >= FULL * due ? { ...engine, wasFull: true } : engine;
}

/** @returns evictions for each computed token; null where they are not exported, or hardly any */
export function evictionsPerToken(sums: CacheSums | null): number | null {
  if (sums === null || (sums.evicted ?? 0) <= 0 || sums.computed <= 0) return null;
  return (sums.evicted ?? 0) / sums.computed;
}

/** Of the evictions that would be due for what was computed: fewer, and the cache has room. */
const NOT_FULL = 0.25;
/** So many evictions have to be due: whole sessions go at once. */
const ENOUGH_EVICTIONS = 8;

/** @returns whether its cache was full, and takes what is computed without evicting: it has room */
export function isEmptied(
  { computed, evicted = 0, wasFull }: EngineSums,
  evictions: number,
): boolean {
  const due = evictions * computed;
  return wasFull === true && due >= ENOUGH_EVICTIONS && evicted <= NOT_FULL * due;
}
