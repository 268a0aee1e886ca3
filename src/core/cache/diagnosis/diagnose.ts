/**
 * Why the hit rate is what it is. The distance from what is usual is split into parts; the largest
 * one names the cause, and what cannot be told apart is said together with what would tell it.
 */
import type { CacheCause, CacheVerdict, CauseShare } from "../../decision.ts";
import type { Situation } from "../../policy/situation.ts";
import { MINUTE_MS, elapsed, ratio } from "../../units.ts";
import type { EpochMs, Ratio } from "../../units.ts";
import { RESPONSE_LAW_PRIORS } from "../response-law.ts";
import type { AnsweringPod } from "./answering.ts";
import { brokenSignals } from "./broken-signals.ts";
import { CAUSES } from "./causes.ts";
import { mixChanges } from "./mix.ts";
import type { MixChange } from "./mix.ts";
import { clearestOf, shareOf, steadyCause } from "./steady.ts";
import { lastingOdds } from "./shape.ts";
import { explainedLoss, splitGap } from "./split.ts";
import type { Split } from "./split.ts";
import { totalOf } from "./sums.ts";
import type { CacheSums } from "./sums.ts";
import { cacheTick } from "./tick.ts";
import { evictionsPerToken } from "./engines.ts";
import { isBeyondWandering } from "./unexplained.ts";
import type { Usual } from "./onset.ts";
import { sinceOnset, usualOf, watchCaches } from "./watch.ts";
import type { DiagnosisMemory, Explain, Incident } from "./watch.ts";
import { inPercent } from "../../in-percent.ts";

export interface Diagnosed {
  readonly verdict: CacheVerdict;
  /** null until the hit rate was first measured. */
  readonly memory: DiagnosisMemory | null;
}

/** A part smaller than this share of the fall is not worth a line. */
const LEAST_SHARE = 0.1;
/** Of prompts: a smaller part is nothing to divide by. */
const LEAST_PART = 1e-6;
/** A cause is named only where it explains so much of the fall. */
const NAMED = 0.4;

const NOBODY: ReadonlySet<string> = new Set();

/** @param answering the fleet's engines that answer */
export function diagnose(
  situation: Situation,
  answering: readonly AnsweringPod[],
  before: DiagnosisMemory | null,
): Diagnosed {
  const tick = cacheTick(situation, answering);
  const prior = RESPONSE_LAW_PRIORS[situation.fleet.router];
  const young = tick?.young ?? NOBODY;
  const given = { prior, young, shown: tick?.pods ?? [] };
  const explain: Explain = (memory, usual, now) => explainedLoss({ ...given, memory, usual, now });
  const watched = tick === null ? before : watchCaches(before, tick, explain);
  const newest = watched?.minutes.at(-1) ?? null;
  const usual = watched && usualOf(watched);
  const seen = brokenSignals(situation, { usual, now: newest, young });
  const memory = watched && withBroken(watched, seen, situation.now);
  const now = memory && sinceOnset(memory);
  const base = {
    hitRate: situation.point?.hitRate ?? null,
    expectedHitRate: usual === null ? null : ratio(usual.hitRate),
  };
  const broken = seen ?? memory?.broken?.text ?? null;
  if (broken !== null)
    return { memory, verdict: { ...base, ...named("broken-signal"), text: broken } };
  if (memory === null || usual === null || now === null || memory.incident === null) {
    return { memory, verdict: { ...base, ...named("none"), text: calm(base, memory) } };
  }
  const split = splitGap({ ...given, usual, now, memory });
  const changes = mixChanges(memory.incident.usual, now);
  const shaped = withShape(memory, memory.incident, usual);
  const causes = rankedCauses(split, changes, shaped.isMadeUpFor === true);
  const incident = reviewed(memory, shaped, { causes, split });
  const fall = { split, usual, now, incident, changes, causes };
  if (incident.named === undefined) {
    const verdict = { ...base, ...named("none"), text: calm(base, memory) };
    return { memory: { ...memory, incident }, verdict };
  }
  return { memory: { ...memory, incident }, verdict: { ...base, ...explained(fall) } };
}

/** Counters that contradict each other at one scrape and agree at the next are still broken. */
const MENDED_MS = 2 * MINUTE_MS;

function withBroken(memory: DiagnosisMemory, seen: string | null, now: EpochMs): DiagnosisMemory {
  if (seen !== null) return { ...memory, broken: { text: seen, at: now } };
  const { broken, ...mended } = memory;
  return broken === undefined || elapsed(broken.at, now) < MENDED_MS ? memory : mended;
}

/** Where evictions are exported, engines that were emptied show it: 20 to 1 against them. */
const UNLIKELY = 3;

/**
 * Whether each session has its loss once, which caches that were emptied do, or at every turn: told
 * from the minutes that are kept apart, and remembered from then on.
 */
