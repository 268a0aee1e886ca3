/**
 * The distance of the hit rate from what is usual, in parts that add up: `usual ≥ what the cache is
 * large enough for ≥ what some engine has ≥ what the engine that was chosen has`. All in shares of
 * prompt tokens.
 */
import type { ResponseLaw } from "../response-law.ts";
import { hitRateAt, lawThrough } from "../response-law.ts";
import type { PodCache } from "../../observation.ts";
import { mean } from "../../numeric.ts";
import { ratio } from "../../units.ts";
import { bestShareOf, givenFreeSeconds, hitRateOf, totalOf } from "./sums.ts";
import type { CacheSums, EngineSums, PromptSums } from "./sums.ts";
import { evictionsPerToken, isEmptied } from "./engines.ts";
import type { Usual } from "./onset.ts";
import type { Explained } from "./unexplained.ts";
import { sameSetting } from "./watch.ts";
import type { CacheSetting, DiagnosisMemory } from "./watch.ts";

export interface Split {
  readonly gap: number;
  /** Lost on engines that answer only lately, beside what all lost, and with those that left. */
  readonly cold: number;
  /** What the response law takes off for caches set up in another way, once all are. */
  readonly configuration: number;
  /** What it takes off for more load on the cache, or less of it. */
  readonly capacity: number;
  /** So much less is free that a lack of it is worth the name. */
  readonly isShort: boolean;
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
  /** They evict nothing for what they compute: their caches were emptied, or never fill. */
  readonly isEmptied: boolean;
}

export interface SplitInput {
  readonly usual: Usual;
  /** What was seen since the fall began. */
  readonly now: CacheSums;
  readonly memory: DiagnosisMemory;
  readonly prior: ResponseLaw;
  readonly young: ReadonlySet<string>;
  /** As they are now, to see how each is set up. */
  readonly shown: readonly PodCache[];
}

/** A change of settings that costs less is not what a rollout is about. */
const WORTH_SAYING = 0.015;

/**
 * Of what load costs, that routers lose beside it by sending turns elsewhere: a fleet that fills up
 * loses up to half more so than by what it has no room for.
 */
const SPILLED = 2;

/**
 * @returns what of the loss is no wonder, for engines that came or went, load and size: as much
 *   again as they cost by themselves where routers send turns elsewhere because of them. What a
 *   cache had no room for is in no other one, so where the index shows that none is missing, load
 *   did not send turns elsewhere either.
 */
export function explainedLoss(input: SplitInput): Explained {
  const { usual, now, memory } = input;
  const { load, soFar } = lawParts(input);
  const renewed = memory.leftShare * usual.hitRate + 2 * (coldPart(usual, now) + soFar);
  const lately = totalOf(memory.minutes.slice(-RESIDENCE_MINUTES)) ?? now;
  const spread = routingPart(usual.sums, lately);
  const nowhere = spread === null ? load : usual.hitRate - hitRateOf(lately) - spread;
  const spilled = Math.min(load, SPILLED * Math.max(0, nowhere));
  return {
    all: renewed + load + spilled,
    elsewhere: renewed + spilled,
    nowhere: renewed + load,
  };
}

export function splitGap(input: SplitInput): Split {
  const { usual, now } = input;
  const gap = usual.hitRate - hitRateOf(now);
  const left = input.memory.leftShare * usual.hitRate;
  const renewed = Math.min(Math.max(0, gap), coldPart(usual, now) + left);
  const law = lawParts(input);
  const spread = routingPart(usual.sums, now);
  // What a cache had no room for is in no other one either.
  const load = spread === null ? law.load : Math.min(law.load, Math.max(0, gap - spread));
  // Engines that are set up in another way are away for it, and cold because of it.
  const isSetUp = law.inAll >= WORTH_SAYING;
  const configuration = law.soFar + (isSetUp ? renewed + load : 0);
  const [cold, capacity] = isSetUp ? [0, 0] : [renewed, load];
  const unexplained = Math.max(0, gap - cold - configuration - capacity);
  // A turn that goes to a cold engine is one that another had: it counts once.
  const elsewhere = spread === null ? null : Math.max(0, spread - renewed);
  const routing = elsewhere === null ? null : Math.min(unexplained, elsewhere);
  const rest = unexplained - (routing ?? 0);
  const confined = emptied(input, gap) ?? confinedTo(input, gap);
  const { isShort } = law;
  const parts = { gap, cold, configuration, capacity, isShort, routing, rest, confined };
  return routing === null ? parts : withoutFollowing(parts, routing, now.young.prompt > 0);
}

/**
 * Routers that weigh load against prefixes send turns elsewhere when engines fill up: up to as much
 * again as that costs by itself. To new engines they move sessions, which come and go until these
 * are as full as the others.
 */
