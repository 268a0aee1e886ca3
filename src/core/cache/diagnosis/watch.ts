/**
 * What a fleet's caches usually do, and since when they do not: minutes for what is new, tens of
 * minutes for what is usual, frozen from the onset of a fall until it is over.
 */
import { HOUR_MS, MINUTE_MS, elapsed, epochMs } from "../../units.ts";
import type { EpochMs } from "../../units.ts";
import type { PodCache } from "../../observation.ts";
import { LUMP_PROMPTS, isRelieved, isSure, likeliestOnset, relieve, suspect } from "./onset.ts";
import type { Suspicion, Usual } from "./onset.ts";
import type { NamedCause } from "./steady.ts";
import { enginesAfter, evictionsPerToken } from "./engines.ts";
import { isUnexplained, unexplainedAfter } from "./unexplained.ts";
import type { Explained, Unexplained } from "./unexplained.ts";
import { addSums, hitRateOf, noSums, totalOf } from "./sums.ts";
import type { CacheSums, EngineSums } from "./sums.ts";

/** What one tick sees. */
export interface CacheTick {
  readonly at: EpochMs;
  /** Per second: to be weighed by how long it stands for. */
  readonly rates: CacheSums;
  readonly pods: readonly PodCache[];
  /** Pods that have answered for less than a cache takes to warm. */
  readonly young: ReadonlySet<string>;
  /** Pods that answer, with or without traffic; null where no pods are seen. */
  readonly alive: ReadonlySet<string> | null;
}

/** How engines are configured; the most frequent of the fleet's. */
export interface CacheSetting {
  readonly kvTokens: number;
  readonly prefixCaching: boolean;
}

export interface Incident {
  readonly since: EpochMs;
  /** What was usual before it. */
  readonly usual: readonly CacheSums[];
  /** What was seen since, newer minutes weighing more; absent in memories of older releases. */
  readonly sums?: CacheSums;
  /** Likelihood that it is over; absent there too. */
  readonly relief?: number;
  /** Absent before one was. */
  readonly named?: NamedCause;
  /** More than load, size and new engines explain has been missed beyond doubt. */
  readonly isUnexplained?: boolean;
  /** Each session has its loss once: no prompt and no router goes on being another. */
  readonly isMadeUpFor?: boolean;
}

export interface DiagnosisMemory {
  readonly lastAt: EpochMs;
  readonly open: CacheSums;
  /** Closed ones, oldest first. */
  readonly minutes: readonly CacheSums[];
  /** Being filled by minutes that are no longer new. */
  readonly ten: CacheSums;
  readonly tens: readonly CacheSums[];
  /** The last minutes of each engine, older ones weighing less. */
  readonly pods: Readonly<Record<string, EngineSums>>;
  /** Share of prompts that engines had which left lately: the longer ago, the less of it. */
  readonly leftShare: number;
  /** null until an engine showed it. */
  readonly setting: CacheSetting | null;
  /** What it was before it changed; null once that is long ago. */
  readonly settingBefore: { readonly setting: CacheSetting; readonly changedAt: EpochMs } | null;
  readonly incident: Incident | null;
  /** Of falls; absent before what is usual was known, and in memories of older releases. */
  readonly suspicions?: readonly Suspicion[];
  /** What contradicted what, and when last; absent while nothing does. */
  readonly broken?: { readonly text: string; readonly at: EpochMs };
  /** Of falls beyond what load, size and new engines explain; absent there too. */
  readonly unexplained?: Unexplained;
}

/** @returns the shares of the minute's prompt tokens whose loss is no wonder */
export type Explain = (memory: DiagnosisMemory, usual: Usual, minute: CacheSums) => Explained;

/** Minutes kept apart: the longest stretch over which a fall is looked for. */
const MINUTES_KEPT = 15;
const TEN_SECONDS = 600;
/** Two hours: long enough for the spread of ten minutes, short enough to follow a day. */
const TENS_KEPT = 12;
/** With less nobody knows what is usual. */
const TENS_NEEDED = 4;
/** A gap between ticks is not a time that was watched. */
const LONGEST_TICK_SECONDS = 60;
/** How fast the loss of engines that left is made up for: a session's turn comes within minutes. */
const LEFT_SECONDS = 300;
/** What lasts longer is how things are now. */
const INCIDENT_MS = 6 * HOUR_MS;
/** Of engines' KV sizes: the number of blocks varies a little from start to start. */
const SAME_KV = 0.02;

/** A smaller fall is not worth a word: somewhat less than the smallest anybody asks to be told. */
const LEAST_FALL = 0.025;
/** Tens of minutes that what is known of other fleets' noise counts for. */
const PRIOR_TENS = 12;

