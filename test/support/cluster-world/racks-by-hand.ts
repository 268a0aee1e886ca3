/**
 * How many racks the profile `test-small` needs, worked out apart from the engine: literal figures,
 * the textbook form of Erlang C, and the one-point form of the response law.
 */
import type { DecisionRecord } from "../../../src/core/record.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";

/** test-small, 8 units of 8 GPUs: 8 x 500 prompt tokens/s and 8 x 1,000 output tokens/s a unit. */
const UNITS_PER_RACK = 8;
const UNIT_PREFILL = 4_000;
const UNIT_DECODE = 8_000;
const BASE_TTFT_SECONDS = 0.1;
/** The prior of the prefix-affinity router. */
const CEILING = 0.878;
const HALF_SECONDS = 7.4;
const STEEPNESS = 2.08;

export interface HandInput {
  readonly thresholdSeconds: number;
  readonly share: number;
  readonly turnsPerSecond: number;
  readonly promptTokensPerTurn: number;
  readonly outputTokensPerTurn: number;
  /** Measured now: hit rate, arrivals, prompt tokens/s, KV tokens, share pinned, waiting turns. */
  readonly measured: Readonly<
    Record<"hit" | "turns" | "prompt" | "kv" | "pinned" | "waiting", number>
  >;
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

/** h' = h∞ / (1 + (x'/a)^−b), a = x / (h/(h∞ − h))^(1/b), x = (N K − A)/P − W. */
function hitRate({ measured, servingRacks, ...load }: HandInput, racks: number): number {
  const { hit, turns, prompt, kv, pinned, waiting } = measured;
  if (hit <= 0) return 0;
  const now = (kv - pinned * kv) / prompt - waiting / turns;
  const then =
    ((kv / servingRacks) * racks - (pinned * kv * load.turnsPerSecond) / turns) /
    (load.promptTokensPerTurn * load.turnsPerSecond);
  const ceiling = Math.max(CEILING, hit + 0.005);
  if (then <= 0) return 0;
  // More than 10 points off the prior: another workload, so more cache earns no credit.
  const prior = now <= 0 ? 0 : CEILING / (1 + (now / HALF_SECONDS) ** -STEEPNESS);
  const cap = Math.abs(hit - prior) > 0.1 ? hit : 1;
  const through = now <= 0 ? HALF_SECONDS : now / (hit / (ceiling - hit)) ** (1 / STEEPNESS);
  return Math.min(cap, ceiling / (1 + (then / through) ** -STEEPNESS));
}

/** @returns what the hand needs of the record that opened a growth; null when it opened none */
export function handInputOf(record: DecisionRecord): HandInput | null {
  const [decided] = record.decision.fleets;
  const [observed] = record.observation.fleets;
  const [objective] = record.policy.fleets[0]?.objectives ?? [];
  const numbers = decided?.steps.find(({ stage }) => stage === "capacity")?.numbers;
  if (!decided || !observed || !objective || !numbers) return null;
  const value = (name: SignalName): number => {
    const reading = observed.signals[name];
    return reading.kind === "value" ? reading.value : Number.NaN;
  };
  const prompt = value("promptTokens");
  return {
    thresholdSeconds: objective.thresholdMs / 1_000,
    share: objective.share,
    turnsPerSecond: numbers["turnsPerSecond"] ?? Number.NaN,
    promptTokensPerTurn: numbers["promptTokensPerTurn"] ?? Number.NaN,
    outputTokensPerTurn: numbers["outputTokensPerTurn"] ?? Number.NaN,
    servingRacks: decided.servingRacks,
    measured: {
      hit: 1 - value("computedPromptTokens") / prompt,
      turns: value("arrivals"),
      prompt,
      kv: value("kvCapacity"),
      pinned: value("kvUsage"),
      waiting: value("waitingTurns"),
    },
  };
}
