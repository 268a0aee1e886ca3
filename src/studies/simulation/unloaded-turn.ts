/** How long a turn takes on an engine that has nothing else to do. */
import type { EngineModel } from "../../sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../sim/kernel/contract.ts";

/** The engines of a fleet; decode units are the same where none are given. */
export interface UnloadedEngines {
  readonly engine: EngineModel;
  readonly decodeEngine: EngineModel;
  /** Whether prefill and decode run on units of their own, with a transfer in between. */
  readonly split: boolean;
}

/**
 * The rule for an iteration of docs/simulator.md, summed for a turn alone: chunks of prefill of at
 * most the budget, of which Σ t(2s + t) = (cached + cold)² − cached², then output − 1 iterations
 * with a context that grows by one.
 * @param cachedTokens prompt tokens that need no prefill
 * @returns nanoseconds from its arrival to its last token
 */
export function unloadedTurnNs(
  { engine, decodeEngine, split }: UnloadedEngines,
  turn: { readonly input: number; readonly output: number; readonly cachedTokens: number },
): number {
  const { input, output, cachedTokens } = turn;
  const cold = input - cachedTokens;
  const prefillSubs =
    Math.ceil(cold / engine.budgetTokens) * engine.iterationSubs +
    cold * engine.prefillTokenSubs +
    (input * input - cachedTokens * cachedTokens) * engine.prefillPairSubs;
  const rest = output - 1;
  const contexts = rest * input + (rest * output) / 2;
  const decodeSubs =
    rest * (decodeEngine.iterationSubs + decodeEngine.decodeSequenceSubs) +
    contexts * decodeEngine.decodeContextSubs;
  const moves = split && rest > 0;
  const transferSubs = moves ? input * engine.transferTokenSubs : 0;
  const subs = prefillSubs + decodeSubs + transferSubs;
  return engine.overheadNs + (moves ? engine.transferNs : 0) + subs / SUBS_PER_NS;
}