/** @returns the memory after one more tick; one not newer than the last changes nothing */
export function watchCaches(
  memory: DiagnosisMemory | null,
  tick: CacheTick,
  explain: Explain,
): DiagnosisMemory {
  if (memory === null || tick.at < memory.lastAt) return firstSight(tick);
  const seconds = Math.min(LONGEST_TICK_SECONDS, elapsed(memory.lastAt, tick.at) / 1_000);
  if (seconds <= 0) return memory;
  const seen = {
    ...memory,
    ...noticeSetting(memory, tick),
    lastAt: tick.at,
    open: addSums(memory.open, tick.rates, seconds),
  };
  const full = elapsed(seen.open.since, tick.at) >= MINUTE_MS;
  return full ? judged(closeMinute(noticePods(seen, tick)), explain) : seen;
}

const firstSight = (tick: CacheTick): DiagnosisMemory => ({
  lastAt: tick.at,
  open: noSums(tick.at),
  minutes: [],
  ten: noSums(tick.at),
  tens: [],
  pods: {},
  leftShare: 0,
  setting: settingOf(tick.pods),
  settingBefore: null,
  incident: null,
});

/** Once a minute: engines' rates are means over no less. */
const noticePods = (memory: DiagnosisMemory, tick: CacheTick): DiagnosisMemory => ({
  ...memory,
  pods: enginesAfter(memory.pods, tick, {
    seconds: memory.open.seconds,
    evictions: evictionsPerToken(totalOf(memory.tens)),
  }),
  leftShare: leftShare(memory, tick, memory.open.seconds),
});

/** Their sessions are computed anew elsewhere, most of them at their next turn. */
function leftShare(
  { pods: before, leftShare: share }: DiagnosisMemory,
  { pods, alive }: CacheTick,
  seconds: number,
): number {
  const kept = share * Math.exp(-seconds / LEFT_SECONDS);
  if (alive === null) return kept;
  const dead = Object.keys(before).filter((pod) => !alive.has(pod));
  if (dead.length === 0) return kept;
  const counting = new Set(pods.map(({ pod }) => pod));
  const total = Object.values(before).reduce((sum, { prompt }) => sum + prompt, 0);
  const gone = dead.filter((pod) => !counting.has(pod));
  const left = gone.reduce((sum, pod) => sum + (before[pod]?.prompt ?? 0), 0);
  return Math.min(1, kept + left / Math.max(total, 1));
}

/** @returns the setting of most engines that show theirs */
function settingOf(pods: readonly PodCache[]): CacheSetting | null {
  const counts: { readonly setting: CacheSetting; count: number }[] = [];
  for (const { kvTokens, prefixCaching = true } of pods) {
    if (kvTokens === undefined) continue;
    const known = counts.find(
      ({ setting }) => setting.kvTokens === kvTokens && setting.prefixCaching === prefixCaching,
    );
    if (known === undefined) counts.push({ setting: { kvTokens, prefixCaching }, count: 1 });
    else known.count += 1;
  }
  const [most] = counts.toSorted((a, b) => b.count - a.count);
  return most?.setting ?? null;
}

export const sameSetting = (a: CacheSetting, b: CacheSetting): boolean =>
  a.prefixCaching === b.prefixCaching && Math.abs(a.kvTokens - b.kvTokens) <= SAME_KV * b.kvTokens;

function noticeSetting(
  { setting, settingBefore }: DiagnosisMemory,
  { at, pods }: CacheTick,
): Pick<DiagnosisMemory, "setting" | "settingBefore"> {
  const now = settingOf(pods) ?? setting;
  const forgotten = settingBefore === null || elapsed(settingBefore.changedAt, at) > INCIDENT_MS;
  const before = forgotten ? null : settingBefore;
  if (now === null || setting === null || sameSetting(now, setting)) {
    return { setting: setting ?? now, settingBefore: before };
  }
  // Half-way through a rollout the most frequent one may go to and fro: the first is remembered.
  const first = before?.setting ?? setting;
  const back = sameSetting(now, first);
  return { setting: now, settingBefore: back ? null : { setting: first, changedAt: at } };
}

function closeMinute(memory: DiagnosisMemory): DiagnosisMemory {
  const minutes = [...memory.minutes, memory.open];
  const open = noSums(memory.lastAt);
  const [oldest] = minutes;
  if (minutes.length <= MINUTES_KEPT || oldest === undefined) return { ...memory, minutes, open };
  const older = minutes.slice(1);
  const ten = addSums(memory.ten, oldest);
  if (ten.seconds < TEN_SECONDS) return { ...memory, minutes: older, open, ten };
  const tens = [...memory.tens, ten].slice(-TENS_KEPT);
  const next = noSums(epochMs(oldest.since + oldest.seconds * 1_000));
  return { ...memory, minutes: older, open, tens, ten: next };
}

