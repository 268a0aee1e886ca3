/** Engines that are not simulated: they show whatever traffic a test draws for them. */
import { VLLM_BUCKETS_SECONDS } from "../../../src/core/profiles/vllm.ts";
import type { ReplicaMetrics, ReplicaRole } from "../../../src/sim/kernel/contract.ts";
import type { ScrapeTarget } from "../../../src/sim/scrape-targets.ts";

export interface SyntheticEngine {
  readonly target: () => ScrapeTarget;
  up: boolean;
  /** Counters start anew, as after a crash of the process in its pod. */
  restart(): void;
  /** Lets traffic pass: turns of `random` size and speed; `load` scales their number. */
  serve(random: () => number, load: number): void;
}

interface Counts {
  running: number;
  waiting: number;
  pinnedTokens: number;
  promptTokens: number;
  cachedTokens: number;
  hostCachedTokens: number;
  storeCachedTokens: number;
  generatedTokens: number;
  finishedTurns: number;
  preemptions: number;
  ttftSumSeconds: number;
  itlSumSeconds: number;
}

const NOTHING: Counts = {
  running: 0,
  waiting: 0,
  pinnedTokens: 0,
  promptTokens: 0,
  cachedTokens: 0,
  hostCachedTokens: 0,
  storeCachedTokens: 0,
  generatedTokens: 0,
  finishedTurns: 0,
  preemptions: 0,
  ttftSumSeconds: 0,
  itlSumSeconds: 0,
};

const KV_TOKENS = 1_600_000;
const MEAN_TURNS = 30;

function observe(buckets: Float64Array, bounds: readonly number[], seconds: number): void {
  for (let i = 0; i < buckets.length; i += 1) {
    if (seconds <= (bounds[i] ?? Number.POSITIVE_INFINITY)) buckets[i] = (buckets[i] ?? 0) + 1;
  }
}

export function aSyntheticEngine(
  pod: string,
  { role = "Aggregated", instance = `${pod}:8000` }: { role?: ReplicaRole; instance?: string } = {},
): SyntheticEngine {
  let counts = { ...NOTHING };
  let ttftBuckets = new Float64Array(VLLM_BUCKETS_SECONDS.TTFT.length + 1);
  let itlBuckets = new Float64Array(VLLM_BUCKETS_SECONDS.ITL.length + 1);
  const metrics = (): ReplicaMetrics => ({
    ...counts,
    firstTokens: ttftBuckets.at(-1) ?? 0,
    evictedTokens: 0,
    ttftBuckets,
    itlBuckets,
  });
  const serveTurn = (random: () => number): void => {
    const prompt = Math.floor(random() * 40_000);
    const output = 1 + Math.floor(random() * 900);
    const ttft = random() * random() * 8;
    const itl = 0.01 + random() * 0.06;
    counts.promptTokens += prompt;
    counts.cachedTokens += Math.floor(prompt * random());
    counts.generatedTokens += output;
    counts.finishedTurns += 1;
    counts.ttftSumSeconds += ttft;
    counts.itlSumSeconds += itl;
    observe(ttftBuckets, VLLM_BUCKETS_SECONDS.TTFT, ttft);
    observe(itlBuckets, VLLM_BUCKETS_SECONDS.ITL, itl);
  };
  const engine: SyntheticEngine = {
    up: true,
    target: () => ({
      pod,
      instance,
      role,
      up: engine.up,
      metrics: engine.up ? metrics() : null,
      kvTokens: KV_TOKENS,
      blockTokens: 16,
      prefixCaching: true,
    }),
    restart: () => {
      counts = { ...NOTHING };
      ttftBuckets = new Float64Array(ttftBuckets.length);
      itlBuckets = new Float64Array(itlBuckets.length);
    },
    serve: (random, load) => {
      const turns = Math.floor(random() * MEAN_TURNS * 2 * load);
      for (let turn = 0; turn < turns; turn += 1) serveTurn(random);
      counts.running = Math.floor(random() * 60);
      counts.waiting = Math.floor(random() * 20 * load);
      counts.pinnedTokens = Math.floor(random() * KV_TOKENS);
      if (random() < 0.1) counts.preemptions += 1;
    },
  };
  return engine;
}
