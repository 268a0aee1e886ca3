/** Recordings through the caches and routers alone: engines take no time. */
import { SUBS_PER_NS, type RouterModel } from "../../../src/sim/kernel/contract.ts";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { openRecording } from "../../../src/traces/recording.ts";
import type { RecordingOptions } from "../../../src/traces/recording.ts";
import { sampledSource } from "../../../src/traces/sources/sampled.ts";
import type { SessionSource } from "../../../src/traces/turn-templates.ts";
import { draws } from "../draws.ts";
import { optionsWith } from "./options.ts";
import { sourceOf } from "./sketch.ts";

export interface Replay {
  readonly replicas: number;
  /** Of all replicas together. */
  readonly cacheTokens: number;
  readonly router: RouterModel["kind"];
  /** Infinity: the longest prefix always wins. */
  readonly guard: number;
  /** The guard looks at decayed tokens; absent: at turns in flight. */
  readonly decay?: RouterModel["decay"];
}

export interface ReplayOutcome {
  /** Share of prompt tokens that were found. */
  readonly hitRate: number;
  /** Tokens that the busiest replica had to compute, over the mean. */
  readonly imbalance: number;
  readonly completed: number;
  readonly rejected: number;
}

/** Long enough for a turn to end before the next one comes. */
const APART_NS = 1_000_000;

/**
 * @param timed turns come when they did, but apart where they came at once; else one right after
 * the other
 * @returns how a recording's turns fare, each alone, in order, in each of the fleets
 */
export function replayInOrder(
  file: RecordingOptions,
  replays: readonly Replay[],
  timed = false,
): readonly ReplayOutcome[] {
  const { templates } = openRecording(file);
  let lastNs = -APART_NS;
  const delayNs = templates.rows.delayNs.map((recordedNs) => {
    lastNs = Math.max(timed ? recordedNs : 0, lastNs + APART_NS);
    return lastNs;
  });
  const inOrder = { ...templates, rows: { ...templates.rows, delayNs } };
  const start = { atNs: 0, template: 0 };
  const untilNs = lastNs + APART_NS;
  return replays.map((replay) => run(sourceOf(inOrder, [start]), replay, untilNs));
}

export interface SampledTraffic {
  readonly sessionsPerHour: number;
  readonly hours: number;
  readonly seed: number;
}

/** @returns how sessions drawn from a recording at Poisson starts fare in each of the fleets */
export function replaySampled(
  file: RecordingOptions,
  { sessionsPerHour, hours, seed }: SampledTraffic,
  replays: readonly Replay[],
): readonly ReplayOutcome[] {
  const { templates } = openRecording(file);
  return replays.map((replay) => {
    const source = sampledSource(templates, { sessionsPerHour, curves: [], draws: draws(seed) });
    return run(source, replay, hours * 3.6e12);
  });
}

function run(source: SessionSource, replay: Replay, untilNs: number): ReplayOutcome {
  const { replicas, cacheTokens, router, guard, decay } = replay;
  const engine = {
    budgetTokens: 2 ** 30,
    maxSequences: 2 ** 20,
    kvTokens: Math.floor(cacheTokens / replicas),
    iterationSubs: SUBS_PER_NS,
    cacheOutputs: false,
  };
  const model = { kind: router, lagNs: 0, guard, ...(decay === undefined ? {} : { decay }) };
  const kernel = createFleetKernel(optionsWith([source], { engine, router: model }));
  const ids = Array.from({ length: replicas }, () => kernel.addReplica(0, "Aggregated"));
  kernel.runUntil(untilNs);
  const shown = ids.map((id) => kernel.metrics(id, untilNs));
  const cold = shown.map(({ promptTokens, cachedTokens }) => promptTokens - cachedTokens);
  const prompt = shown.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const computed = cold.reduce((sum, tokens) => sum + tokens, 0);
  const { completed, rejected } = kernel.results(untilNs).counts;
  return {
    hitRate: 1 - computed / prompt,
    imbalance: (Math.max(...cold) * replicas) / computed,
    completed,
    rejected,
  };
}
