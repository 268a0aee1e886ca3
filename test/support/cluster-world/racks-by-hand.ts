/**
 * How many racks the profile `test-small` needs, worked out apart from the engine: literal figures,
 * the textbook form of Erlang C, and the response law with the parameters that the record names.
 */
import type { DecisionRecord } from "../../../src/core/record.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";

/** test-small, 8 units of 8 GPUs: 8 x 500 prompt tokens/s and 8 x 1,000 output tokens/s a unit. */
const UNITS_PER_RACK = 8;
const UNIT_PREFILL = 4_000;
const UNIT_DECODE = 8_000;
const BASE_TTFT_SECONDS = 0.1;
/** Balanced headroom is the 90th percentile; the cold work's standard deviation is 16 % of it. */
const COLD_WORK_MARGIN = 1 + 1.2815515655446004 * 0.16;

export interface HandInput {
  readonly thresholdSeconds: number;
  readonly share: number;
  readonly turnsPerSecond: number;
  readonly promptTokensPerTurn: number;
  readonly outputTokensPerTurn: number;
  /** As the record names them: h∞, a, b, and the hit rate beyond which nothing is believed. */
  readonly law: Readonly<Record<"ceiling" | "halfSeconds" | "steepness" | "cap", number>>;
  /** Measured now: turns/s of the smoothed demand, KV tokens and the share of them pinned. */
  readonly measured: Readonly<Record<"turns" | "kv" | "pinned", number>>;
  readonly servingRacks: number;
}

/** @returns the fewest racks that serve the share of turns within the threshold */
export function racksByHand(input: HandInput, max: number): number {
  for (let racks = 1; racks <= max; racks += 1) {
    if (shareInTime(input, racks) >= input.share) return racks;
  }
  return max;
}

function shareInTime(input: HandInput, racks: number): number {
  const { turnsPerSecond, promptTokensPerTurn, outputTokensPerTurn, thresholdSeconds } = input;
  const units = racks * UNITS_PER_RACK;
  const decode = Math.min(0.95, (turnsPerSecond * outputTokensPerTurn) / (units * UNIT_DECODE));
  const cold = promptTokensPerTurn * (1 - hitRate(input, racks));
  const service = cold / (UNIT_PREFILL * (1 - decode));
  const offered = turnsPerSecond * service;
  const slack = thresholdSeconds - BASE_TTFT_SECONDS - service;
  if (offered >= units || slack < 0) return 0;
  return 1 - waits(units, offered) * Math.exp((-(units - offered) * slack) / service);
}

/** C(c, a) = (a^c/c!)(c/(c−a)) / (Σ a^k/k! + (a^c/c!)(c/(c−a))), terms scaled to stay finite. */
function waits(units: number, offered: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < units; k += 1) {
    term = (term * offered) / k;
    sum += term;
  }
  const last = ((term * offered) / units) * (units / (units - offered));
  return last / (sum + last);
}

/** h∞ / (1 + (x/a)^−b) with x = (N K − A)/P, and as much more cold work as headroom asks for. */
function hitRate({ measured, law, servingRacks, ...load }: HandInput, racks: number): number {
  const { turns, kv, pinned } = measured;
  const free =
    ((kv / servingRacks) * racks - (pinned * kv * load.turnsPerSecond) / turns) /
    (load.promptTokensPerTurn * load.turnsPerSecond);
  const usual = free <= 0 ? 0 : law.ceiling / (1 + (free / law.halfSeconds) ** -law.steepness);
  return Math.max(0, 1 - (1 - Math.min(law.cap, usual)) * COLD_WORK_MARGIN);
}

/** @returns what the hand needs of the record that opened a growth; null when it opened none */
export function handInputOf(record: DecisionRecord): HandInput | null {
  const [decided] = record.decision.fleets;
  const [observed] = record.observation.fleets;
  const [objective] = record.policy.fleets[0]?.objectives ?? [];
  const numbersOf = (step: string) => decided?.steps.find(({ name }) => name === step)?.numbers;
  const [numbers, law] = [numbersOf("capacity"), numbersOf("response-law")];
  if (!decided || !observed || !objective || !numbers || !law) return null;
  const value = (name: SignalName): number => {
    const reading = observed.signals[name];
    return reading.kind === "value" ? reading.value : Number.NaN;
  };
  return {
    thresholdSeconds: objective.thresholdMs / 1_000,
    share: objective.share,
    turnsPerSecond: numbers["turnsPerSecond"] ?? Number.NaN,
    promptTokensPerTurn: numbers["promptTokensPerTurn"] ?? Number.NaN,
    outputTokensPerTurn: numbers["outputTokensPerTurn"] ?? Number.NaN,
    servingRacks: decided.servingRacks,
    law: {
      ceiling: law["ceiling"] ?? Number.NaN,
      halfSeconds: law["halfSeconds"] ?? Number.NaN,
      steepness: law["steepness"] ?? Number.NaN,
      cap: law["hitRateCap"] ?? Number.NaN,
    },
    measured: {
      turns: decided.forecast?.observed ?? Number.NaN,
      kv: value("kvCapacity"),
      pinned: value("kvUsage"),
    },
  };
}
