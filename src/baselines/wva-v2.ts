/**
 * Saturation analyzer V2 of llm-d's workload-variant-autoscaler, its default
 * (internal/engines/analyzers/saturation_v2, v0.9): demand and supply in tokens of KV cache. Kept:
 * a waiting turn is charged prompt and output in full while capacity counts half the output; hits
 * lower the demand of turns that the gateway's flow control holds and of no others; maxima of
 * usage and queue need not coincide. Flow control is off, as it is by default, and here the
 * gateway holds turns only while there is no engine: that term is 0.
 */
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import { MINUTE_MS, millis } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import { DEFAULT_BEHAVIOR } from "./hpa.ts";
import type { EngineLoad, TurnMeans } from "./loads.ts";
import { engineLoads, turnMeans } from "./loads.ts";
import { minuteMaxima } from "./minute-maxima.ts";
import { stabilised } from "./own-count.ts";
import { meanOf, noted, within } from "./remembered.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";
import type { UnitModel } from "./unit-model.ts";
import { unitModel } from "./unit-model.ts";
import { WVA_INTERVAL_MS } from "./wva-v1.ts";

/** kvCacheThreshold and queueLengthThreshold. */
const KV_SATURATED = 0.8;
const QUEUE_SATURATED = 5;
/** scaleUpThreshold and scaleDownBoundary, as a ratio. */
const SCALE_UP = 0.85;
const DOWN_OF_UP = 0.7 / SCALE_UP;
/** Means of prompts, outputs and hits are rates over five minutes. */
const MEANS_MS = millis(5 * MINUTE_MS);
/** Observations of a saturated replica that its capacity is the mean of. */
const OBSERVATIONS = 10;
/** Bounds of the output lengths that capacity is remembered by. */
const SHORT_OUTPUT = 100;
const LONG_OUTPUT = 500;

/** scaleUpThreshold, the utilisation aimed at; the boundary for shrinking moves with it. */
export const WVA_V2_KNOB: Knob = {
  name: "scale-up-threshold",
  default: SCALE_UP,
  sweep: [0.05, 0.1, 0.2, 0.3, 0.4, 0.55, 0.7, SCALE_UP, 1],
};

export function wvaV2(scaleUp: number): Policy {
  return {
    name: "wva-v2",
    knob: scaleUp,
    everyMs: WVA_INTERVAL_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => analyse(view, memory, scaleUp),
  };
}

function analyse(view: PolicyView, memory: PolicySlice, scaleUp: number): PolicyAnswer {
  const { now } = view;
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  const { filled: n, ready } = replicas;
  const found = engineLoads(view, scaled);
  if (found === null) {
    return { replicas: { [role]: n }, memory, text: "No metrics: nothing is changed." };
  }
  const means = fiveMinuteMeans(turnMeans(view), memory, now);
  const { loads, memory: seen } = minuteMaxima(found, means.memory, now);
  const unit = unitModel(view.fleet, role);
  const turn = { ...means, prefillOnly: role === "Prefill" };
  const capacity = capacityOf(loads, seen, { now, unit, turn });
  const demand = loads.reduce((sum, load) => sum + demandOf(load, turn), 0);
  const supply = { each: capacity.each, reporting: loads.length, pending: n - ready };
  const by = change(demand, supply, { n, scaleUp });
  const set = stabilised(n + by, capacity.memory, { now, replicas, behavior: DEFAULT_BEHAVIOR });
  const text =
    `Demand ${Math.round(demand)} tokens, ${loads.length} replicas of ` +
    `${Math.round(capacity.each)} and ${supply.pending} on their way: ${n + by}.`;
  return { replicas: { [role]: set.wanted }, memory: set.memory, text };
}

interface Turn {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of a prefill unit: outputs are others' business. */
  readonly prefillOnly: boolean;
}

const INPUT = "inputTokens";
const OUTPUT = "outputTokens";

function fiveMinuteMeans(
  means: TurnMeans | null,
  memory: PolicySlice,
  now: EpochMs,
): Pick<Turn, "inputTokens" | "outputTokens"> & { readonly memory: PolicySlice } {
  const seen =
    means === null
      ? memory
      : noted(
          noted(memory, INPUT, { at: now, value: means.inputTokens }, MEANS_MS),
          OUTPUT,
          { at: now, value: means.outputTokens },
          MEANS_MS,
        );
  const over = (name: string): number => meanOf(within(seen.series[name], now, MEANS_MS)) || 0;
  return { inputTokens: over(INPUT), outputTokens: over(OUTPUT), memory: seen };
}

const usedTokens = ({ kvUsage, kvTokens }: EngineLoad): number => kvUsage * kvTokens;

function demandOf(load: EngineLoad, { inputTokens, outputTokens, prefillOnly }: Turn): number {
  const each = prefillOnly ? inputTokens : inputTokens + outputTokens;
  return usedTokens(load) + Math.trunc(load.waitingTurns * each);
}

interface Known {
  readonly now: EpochMs;
  readonly unit: UnitModel;
  readonly turn: Turn;
}

/** Median over replicas of what each can hold: what one held when it was saturated, if known. */
function capacityOf(
  loads: readonly EngineLoad[],
  memory: PolicySlice,
  { now, unit, turn }: Known,
): { readonly each: number; readonly memory: PolicySlice } {
  const key = `saturated ${outputBucket(turn.outputTokens)}`;
  let history = memory.series[key] ?? [];
  const capacities = loads.map((load) => {
    const byMemory = load.kvTokens * KV_SATURATED;
    const used = usedTokens(load);
    if (load.waitingTurns >= QUEUE_SATURATED && used > 0) {
      history = [...history, { at: now, value: used }].slice(-OBSERVATIONS);
      return Math.min(byMemory, used);
    }
    const remembered = history.length === 0 ? 0 : meanOf(history);
    return Math.min(byMemory, remembered > 0 ? remembered : derived(unit, turn) || byMemory);
  });
  const series = history.length === 0 ? memory.series : { ...memory.series, [key]: history };
  return { each: median(capacities), memory: { ...memory, series } };
}

function outputBucket(outputTokens: number): string {
  if (outputTokens < SHORT_OUTPUT) return "short";
  return outputTokens < LONG_OUTPUT ? "medium" : "long";
}

/** Turns that keep prefill and decode in balance, each with half its output; 0: not known. */
function derived({ batchTokens, sequences }: UnitModel, turn: Turn): number {
  const { inputTokens: input, outputTokens: output } = turn;
  if (output <= 0) return 0;
  const turns = Math.min((batchTokens * output) / (input + output), sequences);
  return Math.trunc(turns * (input + output / 2));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

interface Supply {
  /** Tokens of one replica. */
  readonly each: number;
  readonly reporting: number;
  readonly pending: number;
}

interface Aim {
  readonly n: number;
  readonly scaleUp: number;
}

/** @returns replicas to add, or below 0 to give up; one is kept */
function change(demand: number, supply: Supply, { n, scaleUp }: Aim): number {
  const { each, reporting, pending } = supply;
  if (each <= 0) return 0;
  const missing = demand / scaleUp - (reporting + pending) * each;
  if (missing > 0) return Math.ceil(missing / each);
  const spare = reporting * each - demand / (scaleUp * DOWN_OF_UP);
  return spare <= 0 ? 0 : -Math.min(Math.floor(spare / each), n - 1);
}