function withoutFollowing(parts: Split, routing: number, isRebalanced: boolean): Split {
  const following = parts.cold + parts.capacity + parts.configuration;
  const moved = Math.min(routing, isRebalanced ? routing : following);
  const grown = following > 0 ? 1 + moved / following : 1;
  return {
    ...parts,
    cold: following > 0 ? parts.cold * grown : moved,
    capacity: parts.capacity * grown,
    configuration: parts.configuration * grown,
    routing: routing - moved,
  };
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

/**
 * Of the misses that are usual, those that a larger cache would cure, as nobody knows how many: a
 * law's ceiling cannot be seen from one point below it, and far below the ceiling of other fleets
 * the law would be steep, close to it flat. Half is least wrong.
 */
const CURABLE = 0.5;

/** One standard deviation of it: a rack that would help is not to be vetoed for want of a point. */
const STEEPER = Math.exp(0.15);

/**
 * What caches hold was read over about so long: free seconds over the miss ratio, for a minute at
 * nine in ten. A minute's burst of prompts pushes nothing out.
 */
const RESIDENCE_MINUTES = 10;

interface LawParts {
  /** Lost for settings that are another now, and that will be once all engines have them. */
  readonly soFar: number;
  readonly inAll: number;
  /** For less free cache, and whether that is worth the name. */
  readonly load: number;
  readonly isShort: boolean;
}

/** The settings of engines that show theirs. */
const settingsOf = (pods: readonly PodCache[]): readonly CacheSetting[] =>
  pods.flatMap(({ kvTokens, prefixCaching = true }) =>
    kvTokens === undefined ? [] : [{ kvTokens, prefixCaching }],
  );

/** Through what was usual, somewhat steeper than the prior. */
function lawParts({ usual, now, memory, prior, shown }: SplitInput): LawParts {
  const x = givenFreeSeconds(usual.sums, usual.sums);
  const ceiling = usual.hitRate + CURABLE * (1 - usual.hitRate);
  const law = lawThrough(
    { ...prior, ceiling: Math.min(ceiling, MAX_CEILING), steepness: prior.steepness * STEEPER },
    { freeSeconds: x, hitRate: ratio(usual.hitRate) },
  );
  const had = hitRateAt(law, x);
  const first = memory.settingBefore?.setting ?? memory.setting;
  const lately = totalOf(memory.minutes.slice(-RESIDENCE_MINUTES)) ?? now;
  const settings = settingsOf(shown);
  const changed = first === null ? [] : settings.filter((each) => !sameSetting(each, first));
  const [other] = changed;
  if (first === null || other === undefined) {
    const left = givenFreeSeconds(lately, usual.sums);
    const load = lost(had, hitRateAt(law, left));
    return { soFar: 0, inAll: 0, load, isShort: left <= FULLER * x };
  }
  // What is seen of the caches' size follows the setting that most engines have.
  const [tokens, most] = [first.kvTokens, memory.setting ?? first];
  const asBefore = givenFreeSeconds(lately, usual.sums, tokens / most.kvTokens);
  const asNow = givenFreeSeconds(lately, usual.sums, other.kvTokens / most.kvTokens);
  const before = hitRateAt(law, asBefore);
  const inAll = lost(before, other.prefixCaching ? hitRateAt(law, asNow) : ratio(0));
  const soFar = inAll * (changed.length / settings.length);
  const isShort = asBefore <= FULLER * x;
  return { soFar, inAll, load: lost(had, before), isShort };
}

/** Of the free seconds that are usual: what load does from minute to minute takes no more away. */
const FULLER = 0.85;

/** Not all of a prompt is ever in a cache. */
const MAX_CEILING = 0.999;

const lost = (before: number, after: number): number => Math.max(0, before - after);

/** More than usual between what the best engine had and what was found. */
function routingPart(usual: CacheSums, now: CacheSums): number | null {
  const [before, after] = [bestShareOf(usual), bestShareOf(now)];
  if (before === null || after === null) return null;
  return after - hitRateOf(now) - (before - hitRateOf(usual));
}

/** Engines are few if no more than this share of them, */
const FEW = 0.34;
/** worse than their peers if so much likelier, as a logarithm, than by chance: as for a fall, */
const SURE = 12;
/** with no more than this of their peers' hit rate, or of their prompts, */
const HALF = 0.5;
/** and worth a word if they lost this share of all that was. */
const WORTH_NAMING = 0.15;

interface Engine {
  readonly pod: string;
  readonly sums: EngineSums;
}

/**
 * Engines that nothing is known to have happened to, and that keep hardly anything: they find less
 * than half of what their peers do, or are left alone by a router that goes by prefixes. What
 * strikes sessions makes engines unlike too, by the sessions they have, but takes none away. Their
 * peers lose as well, by what they take over.
 */
function confinedTo({ usual, memory, young }: SplitInput, gap: number): Confined | null {
  const old = Object.entries(memory.pods)
    .map(([pod, sums]): Engine => ({ pod, sums }))
    .filter(({ pod }) => !young.has(pod));
  const total = old.reduce((sum, { sums }) => sum + sums.prompt, 0);
  if (old.length < 3 || total <= 0 || gap <= 0) return null;
  const [prompts, hitRate] = [
    middle(old.map(({ sums }) => sums.prompt)),
    middle(old.map(({ sums }) => hitRateOf(sums))),
  ];
  const worse = old.filter(
    ({ sums }) =>
      hitRateOf(sums) <= HALF * hitRate ||
      (hitRateOf(sums) < hitRate && sums.prompt <= HALF * prompts),
  );
  if (worse.length === 0 || worse.length > FEW * old.length) return null;
  if (!standOut(worse, old, usual.lumpTokens)) return null;
  const lost = worse.map(({ sums }) => lossOf(sums, usual.hitRate) + movedFrom(sums, prompts));
  const share = Math.min(gap, lost.reduce((sum, tokens) => sum + tokens, 0) / total);
  if (share < WORTH_NAMING * gap) return null;
  return { pods: worse.map(({ pod }) => pod), share, isEmptied: false };
}

/** Of the fall, that engines lost if they lost all they had. */
const ENOUGH_LOST = 0.5;

/**
 * Engines whose caches were full and now take what is computed without evicting: they were emptied.
 * A full cache evicts a token for each that is computed, whatever is asked of it.
 */
function emptied({ usual, memory, young }: SplitInput, gap: number): Confined | null {
  const evictions = evictionsPerToken(usual.sums);
  if (evictions === null) return null;
  const old = Object.entries(memory.pods).filter(([pod]) => !young.has(pod));
  const empty = old.filter(([, engine]) => isEmptied(engine, evictions)).map(([pod]) => pod);
  const share = (empty.length / Math.max(1, old.length)) * usual.hitRate;
  return empty.length === 0 || share < ENOUGH_LOST * gap
    ? null
    : { pods: empty, share: Math.min(share, gap), isEmptied: true };
}

/** By less than that any so many of them would at some time. */
function standOut(worse: readonly Engine[], all: readonly Engine[], lumpTokens: number): boolean {
  const peers = all.filter((engine) => !worse.includes(engine));
  const together = togetherOf(peers);
  const each = togetherOf(all).prompt / all.length;
  const unlike = Math.max(lumpTokens, unlikeness(peers));
  const surprises = worse.map(
    ({ sums }) => surprise(sums, together, lumpTokens) + desertion(sums, each, unlike),
  );
  const ways = worse.reduce((product, _, at) => (product * (all.length - at)) / (at + 1), 1);
  return surprises.reduce((sum, one) => sum + one, 0) - Math.log(ways) >= SURE;
}

/**
 * @returns tokens that prompts come in, as engines differ by them: sessions stay where their prefix
 *   is, and some ask more than others
 */
function unlikeness(engines: readonly Engine[]): number {
  const prompts = engines.map(({ sums }) => sums.prompt);
  const usual = mean(prompts);
  return usual > 0 ? mean(prompts.map((each) => (each - usual) * (each - usual))) / usual : 0;
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** @returns the logarithm of how much likelier its own miss ratio is than its peers' */
function surprise(engine: PromptSums, peers: PromptSums, lumpTokens: number): number {
  const ratioOfPeers = Math.max(LEAST_MISS_RATIO, 1 - hitRateOf(peers));
  const [seen, due] = [engine.computed / lumpTokens, (ratioOfPeers * engine.prompt) / lumpTokens];
  return seen <= due || due <= 0 ? 0 : seen * Math.log(seen / due) - (seen - due);
}

/** @returns the logarithm of how much likelier so few prompts are of an engine that is avoided */
function desertion({ prompt }: PromptSums, usual: number, lumpTokens: number): number {
  const [seen, due] = [prompt / lumpTokens, usual / lumpTokens];
  if (seen > HALF * due) return 0;
  return due - seen + (seen > 0 ? seen * Math.log(seen / due) : 0);
}

/** Peers that miss nothing would make any miss infinitely unlikely. */
const LEAST_MISS_RATIO = 0.005;

const togetherOf = (engines: readonly Engine[]): PromptSums => ({
  prompt: engines.reduce((sum, { sums }) => sum + sums.prompt, 0),
  computed: engines.reduce((sum, { sums }) => sum + sums.computed, 0),
});

/** @returns prompt tokens that an engine which is avoided would have: its sessions are elsewhere */
const movedFrom = ({ prompt }: PromptSums, usual: number): number =>
  prompt <= HALF * usual ? usual - prompt : 0;

const lossOf = (sums: PromptSums, usual: number): number => (usual - hitRateOf(sums)) * sums.prompt;
