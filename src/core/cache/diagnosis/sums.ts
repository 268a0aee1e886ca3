/** What a fleet's caches did over a stretch of time, as sums: ratios of them are means. */
import type { EpochMs } from "../../units.ts";
import { freeCacheSeconds } from "../response-law.ts";

/** Token counts of a part of the fleet's engines. */
export interface PromptSums {
  readonly prompt: number;
  readonly computed: number;
}

/** What one engine did lately. */
export interface EngineSums extends PromptSums {
  /** As it counts evictions; absent where it exports none, and in memories of older releases. */
  readonly evicted?: number;
  /** Whether it has evicted as much as it computed since it began: its cache was full once. */
  readonly wasFull?: boolean;
}

export interface CacheSums extends PromptSums {
  readonly since: EpochMs;
  readonly seconds: number;
  readonly turns: number;
  readonly output: number;
  /** Turn-seconds waited before prefill. */
  readonly waiting: number;
  /** Token-seconds of KV cache, and of what running turns pinned of it. */
  readonly kv: number;
  readonly pinned: number;
  /** Of engines that began to answer lately, and of those that keep no prefixes. */
  readonly young: PromptSums;
  readonly off: PromptSums;
  /** Look-ups in the router's index, and tokens that the engine that held most had; 0 without. */
  readonly lookups: number;
  readonly best: number;
  /** Evictions as engines count them; absent where none exports them. */
  readonly evicted?: number;
}

export const NO_PROMPTS: PromptSums = { prompt: 0, computed: 0 };

export const noSums = (since: EpochMs): CacheSums => ({
  since,
  seconds: 0,
  prompt: 0,
  computed: 0,
  turns: 0,
  output: 0,
  waiting: 0,
  kv: 0,
  pinned: 0,
  young: NO_PROMPTS,
  off: NO_PROMPTS,
  lookups: 0,
  best: 0,
});

const addPrompts = (a: PromptSums, b: PromptSums, weight = 1): PromptSums => ({
  prompt: a.prompt + b.prompt * weight,
  computed: a.computed + b.computed * weight,
});

/** @returns `a` plus `weight` times `b`, beginning when `a` does */
export const addSums = (a: CacheSums, b: CacheSums, weight = 1): CacheSums => ({
  since: a.since,
  seconds: a.seconds + b.seconds * weight,
  prompt: a.prompt + b.prompt * weight,
  computed: a.computed + b.computed * weight,
  turns: a.turns + b.turns * weight,
  output: a.output + b.output * weight,
  waiting: a.waiting + b.waiting * weight,
  kv: a.kv + b.kv * weight,
  pinned: a.pinned + b.pinned * weight,
  young: addPrompts(a.young, b.young, weight),
  off: addPrompts(a.off, b.off, weight),
  lookups: a.lookups + b.lookups * weight,
  best: a.best + b.best * weight,
  ...((a.evicted ?? b.evicted) !== undefined && {
    evicted: (a.evicted ?? 0) + (b.evicted ?? 0) * weight,
  }),
});

/** @returns all of them together; null for none */
export function totalOf(all: readonly CacheSums[]): CacheSums | null {
  const [first] = all;
  return first === undefined
    ? null
    : all.reduce((sum, each) => addSums(sum, each), noSums(first.since));
}

/** @returns share of prompt tokens that caches served; 0 without prompts */
export const hitRateOf = ({ prompt, computed }: PromptSums): number =>
  prompt > 0 ? Math.min(1, Math.max(0, 1 - computed / prompt)) : 0;

/**
 * Tokens on the engine that holds most of a turn, per look-up, over prompt tokens per turn: what a
 * router that always went there would have got.
 * @returns null where the router's index is not exported
 */
export function bestShareOf({ lookups, best, prompt, turns }: CacheSums): number | null {
  if (lookups <= 0 || turns <= 0 || prompt <= 0) return null;
  return Math.min(1, best / lookups / (prompt / turns));
}

/**
 * Seconds of free cache that load and size give by themselves: without queues, and with as much
 * pinned for each prompt token as in `usual`. Slow prefill lengthens both, and is no cause.
 */
export function givenFreeSeconds(now: CacheSums, usual: CacheSums, kvFactor = 1): number {
  const pinnedPerToken = usual.prompt > 0 ? usual.pinned / usual.prompt : 0;
  return freeCacheSeconds({
    kvTokens: (now.kv / now.seconds) * kvFactor,
    pinnedTokens: (pinnedPerToken * now.prompt) / now.seconds,
    promptTokensPerSecond: now.prompt / now.seconds,
    waitSeconds: 0,
  });
}
