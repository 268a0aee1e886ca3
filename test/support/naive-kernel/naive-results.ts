import {
  type KernelOptions,
  type KernelResults,
  type LatencySummary,
  type OutcomeSlice,
  SLICE_NS,
  type TurnCounts,
  type TurnObjective,
  type TurnRecord,
} from "../../../src/sim/kernel/contract.ts";
import type { NaiveFleet } from "./naive-fleet.ts";
import type { NaiveTurn } from "./naive-turn.ts";

const NS_PER_SECOND = 1e9;

/** A turn that completed and has been asked for. */
interface Outcome {
  readonly arrivalNs: number;
  readonly ttftNs: number;
  readonly e2eNs: number;
  /** Gaps between its tokens. */
  readonly gaps: number;
}

/** @returns everything, recounted from the list of turns */
export function resultsOf(fleet: NaiveFleet, options: KernelOptions, nowNs: number): KernelResults {
  const { objectives } = options;
  const asked = fleet.turns.filter((turn) => isAskedFor(turn, options));
  const outcomes = asked.flatMap((turn) => outcomeOf(turn, fleet.ends.get(turn)));
  const found = asked.flatMap(({ foundByTry, inputTokens }) =>
    foundByTry.map(({ cachedTokens }) => ({ inputTokens, cachedTokens })),
  );
  const promptTokens = sum(found.map(({ inputTokens }) => inputTokens));
  return {
    counts: countsOf(asked, fleet),
    ttft: summary(outcomes.map(({ ttftNs }) => ttftNs)),
    itl: summary(
      outcomes.flatMap(({ ttftNs, e2eNs, gaps }) => (gaps > 0 ? [(e2eNs - ttftNs) / gaps] : [])),
    ),
    e2e: summary(outcomes.map(({ e2eNs }) => e2eNs)),
    ...metBy(outcomes, objectives),
    promptTokens,
    coldTokens: promptTokens - sum(found.map(({ cachedTokens }) => cachedTokens)),
    slices: slicesOf(asked, outcomes, objectives),
    turnSecondsInSystem:
      sum(asked.map((turn) => (fleet.ends.get(turn)?.endNs ?? nowNs) - turn.arrivalNs)) /
      NS_PER_SECOND,
  };
}

/** Of the warm-up are turns that arrived in it, and those that should have. */
function isAskedFor({ session, row, arrivalNs }: NaiveTurn, options: KernelOptions): boolean {
  const { isDelayed, resultsFromNs = 0, sources } = options;
  const { templates, start } = session;
  if (arrivalNs < resultsFromNs) return false;
  if (isDelayed === undefined || start.atNs >= resultsFromNs) return true;
  const source = sources.findIndex((one) => one.templates === templates);
  return !isDelayed({ source, template: start.template, startNs: start.atNs, row });
}

function countsOf(turns: readonly NaiveTurn[], { ends }: NaiveFleet): TurnCounts {
  const ended = turns.flatMap((turn) => ends.get(turn)?.end ?? []);
  const those = (end: TurnRecord["end"]): number => ended.filter((other) => other === end).length;
  return {
    arrived: turns.length,
    completed: those("completed"),
    rejected: those("rejected"),
    abandoned: those("abandoned"),
    inFlight: turns.length - ended.length,
  };
}

function outcomeOf(turn: NaiveTurn, record: TurnRecord | undefined): readonly Outcome[] {
  if (record?.end !== "completed") return [];
  const { arrivalNs, firstTokenNs, endNs } = record;
  const ttftNs = firstTokenNs - arrivalNs;
  return [{ arrivalNs, ttftNs, e2eNs: endNs - arrivalNs, gaps: turn.outputTokens - 1 }];
}

const meets = (turn: Outcome, { metric, thresholdNs }: TurnObjective): boolean =>
  metric === "TTFT"
    ? turn.ttftNs <= thresholdNs
    : turn.e2eNs - turn.ttftNs <= thresholdNs * turn.gaps;

function metBy(
  outcomes: readonly Outcome[],
  objectives: readonly TurnObjective[],
): { readonly met: readonly number[]; readonly metAll: number } {
  const met = objectives.map((one) => outcomes.filter((turn) => meets(turn, one)).length);
  const all = outcomes.filter((turn) => objectives.every((one) => meets(turn, one)));
  return { met, metAll: all.length };
}

function slicesOf(
  asked: readonly NaiveTurn[],
  outcomes: readonly Outcome[],
  objectives: readonly TurnObjective[],
): readonly OutcomeSlice[] {
  const sliceOf = ({ arrivalNs }: { readonly arrivalNs: number }): number =>
    Math.floor(arrivalNs / SLICE_NS);
  const length = Math.max(-1, ...asked.map(sliceOf)) + 1;
  return Array.from({ length }, (_, slice) => ({
    arrived: asked.filter((turn) => sliceOf(turn) === slice).length,
    ...metBy(
      outcomes.filter((turn) => sliceOf(turn) === slice),
      objectives,
    ),
  }));
}

/** Quantiles are those of the values themselves, by nearest rank. */
function summary(valuesNs: readonly number[]): LatencySummary {
  const sorted = valuesNs.toSorted((a, b) => a - b).map((value) => value / NS_PER_SECOND);
  const quantile = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    count: sorted.length,
    mean: sorted.length === 0 ? 0 : sum(valuesNs) / NS_PER_SECOND / sorted.length,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: sorted.at(-1) ?? 0,
  };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
