/** The engines of the world, from the profile that the policy believes. */
import type { ScenarioStore } from "../config/compiled-scenario.ts";
import type { EngineProfile } from "../core/profiles/engine-profiles.ts";
import type { CacheConfig } from "./engine-host.ts";
import type { EngineModel, ReplicaSettings, StoreModel } from "./kernel/contract.ts";
import { SUBS_PER_NS } from "./kernel/contract.ts";
import type { RandomStream } from "./random.ts";

/** Factors by which engines are off their profile; 1 is as the profile says. */
export interface Perturbation {
  readonly prefill: number;
  readonly itlBase: number;
  readonly itlPerSequence: number;
}

export const UNPERTURBED: Perturbation = { prefill: 1, itlBase: 1, itlPerSequence: 1 };

/** @returns factors drawn evenly from 1 − share to 1 + share. */
export function drawPerturbation(share: number, stream: RandomStream): Perturbation {
  const factor = (): number => stream.between(1 - share, 1 + share);
  return { prefill: factor(), itlBase: factor(), itlPerSequence: factor() };
}

const NS_SUBS = SUBS_PER_NS;
const US_SUBS = 1e3 * SUBS_PER_NS;
const MS_SUBS = 1e6 * SUBS_PER_NS;
const SECOND_SUBS = 1_000 * MS_SUBS;

/** vLLM evicts block by block; its default block has 16 tokens. */
const EVICT_AT_LEAST_TOKENS = 16;
/**
 * KV goes from prefill to decode units over NVLink or RDMA: set-up of a few milliseconds, and about
 * 35 GB/s a GPU at 35,136 B a token (DeepSeek-R1, FP8). Judgement, no published figure.
 */
const TRANSFER_MS = 5;
const TRANSFER_TOKENS_PER_SECOND_PER_GPU = 1_000_000;

/**
 * The profile states GPU time; a unit of n GPUs takes an n-th of it, but for the iteration's own
 * cost. `perturbation.prefill` is a factor of the rate, the other two are of the cost.
 */
export function engineModel(
  profile: EngineProfile,
  gpusPerUnit: number,
  perturbation: Perturbation = UNPERTURBED,
): EngineModel {
  const { costs } = profile;
  const { prefill, itlBase, itlPerSequence } = perturbation;
  const prefillSubs = (subs: number): number => Math.round(subs / (gpusPerUnit * prefill));
  const decodeSubs = (subs: number): number => Math.round((subs * itlPerSequence) / gpusPerUnit);
  const budgetTokens = Math.max(1, Math.round(profile.budgetTokensPerGpu * gpusPerUnit));
  const sequences = Math.max(1, Math.round(profile.maxSequencesPerGpu * gpusPerUnit));
  return {
    budgetTokens,
    // A decoding sequence takes a token of the budget.
    maxSequences: Math.min(budgetTokens, sequences),
    kvTokens: Math.floor(profile.kvTokensPerGpu * gpusPerUnit),
    evictAtLeastTokens: EVICT_AT_LEAST_TOKENS,
    iterationSubs: Math.round(costs.iterationMs * itlBase * MS_SUBS),
    prefillTokenSubs: prefillSubs(costs.prefillTokenGpuUs * US_SUBS),
    prefillPairSubs: prefillSubs(costs.prefillPairGpuNs * NS_SUBS),
    decodeSequenceSubs: decodeSubs(costs.decodeSequenceGpuUs * US_SUBS),
    decodeContextSubs: decodeSubs(costs.decodeContextGpuNs * NS_SUBS),
    overheadNs: Math.round(profile.baseTtftMs * 1e6),
    cacheOutputs: true,
    transferNs: TRANSFER_MS * 1e6,
    transferTokenSubs: Math.round(SECOND_SUBS / (TRANSFER_TOKENS_PER_SECOND_PER_GPU * gpusPerUnit)),
    host: null,
  };
}

/** @returns what an engine has under a configuration: whole blocks, and one at least. */
export function replicaSettings(
  { kvFactor, prefixCaching }: CacheConfig,
  engine: EngineModel,
  blockTokens: number,
): ReplicaSettings {
  const blocks = Math.max(1, Math.floor((engine.kvTokens * kvFactor) / blockTokens));
  return { kvTokens: blocks * blockTokens, prefixCaching };
}

/**
 * A tier in the memory of a unit's hosts: as many tokens as its GPUs hold (about 100 GB a GPU of
 * the 240 GB that GB200 nodes have, against 104 GB of HBM), loaded at about 100 GB/s a GPU, half of
 * what the link to the host carries: a GPU's worth in a second. Judgement, no published figure.
 */
export function hostTier(profile: EngineProfile, gpusPerUnit: number): EngineModel["host"] {
  const tokens = Math.floor(profile.kvTokensPerGpu * gpusPerUnit);
  return { tokens, loadTokenSubs: Math.round(SECOND_SUBS / tokens) };
}

/** @returns a store that units fetch from, each of their GPUs over a network card of its own */
export function sharedStore(
  { kvBytesPerToken }: EngineProfile,
  gpusPerUnit: number,
  { terabytes, gigabytesPerSecondPerGpu, latencyMs }: ScenarioStore,
): StoreModel {
  const tokensPerSecond = (gigabytesPerSecondPerGpu * 1e9 * gpusPerUnit) / kvBytesPerToken;
  return {
    tokens: Math.floor((terabytes * 1e12) / kvBytesPerToken),
    fetchSubs: Math.round(latencyMs * MS_SUBS),
    fetchTokenSubs: Math.round(SECOND_SUBS / tokensPerSecond),
  };
}