/** @returns what was usual before the present fall, or is; null while too little was seen */
export function usualOf({ incident, tens }: DiagnosisMemory): Usual | null {
  const bins = incident?.usual ?? tens;
  const sums = totalOf(bins);
  if (sums === null || bins.length < TENS_NEEDED || sums.prompt <= 0) return null;
  const hitRate = median(bins.map(hitRateOf));
  const missRatio = 1 - hitRate;
  return { sums, hitRate, missRatio, lumpTokens: lumpTokensOf(bins, sums, missRatio) };
}

/** What is known of agents, and the fleet's own tens of minutes: distances over what is usual. */
function lumpTokensOf(bins: readonly CacheSums[], sums: CacheSums, missRatio: number): number {
  const prior = LUMP_PROMPTS * (sums.turns > 0 ? sums.prompt / sums.turns : PROMPT_TOKENS);
  const distances = bins.map(({ prompt, computed }) => {
    const usual = Math.max(missRatio * prompt, 1);
    return ((computed - usual) * (computed - usual)) / usual;
  });
  const seen = distances.reduce((sum, each) => sum + each, 0);
  return (PRIOR_TENS * prior + seen) / (PRIOR_TENS + bins.length);
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

/** @returns the standard deviation by the median of distances: outliers do not widen it */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}

type Watched = DiagnosisMemory & { readonly unexplained: Unexplained };

/** Once a minute: whether a fall begins, is over, or is how things are from now on. */
function judged(memory: DiagnosisMemory, explain: Explain): DiagnosisMemory {
  const usual = usualOf(memory);
  const minute = memory.minutes.at(-1);
  if (usual === null || minute === undefined) return memory;
  const explained = explain(memory, usual, minute);
  const unexplained = unexplainedAfter(memory.unexplained, minute, { usual, explained });
  const known = { ...memory, unexplained };
  const next =
    memory.incident === null
      ? suspected(known, minute, usual)
      : goingOn(known, memory.incident, { minute, usual });
  return next.incident === null || !isUnexplained(unexplained)
    ? next
    : { ...next, incident: { ...next.incident, isUnexplained: true } };
}

function suspected(memory: Watched, minute: CacheSums, usual: Usual): DiagnosisMemory {
  const suspicions = suspect(memory.suspicions ?? [], minute, usual);
  const known = { ...memory, suspicions };
  const sure = isSure(suspicions, isExpected(memory, minute)) || isUnexplained(memory.unexplained);
  if (!sure) return known;
  const since = likeliestOnset(memory.minutes, usual) ?? minute.since;
  const sums = totalOf(memory.minutes.filter((each) => each.since >= since)) ?? minute;
  if (usual.hitRate - hitRateOf(sums) < LEAST_FALL) return known;
  const incident = { since, usual: memory.tens, sums, relief: 0 };
  return { ...memory, suspicions: [], incident };
}

/** Less left than this, and what is lost with engines that left is over. */
const LEFT_LEAST = 0.02;

/** Engines have come, gone, or been set up anew: that caches are cold is no surprise. */
const isExpected = (
  { leftShare: left, settingBefore }: DiagnosisMemory,
  { young }: CacheSums,
): boolean => left > LEFT_LEAST || young.prompt > 0 || settingBefore !== null;

function goingOn(
  memory: DiagnosisMemory,
  incident: Incident,
  { minute, usual }: { readonly minute: CacheSums; readonly usual: Usual },
): DiagnosisMemory {
  if (elapsed(incident.since, memory.lastAt) > INCIDENT_MS) return { ...memory, incident: null };
  const { sums = minute, relief: before = 0 } = incident;
  const fall = usual.hitRate - hitRateOf(sums);
  const relief = relieve(before, minute, { usual, fall });
  if (isRelieved(relief)) return { ...memory, incident: null, tens: incident.usual };
  return { ...memory, incident: { ...incident, relief, sums: grown(sums, minute) } };
}

/** The newest of what was seen since the fall began, older minutes weighing less. */
function grown(sums: CacheSums, minute: CacheSums): CacheSums {
  const kept = Math.exp(-minute.seconds / LOOKED_AT_SECONDS);
  const all = addSums(minute, sums, kept);
  return { ...all, since: sums.since };
}

/** @returns what was seen since the fall began, newer minutes weighing more; null without a fall */
export const sinceOnset = ({ incident }: DiagnosisMemory): CacheSums | null =>
  incident?.sums ?? null;

/** Minutes that a fall is explained by fade so fast: as noisy as a window of twice the length. */
const LOOKED_AT_SECONDS = 600;
/** Where turns are not counted: half of the recorded prompts of agents are longer. */
const PROMPT_TOKENS = 100_000;