function withShape(memory: DiagnosisMemory, incident: Incident, usual: Usual): Incident {
  const { minutes, open } = memory;
  const [oldest] = minutes;
  if (open.seconds > 0 || oldest === undefined || oldest.since > incident.since) return incident;
  const seen = evictionsPerToken(usual.sums) !== null;
  const isMadeUpFor = lastingOdds(minutes, incident.since, usual) < (seen ? -UNLIKELY : 0);
  return { ...incident, isMadeUpFor };
}

/**
 * A fall that is said, that a name is changed at, and below which nothing is said any more: smaller
 * ones come and go with the hours of a day.
 */
const [SAID, UNSAID] = [0.03, 0.015];

interface Review {
  readonly causes: readonly CauseShare[];
  readonly split: Split;
}

/** Once a minute, when one has just been closed, and at the first tick of a fall. */
function reviewed(memory: DiagnosisMemory, incident: Incident, review: Review): Incident {
  const { open } = memory;
  const { causes, split } = review;
  const { gap, confined } = split;
  const { named: before, ...unnamed } = incident;
  if (gap < UNSAID) return unnamed;
  if (gap < SAID || (before !== undefined && open.seconds > 0)) return incident;
  const best = clearestOf(causes, NAMED);
  // What load does from minute to minute is nobody's fault, and no lack of room.
  if (best === "capacity-bound" && !split.isShort) return incident;
  const isKnown = FOLLOWING.has(best) || confined?.isEmptied === true;
  if (!isKnown && !isBeyondLoad(incident, split)) return incident;
  const isByExclusion = BY_EXCLUSION.has(best) && !isSigned(incident, split);
  if (isByExclusion && !isLarge(incident, split)) return incident;
  if (before === undefined && confined === null && isTooEarly(memory, incident, best)) {
    return incident;
  }
  return { ...incident, named: steadyCause(before, best) };
}

/** What is left when load, size and new engines are taken off is a fall of its own. */
const isBeyondLoad = ({ isUnexplained }: Incident, split: Split): boolean =>
  isUnexplained === true && leftOf(split) >= SAID;

const leftOf = ({ routing, rest }: Split): number => (routing ?? 0) + rest;

/** Said of what nothing else explains, not of what is like it. */
const BY_EXCLUSION: ReadonlySet<CacheCause> = new Set(["cannot-tell", "spread-or-instability"]);

/** A fall that is like nothing has to be larger than what comes by itself. */
const isLarge = ({ usual }: Incident, split: Split): boolean =>
  isBeyondWandering(usual, leftOf(split));

/** A fall without a cause may still be like one: of few engines, or of caches that were emptied. */
const isSigned = ({ isMadeUpFor }: Incident, { confined }: Split): boolean =>
  isMadeUpFor === true || confined !== null;

/**
 * Where evictions are not exported, engines that forget look like the router's fault or the
 * prompts' until it has left them, and emptied caches until they fill.
 */
function isTooEarly(
  memory: DiagnosisMemory,
  { since, usual }: Incident,
  best: CacheCause,
): boolean {
  if (FOLLOWING.has(best) || best === "workload-shift") return false;
  if (evictionsPerToken(totalOf(usual)) !== null) return false;
  return elapsed(since, memory.lastAt) < LEAVING_MS;
}

const LEAVING_MS = 4 * MINUTE_MS;

/** What load, size and new engines explain: no more than a fall is needed to name it. */
const FOLLOWING: ReadonlySet<CacheCause> = new Set([
  "cold-replicas",
  "configuration-change",
  "capacity-bound",
]);

const named = (cause: CacheCause): Pick<CacheVerdict, "cause" | "rackHelps" | "remedy"> => ({
  cause,
  ...CAUSES[cause],
});

function calm(
  {
    hitRate,
    expectedHitRate,
  }: { readonly hitRate: Ratio | null; readonly expectedHitRate: Ratio | null },
  memory: DiagnosisMemory | null,
): string {
  if (hitRate === null) return "Nothing is served.";
  if (expectedHitRate === null) return "No regression: too little was seen to know what is usual.";
  return memory?.incident === null ? "No regression." : "A fall has just begun.";
}

interface Fall {
  readonly split: Split;
  readonly usual: Usual;
  readonly now: CacheSums;
  readonly incident: Incident;
  readonly changes: readonly MixChange[];
  readonly causes: readonly CauseShare[];
}

