/**
 * What one engine can do inside the latency targets, as the perf models of NVIDIA's Dynamo planner
 * work it out (planner/core/perf_model/{agg,prefill,decode}.py).
 */
import type { IterationWork, UnitModel } from "./unit-model.ts";
import { NO_DECODING } from "./unit-model.ts";

/** The mean turn. */
export interface Workload {
  /** Of the whole prompt. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly hitRate: number;
}

interface Targets {
  readonly ttftS: number;
  readonly itlS: number;
}

const uncached = ({ inputTokens, hitRate }: Workload): number => inputTokens * (1 - hitRate);

/** Tokens that the uncached ones look back at, on the mean. */
const lookback = (turn: Workload): number => turn.inputTokens * turn.hitRate + uncached(turn) / 2;

/** Hits make prefills shorter, but no turn's KV smaller. */
const contextOf = ({ inputTokens, outputTokens }: Workload): number =>
  inputTokens + outputTokens / 2;

/** Seconds of the passes that so many tokens take, chunk by chunk, beside what decodes. */
function passesS(
  { batchTokens, iterationS }: UnitModel,
  tokens: number,
  beside: Omit<IterationWork, "prefillTokens">,
): number {
  if (tokens <= 0) return 0;
  const full = Math.ceil(tokens / batchTokens) - 1;
  const last = tokens - full * batchTokens;
  return (
    full * iterationS({ ...beside, prefillTokens: batchTokens }) +
    iterationS({ ...beside, prefillTokens: last })
  );
}

/** @returns turns a second of a unit that only prefills, one prompt after the other */
export const prefillRate = (unit: UnitModel, turn: Workload): number =>
  1 /
  passesS(unit, Math.max(1, uncached(turn)), { prefillContext: lookback(turn), ...NO_DECODING });

/** @returns turns a second of a unit that only decodes, at the largest batch inside the target */
export function decodeRate(unit: UnitModel, turn: Workload, itlS: number): number {
  const most = Math.min(Math.floor(unit.kvTokens / contextOf(turn)), unit.sequences);
  const stepS = (sequences: number): number =>
    unit.iterationS({
      prefillTokens: 0,
      prefillContext: 0,
      sequences,
      contextTokens: sequences * contextOf(turn),
    });
  let batch = 1;
  while (batch < most && stepS(batch + 1) <= itlS) batch += 1;
  return batch / (turn.outputTokens * stepS(batch));
}

/**
 * Every iteration is taken to hold the mean share of prefill. Batches are tried from 1 up to the
 * first that misses a target; a batch of 1 counts whether it does or not.
 * @returns turns a second of a unit that prefills and decodes
 */
export function aggregatedRate(unit: UnitModel, turn: Workload, targets: Targets): number {
  let rate = 0;
  for (let batch = 1; batch <= largestBatch(unit, turn); batch += 1) {
    const tried = iteration(unit, turn, batch);
    const inside = tried.itlS <= targets.itlS && tried.ttftS <= targets.ttftS;
    if (inside || batch === 1) rate = batch / (turn.outputTokens * tried.itlS);
    if (!inside) break;
  }
  return rate;
}

/** What KV, max_num_seqs and the balance of prefill (of whole prompts) and decode allow. */
function largestBatch({ batchTokens, kvTokens, sequences }: UnitModel, turn: Workload): number {
  const byMemory = Math.max(1, Math.floor(kvTokens / contextOf(turn)));
  const balanced = Math.floor(batchTokens - turn.inputTokens / turn.outputTokens);
  return Math.max(1, Math.min(byMemory, sequences, batchTokens - 1, balanced));
}

interface Iteration {
  readonly itlS: number;
  readonly ttftS: number;
}

function iteration(unit: UnitModel, turn: Workload, batch: number): Iteration {
  const prefillTokens = Math.min((batch * uncached(turn)) / turn.outputTokens, unit.batchTokens);
  const beside = {
    prefillContext: lookback(turn),
    sequences: batch,
    contextTokens: batch * contextOf(turn),
  };
  // A prompt's own part of an iteration, as far as one chunk goes.
  const own = Math.min(uncached(turn), unit.batchTokens);
  return {
    itlS: unit.iterationS({ ...beside, prefillTokens }),
    ttftS: passesS(unit, Math.trunc(prefillTokens) + own, beside),
  };
}
