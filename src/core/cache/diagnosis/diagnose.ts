/**
 * Why the hit rate is what it is. The distance from what is usual is split into parts; the largest
 * one names the cause, and what cannot be told apart is said together with what would tell it.
 */
import type { CacheCause, CacheVerdict, CauseShare } from "../../decision.ts";
import type { Situation } from "../../policy/situation.ts";
import { ratio } from "../../units.ts";
import type { Ratio } from "../../units.ts";
import { RESPONSE_LAW_PRIORS } from "../response-law.ts";
import type { AnsweringPod } from "./answering.ts";
import { brokenSignals } from "./broken-signals.ts";
import { CAUSES } from "./causes.ts";
import { mixChanges } from "./mix.ts";
import type { MixChange } from "./mix.ts";
import { clearestOf, shareOf, steadyCause } from "./steady.ts";
import { splitGap } from "./split.ts";
import type { Split } from "./split.ts";
import { hitRateOf, totalOf } from "./sums.ts";
import type { CacheSums } from "./sums.ts";
import { cacheTick } from "./tick.ts";
import { sinceOnset, usualOf, watchCaches } from "./watch.ts";
import type { DiagnosisMemory, Incident, Usual } from "./watch.ts";
import { inPercent } from "../../in-percent.ts";

export interface Diagnosed {
  readonly verdict: CacheVerdict;
  /** null until the hit rate was first measured. */
  readonly memory: DiagnosisMemory | null;
}

/** A part smaller than this share of the fall is not worth a line. */
const LEAST_SHARE = 0.1;
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
  const memory = tick === null ? before : watchCaches(before, tick);
  const usual = memory && usualOf(memory);
  const now = memory && sinceOnset(memory);
  const base = {
    hitRate: situation.point?.hitRate ?? null,
    expectedHitRate: usual === null ? null : ratio(usual.hitRate),
  };
  const young = tick?.young ?? NOBODY;
  const newest = memory?.minutes.at(-1) ?? null;
  const broken = brokenSignals(situation, { usual, now: newest, young });
  if (broken !== null)
    return { memory, verdict: { ...base, ...named("broken-signal"), text: broken } };
  if (memory === null || usual === null || now === null || memory.incident === null) {
    return { memory, verdict: { ...base, ...named("none"), text: calm(base, memory) } };
  }
  const prior = RESPONSE_LAW_PRIORS[situation.fleet.router];
  const split = splitGap({ usual, now, memory, prior, young, shown: tick?.pods ?? [] });
  const changes = mixChanges(memory.incident.usual, now);
  const passing = isPassing(memory, usual, now);
  const causes = rankedCauses(split, changes, passing);
  const incident = reviewed(memory, memory.incident, causes);
  const fall = { split, usual, now, incident, changes, causes };
  return { memory: { ...memory, incident }, verdict: { ...base, ...explained(fall) } };
}

/** Minutes, and the share of a fall that is left of one that passes. */
const [NEWEST, LEFT] = [3, 0.4];

/**
 * @returns whether most of the fall is made up for already: caches that were emptied fill within
 *   sessions' next turns, prompts that no longer match go on missing
 */
function isPassing({ minutes }: DiagnosisMemory, usual: Usual, now: CacheSums): boolean {
  const newest = totalOf(minutes.slice(-NEWEST)) ?? now;
  return usual.hitRate - hitRateOf(newest) < LEFT * (usual.hitRate - hitRateOf(now));
}

/** Once a minute, when one has just been closed, and at the first tick of a fall. */
function reviewed(
  { open }: DiagnosisMemory,
  incident: Incident,
  causes: readonly CauseShare[],
): Incident {
  if (incident.named !== undefined && open.seconds > 0) return incident;
  return { ...incident, named: steadyCause(incident.named, clearestOf(causes, NAMED), causes) };
}

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
  const untold = cause === "cannot-tell" ? whyUntold(split) : null;
  const share = untold === null ? shareOf(causes, cause) : 0;
  const lumps = (usual.missRatio * now.prompt) / usual.lumpTokens;
  const deviations = (gap / usual.missRatio) * Math.sqrt(lumps);
  return {
    ...named(cause),
    rackHelps: untold === null ? CAUSES[cause].rackHelps : untold.rackHelps,
    confidence: ratio(share * (1 - Math.exp(-Math.max(0, deviations) / 3))),
    since: incident.since,
    shareOfGap: ratio(share),
    coldTokensPerSecond: (gap * now.prompt) / now.seconds,
    causes,
    evidence: evidenceOf(fall),
    text: `${fallText(usual, gap)}: ${untold?.text ?? CAUSE_TEXT[cause]}`,
  };
}

/** What nobody had in a cache: another traffic, or other prompts of the same. */
function rankedCauses(
  split: Split,
  changes: readonly MixChange[],
  passing: boolean,
): readonly CauseShare[] {
  const { cold, configuration, capacity, routing, rest, confined } = split;
  const told = routing !== null && confined === null && !passing;
  const content =
    changes.length > 0 ? "workload-shift" : told ? "prompt-instability" : "cannot-tell";
  const parts: readonly (readonly [CacheCause, number])[] = [
    ["cold-replicas", cold],
    ["configuration-change", configuration],
    ["capacity-bound", capacity],
    [confined === null ? "routing-spread" : "cannot-tell", routing ?? 0],
    [content, rest],
  ];
  const total = parts.reduce((sum, [, part]) => sum + part, 0);
  if (total <= 0) return [];
  return parts
    .map(([cause, part]) => ({ cause, shareOfGap: ratio(part / total) }))
    .filter(({ shareOfGap }) => shareOfGap >= LEAST_SHARE)
    .toSorted((a, b) => b.shareOfGap - a.shareOfGap);
}

const CAUSE_TEXT: Readonly<Record<CacheCause, string>> = {
  none: "nothing is wrong.",
  "workload-shift": "the traffic is another than it was.",
  "prompt-instability": "no engine has what prompts begin with any more, with the same traffic.",
  "capacity-bound": "as the response law predicts for the free cache left.",
  "routing-spread": "turns go to engines other than the one that has their prefix.",
  "cold-replicas": "engines that began to answer lately are cold.",
  "configuration-change": "engines' caches are set up in another way.",
  "broken-signal": "a signal is broken.",
  "cannot-tell": "more than the free cache explains.",
};

function whyUntold({ routing, confined }: Split): {
  readonly text: string;
  readonly rackHelps: boolean | null;
} {
  if (confined !== null) {
    return {
      text:
        `lost on ${confined.pods.join(", ")} alone, which are neither young nor set up in ` +
        "another way.",
      rackHelps: null,
    };
  }
  return routing === null
    ? {
        text:
          "more than the free cache explains. Prompt instability and routing spread cannot be " +
          "told apart, because the router's index (kv_cache_index_max_pod_hit_count_total) is " +
          "not exported; a rack cures neither.",
        rackHelps: false,
      }
    : { text: "no single cause explains most of it.", rackHelps: null };
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
