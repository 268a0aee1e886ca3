/** What the engines of a workload are seen to do, each on its own where they are told apart. */
import { clamp } from "../core/numeric.ts";
import type { SignalReading } from "../core/observation.ts";
import type { PolicyView } from "../core/policy/policy.ts";
import type { Scaled } from "./roles.ts";

/** @returns null where nothing was read, or no number */
export const valueOf = (reading: SignalReading): number | null =>
  reading.kind === "value" && Number.isFinite(reading.value) ? reading.value : null;

export interface EngineLoad {
  readonly pod: string;
  /** Share of its KV cache that running turns use. */
  readonly kvUsage: number;
  readonly kvTokens: number;
  readonly waitingTurns: number;
}

/**
 * @returns a load for every engine that reports, all alike where only sums and means are known;
 *   null where nothing is known
 */
export function engineLoads(view: PolicyView, scaled: Scaled): readonly EngineLoad[] | null {
  const { engines } = view.observed;
  if (engines === undefined) return meanLoads(view, scaled);
  const found = engines.filter(({ role, kvTokens }) => role === scaled.role && kvTokens > 0);
  return found.length === 0 ? null : found;
}

function meanLoads({ observed }: PolicyView, { replicas }: Scaled): readonly EngineLoad[] | null {
  const { kvUsage, kvCapacity, waitingTurns } = observed.signals;
  const usage = valueOf(kvUsage);
  const capacity = valueOf(kvCapacity);
  const waiting = valueOf(waitingTurns);
  const { ready } = replicas;
  if (usage === null || capacity === null || waiting === null) return null;
  if (capacity <= 0 || ready === 0) return null;
  return Array.from({ length: ready }, (_, n) => ({
    pod: `engine-${n}`,
    kvUsage: usage,
    kvTokens: capacity / ready,
    waitingTurns: waiting / ready,
  }));
}

export interface TurnMeans {
  readonly turnsPerSecond: number;
  /** Tokens of the prompt, those that a cache served included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Share of prompt tokens that caches served, 0..1. */
  readonly hitRate: number;
}

/** @returns what a turn is like that was served lately; null while none is, or it is not known */
export function turnMeans({ observed }: PolicyView): TurnMeans | null {
  const { servedTurns, promptTokens, computedPromptTokens, generatedTokens } = observed.signals;
  const turns = valueOf(servedTurns);
  const prompt = valueOf(promptTokens);
  const computed = valueOf(computedPromptTokens);
  const generated = valueOf(generatedTokens);
  if (turns === null || prompt === null || computed === null || generated === null) return null;
  if (turns <= 0 || prompt <= 0) return null;
  return {
    turnsPerSecond: turns,
    inputTokens: prompt / turns,
    outputTokens: generated / turns,
    hitRate: clamp(1 - computed / prompt, 0, 1),
  };
}