function explained(fall: Fall): Omit<CacheVerdict, "hitRate" | "expectedHitRate"> {
  const { split, usual, now, incident, causes } = fall;
  const gap = Math.max(split.gap, 0);
  const cause = incident.named?.cause ?? "cannot-tell";
  const untold = cause === "cannot-tell" ? whyUntold(split, incident) : null;
  const share = untold === null ? shareOf(causes, cause) : 0;
  const lumps = (usual.missRatio * now.prompt) / usual.lumpTokens;
  const deviations = (gap / usual.missRatio) * Math.sqrt(lumps);
  return {
    ...named(cause),
    confidence: ratio(share * (1 - Math.exp(-Math.max(0, deviations) / 3))),
    since: incident.since,
    shareOfGap: ratio(share),
    coldTokensPerSecond: (gap * now.prompt) / now.seconds,
    causes,
    evidence: evidenceOf(fall),
    text: `${fallText(usual, gap)}: ${untold ?? CAUSE_TEXT[cause]}`,
  };
}

/** What nobody had in a cache: another traffic, or other prompts of the same. */
function rankedCauses(
  split: Split,
  changes: readonly MixChange[],
  isMadeUpFor: boolean,
): readonly CauseShare[] {
  const { cold, configuration, capacity, routing, rest, confined } = split;
  const lasting = routing === null ? "spread-or-instability" : "prompt-instability";
  const content = changes.length > 0 ? "workload-shift" : isMadeUpFor ? "cannot-tell" : lasting;
  const [spread, untold] = [routing ?? 0, confined?.share ?? 0];
  // What few engines lost is taken off what it was told as.
  const left = Math.max(0, 1 - untold / Math.max(spread + rest, untold, LEAST_PART));
  const parts: readonly (readonly [CacheCause, number])[] = [
    ["cold-replicas", cold],
    ["configuration-change", configuration],
    ["capacity-bound", capacity],
    [isMadeUpFor ? "cannot-tell" : "routing-spread", left * spread],
    [content, left * rest],
    ["cannot-tell", (1 - left) * (spread + rest)],
  ];
  const total = parts.reduce((sum, [, part]) => sum + part, 0);
  if (total <= 0) return [];
  return together(parts)
    .map(([cause, part]) => ({ cause, shareOfGap: ratio(part / total) }))
    .filter(({ shareOfGap }) => shareOfGap >= LEAST_SHARE)
    .toSorted((a, b) => b.shareOfGap - a.shareOfGap);
}

/** @returns each cause once */
function together(
  parts: readonly (readonly [CacheCause, number])[],
): readonly (readonly [CacheCause, number])[] {
  const sums = new Map<CacheCause, number>();
  for (const [cause, part] of parts) sums.set(cause, (sums.get(cause) ?? 0) + part);
  return [...sums];
}

const CAUSE_TEXT: Readonly<Record<CacheCause, string>> = {
  none: "nothing is wrong.",
  "workload-shift": "the traffic is another than it was.",
  "prompt-instability": "no engine has what prompts begin with any more, with the same traffic.",
  "capacity-bound": "as the response law predicts for the free cache left.",
  "routing-spread": "turns go to engines other than the one that has their prefix.",
  "spread-or-instability":
    "turns go to engines other than the one that has their prefix, or no engine has what prompts " +
    "begin with. The router's index, which tells one from the other, is not exported.",
  "cold-replicas": "engines that began to answer lately are cold.",
  "configuration-change": "engines' caches are set up in another way.",
  "broken-signal": "a signal is broken.",
  "cannot-tell": "more than the free cache explains.",
};

/** @returns why no cause is named */
function whyUntold({ confined }: Split, { isMadeUpFor }: Incident): string {
  if (confined?.isEmptied === true) {
    return (
      `the caches of ${confined.pods.join(", ")} were emptied, as they evict nothing for ` +
      "what they compute, or they keep nothing."
    );
  }
  if (confined !== null) {
    return (
      `lost on ${confined.pods.join(", ")} alone, which are neither young nor set up in ` +
      "another way."
    );
  }
  return isMadeUpFor === true
    ? "each session misses once and then no more, as where caches were emptied."
    : "no single cause explains most of it.";
}

const points = (share: number): string => `${(share * 100).toFixed(1)} points`;

const fallText = ({ hitRate }: Usual, gap: number): string =>
  `The hit rate fell from ${inPercent(hitRate)} to ${inPercent(hitRate - gap)}`;

function evidenceOf({ split, changes }: Fall): readonly string[] {
  const { cold, configuration, capacity, routing, rest, confined } = split;
  const lines: readonly (readonly [number, string])[] = [
    [cold, "on engines that began to answer lately"],
    [configuration, "by the response law, for caches set up in another way"],
    [capacity, "by the response law, for the free cache that size and load leave"],
    [routing ?? 0, "that another engine had"],
    [rest, routing === null ? "not explained by size and load" : "that no engine had"],
  ];
  return [
    ...lines.filter(([part]) => part >= 0.005).map(([part, text]) => `${points(part)} ${text}`),
    ...changes.map(({ name, factor }) => `${name} x ${factor.toFixed(2)}`),
    ...(confined === null
      ? []
      : [`${points(confined.share)} on ${confined.pods.join(", ")} alone`]),
    ...(routing === null ? ["the router's index is not exported"] : []),
  ];
}
