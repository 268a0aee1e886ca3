/**
 * What peers know of one unit before they serve anything: its arguments, and what calibration or
 * profiling of the idle engine shows. Taken from the same engine profile that our own policy
 * believes; the world may be drawn away from it for everybody.
 */
import type { CompiledFleet, Role } from "../core/compiled.ts";
import { ENGINE_PROFILES } from "../core/profiles/engine-profiles.ts";

export interface UnitModel {
  /** Tokens of an iteration: max_num_batched_tokens. */
  readonly batchTokens: number;
  /** Sequences that run at once: max_num_seqs. */
  readonly sequences: number;
  /** Tokens of KV cache. */
  readonly kvTokens: number;
  /** Uncached prompt tokens a second, one full chunk on an idle unit: `peakPrefillThroughput`. */
  readonly prefillTokensPerSecond: number;
  /** @returns seconds that an iteration takes */
  iterationS(work: IterationWork): number;
}

export interface IterationWork {
  readonly prefillTokens: number;
  /** Tokens that prefilled ones look back at, on the mean. */
  readonly prefillContext: number;
  readonly sequences: number;
  /** Context of all sequences together. */
  readonly contextTokens: number;
}

/** @throws Error when the fleet has no such unit, or its engine profile is unknown */
export function unitModel({ key, model, workloads }: CompiledFleet, role: Role): UnitModel {
  const profile = ENGINE_PROFILES[model.profile];
  const workload = workloads.find((found) => found.role === role);
  if (profile === undefined || workload === undefined) {
    throw new Error(`fleet ${key}: no ${role} unit of engine profile ${model.profile}`);
  }
  const { costs, baseTtftMs } = profile;
  const gpus = workload.gpusPerUnit;
  const batchTokens = profile.budgetTokensPerGpu * gpus;
  const iterationS = (work: IterationWork): number => {
    const { prefillTokens, prefillContext, sequences, contextTokens } = work;
    const pairs = prefillTokens * 2 * prefillContext;
    const gpuUs =
      costs.prefillTokenGpuUs * prefillTokens +
      costs.decodeSequenceGpuUs * sequences +
      (costs.prefillPairGpuNs * pairs + costs.decodeContextGpuNs * contextTokens) / 1_000;
    return costs.iterationMs / 1_000 + gpuUs / gpus / 1_000_000;
  };
  const chunk = { prefillTokens: batchTokens, prefillContext: batchTokens / 2 };
  const calibrationS = baseTtftMs / 1_000 + iterationS({ ...chunk, ...NO_DECODING });
  return {
    batchTokens,
    sequences: profile.maxSequencesPerGpu * gpus,
    kvTokens: profile.kvTokensPerGpu * gpus,
    prefillTokensPerSecond: batchTokens / calibrationS,
    iterationS,
  };
}

export const NO_DECODING = { sequences: 0, contextTokens: 0 } as const;
