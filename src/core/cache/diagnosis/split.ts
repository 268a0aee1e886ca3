/**
 * The distance of the hit rate from what is usual, in parts that add up: `usual ≥ what the cache is
 * large enough for ≥ what some engine has ≥ what the engine that was chosen has`. All in shares of
 * prompt tokens.
 */
import type { ResponseLaw } from "../response-law.ts";
import { hitRateAt, lawThrough } from "../response-law.ts";
import { ratio } from "../../units.ts";
import { bestShareOf, givenFreeSeconds, hitRateOf } from "./sums.ts";
import type { CacheSums, PromptSums } from "./sums.ts";
import { sameSetting } from "./watch.ts";
import type { DiagnosisMemory, Usual } from "./watch.ts";

export interface Split {
  readonly gap: number;
  /** Lost on engines that answer only lately, beside what all lost, and with those that left. */
  readonly cold: number;
  /** What the response law takes off for caches set up in another way, once all are. */
  readonly configuration: number;
  /** What it takes off for more load on the cache, or less of it. */
  readonly capacity: number;
  /** What another engine had; null: the router's index is not exported. */
  readonly routing: number | null;
  /** What nobody had, or what cannot be told from that. */
  readonly rest: number;
  /** Of the rest, lost by few engines that nothing happened to. */
  readonly confined: Confined | null;
}

export interface Confined {
  readonly pods: readonly string[];
  readonly share: number;
}

export interface SplitInput {
  readonly usual: Usual;
  /** What was seen since the fall began. */
  readonly now: CacheSums;
  readonly memory: DiagnosisMemory;
  readonly prior: ResponseLaw;
  readonly young: ReadonlySet<string>;
}

/** A change of settings that costs less is not what a rollout is about. */
const WORTH_SAYING = 0.015;

export function splitGap(input: SplitInput): Split {
  const { usual, now } = input;
  const gap = usual.hitRate - hitRateOf(now);
  const left = input.memory.leftShare * usual.hitRate;
  const renewed = Math.min(Math.max(0, gap), coldPart(usual, now) + left);
  const parts = lawParts(input);
  const { capacity } = parts;
  // Engines that are set up in another way are cold because of it.
  const isSetUp = parts.configuration >= WORTH_SAYING;
  const configuration = parts.configuration + (isSetUp ? renewed : 0);
  const cold = isSetUp ? 0 : renewed;
  const unexplained = Math.max(0, gap - cold - configuration - capacity);
  const spread = routingPart(usual.sums, now);
  // A turn that goes to a cold engine is one that another had: it counts once.
  const routing = spread === null ? null : Math.min(unexplained, Math.max(0, spread - cold));
  const rest = unexplained - (routing ?? 0);
  return { gap, cold, configuration, capacity, routing, rest, confined: confinedTo(input, gap) };
}

/** Below this share of prompts the older engines are no measure of what is usual now. */
const PEERS_NEEDED = 0.2;

function coldPart({ hitRate }: Usual, { prompt, computed, young, off }: CacheSums): number {
  if (young.prompt <= 0) return 0;
  const old = { prompt: prompt - young.prompt, computed: computed - young.computed };
  const measured = old.prompt >= PEERS_NEEDED * prompt && off.prompt <= 0;
  const peers = measured ? Math.min(hitRate, hitRateOf(old)) : hitRate;
  return (young.prompt / prompt) * Math.max(0, peers - hitRateOf(young));
}

/** Through what was usual, with the prior's ceiling and steepness. */
function lawParts({ usual, now, memory, prior }: SplitInput): {
  readonly configuration: number;
  readonly capacity: number;
} {
  const x = givenFreeSeconds(usual.sums, usual.sums);
  const law = lawThrough(prior, { freeSeconds: x, hitRate: ratio(usual.hitRate) });
  const had = hitRateAt(law, x);
  const { setting, settingBefore } = memory;
  const changed =
    setting !== null && settingBefore !== null && !sameSetting(setting, settingBefore.setting);
  if (!changed) {
    return {
      configuration: 0,
      capacity: lost(had, hitRateAt(law, givenFreeSeconds(now, usual.sums))),
    };
  }
  const factor = settingBefore.setting.kvTokens / setting.kvTokens;
  const asBefore = hitRateAt(law, givenFreeSeconds(now, usual.sums, factor));
  const asNow = setting.prefixCaching
    ? hitRateAt(law, givenFreeSeconds(now, usual.sums))
    : ratio(0);
  return { configuration: lost(asBefore, asNow), capacity: lost(had, asBefore) };
}

const lost = (before: number, after: number): number => Math.max(0, before - after);

/** More than usual between what the best engine had and what was found. */
function routingPart(usual: CacheSums, now: CacheSums): number | null {
  const [before, after] = [bestShareOf(usual), bestShareOf(now)];
  if (before === null || after === null) return null;
  return after - hitRateOf(now) - (before - hitRateOf(usual));
}

/** Engines are few if no more than this share of them, */
const FEW = 0.34;
/** and the fall is theirs if they lost so much of it. */
const THEIRS = 0.75;

function confinedTo({ usual, memory, young }: SplitInput, gap: number): Confined | null {
  const old = Object.entries(memory.pods).filter(([pod]) => !young.has(pod));
  const total = old.reduce((sum, [, { prompt }]) => sum + prompt, 0);
  if (old.length < 3 || total <= 0 || gap <= 0) return null;
  const losses = old
    .map(([pod, sums]) => ({ pod, loss: lossOf(sums, usual.hitRate) / total }))
    .toSorted((a, b) => b.loss - a.loss);
  const few = losses.slice(0, Math.floor(FEW * old.length));
  // The fewest that carry it are named.
  let carried = 0;
  const count = 1 + few.findIndex(({ loss }) => (carried += loss) >= THEIRS * gap);
  if (count === 0) return null;
  return { pods: losses.slice(0, count).map(({ pod }) => pod), share: carried };
}

const lossOf = (sums: PromptSums, usual: number): number => (usual - hitRateOf(sums)) * sums.prompt;
