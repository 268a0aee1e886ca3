/** What a fleet's caches did, told stretch by stretch: ticks, and the memory that comes of them. */
import { noSums } from "../../../src/core/cache/diagnosis/sums.ts";
import type { CacheSums } from "../../../src/core/cache/diagnosis/sums.ts";
import { watchCaches } from "../../../src/core/cache/diagnosis/watch.ts";
import type { CacheTick, DiagnosisMemory } from "../../../src/core/cache/diagnosis/watch.ts";
import type { PodCache } from "../../../src/core/observation.ts";
import { SECOND_MS, after, millis } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { NOW } from "./observed.ts";

/** Twenty turns/s of 6,000 tokens, 90 % of them cached, on four engines of ten million tokens. */
export interface CacheState {
  readonly turns?: number;
  readonly promptPerTurn?: number;
  readonly outputPerTurn?: number;
  /** Of each engine; the prompts are theirs in equal parts. */
  readonly hitRates?: readonly number[];
  readonly kvPerEngine?: number;
  readonly prefixCaching?: boolean;
  /** What the engine with most of a turn has of it; null: the index is not exported. */
  readonly bestShare?: number | null;
  readonly young?: readonly number[];
  readonly waiting?: number;
  /** Engines that a rollout to a twentieth of the cache has reached. */
  readonly reached?: readonly number[];
  /** Of each engine, a second; absent: not exported. */
  readonly evicted?: readonly number[];
  /** Of the prompts, on each engine; absent: in equal parts. */
  readonly shares?: readonly number[];
}

const BLOCK_TOKENS = 16;
const NOTHING_EXPLAINED = { all: 0, elsewhere: 0, nowhere: 0 };

export function aCacheTick(state: CacheState = {}, at: EpochMs = NOW): CacheTick {
  const { turns = 20, promptPerTurn = 6_000, outputPerTurn = 100, waiting = 0 } = state;
  const { hitRates = [0.9, 0.9, 0.9, 0.9], kvPerEngine = 10_000_000, young = [] } = state;
  const { prefixCaching = true, bestShare = null, reached = [], evicted } = state;
  const prompt = turns * promptPerTurn;
  const each = prompt / hitRates.length;
  const own = hitRates.map((_, index) =>
    state.shares ? prompt * (state.shares[index] ?? 0) : each,
  );
  const pods = hitRates.map(
    (hitRate, index): PodCache => ({
      pod: `p${index}`,
      promptTokensPerSecond: own[index] ?? 0,
      computedTokensPerSecond: (own[index] ?? 0) * (1 - hitRate),
      ...(evicted !== undefined && { evictionsPerSecond: evicted[index] ?? 0 }),
      kvTokens: reached.includes(index) ? kvPerEngine / 20 : kvPerEngine,
      blockTokens: BLOCK_TOKENS,
      prefixCaching,
    }),
  );
  const computed = pods.reduce((sum, pod) => sum + pod.computedTokensPerSecond, 0);
  const chosen = pods.filter((_, index) => young.includes(index));
  const rates: CacheSums = {
    ...noSums(at),
    seconds: 1,
    prompt,
    computed,
    turns,
    output: turns * outputPerTurn,
    waiting,
    kv: kvPerEngine * hitRates.length,
    pinned: 0.1 * kvPerEngine * hitRates.length,
    young: {
      prompt: each * chosen.length,
      computed: chosen.reduce((sum, pod) => sum + pod.computedTokensPerSecond, 0),
    },
    off: prefixCaching ? { prompt: 0, computed: 0 } : { prompt, computed },
    lookups: bestShare === null ? 0 : turns,
    best: bestShare === null ? 0 : prompt * bestShare,
    ...(evicted !== undefined && { evicted: evicted.reduce((sum, rate) => sum + rate, 0) }),
  };
  return {
    at,
    rates,
    pods,
    young: new Set(chosen.map(({ pod }) => pod)),
    alive: new Set(pods.map(({ pod }) => pod)),
  };
}

/** @returns the memory after stretches of so many minutes each, with a tick every 15 s */
export function aCacheStory(
  stretches: readonly (readonly [minutes: number, state: CacheState])[],
): DiagnosisMemory {
  let memory: DiagnosisMemory | null = null;
  let at = NOW;
  for (const [minutes, state] of stretches) {
    for (let tick = 0; tick < minutes * 4; tick += 1) {
      at = after(at, millis(15 * SECOND_MS));
      memory = watchCaches(memory, aCacheTick(state, at), () => NOTHING_EXPLAINED);
    }
  }
  if (memory === null) throw new Error("a story has a stretch");
  return memory;
}
