/** How fast engines are at a given load, from their profile. */
import type { EngineProfile } from "../core/profiles/engine-profiles.ts";

export interface DecodeLoad {
  /** Sequences that decode now, on all GPUs together. */
  readonly decoding: number;
  readonly gpus: number;
}

/** Decode never takes more than this share of a GPU: prefill always advances. */
const MAX_DECODE_SHARE = 0.9;

/** @returns ITL = itlBase + itlPerSequence × decoding sequences per GPU, in seconds. */
export function interTokenSeconds(engine: EngineProfile, { decoding, gpus }: DecodeLoad): number {
  return (engine.itlBaseMs + (engine.itlPerSequenceMs * decoding) / gpus) / 1_000;
}

/** @returns what decode leaves of a GPU's prefill rate: rate × (1 − decoded/decodable tokens). */
export function prefillTokensPerSecondPerGpu(engine: EngineProfile, load: DecodeLoad): number {
  const decodedPerSecond = load.decoding / load.gpus / interTokenSeconds(engine, load);
  const share = Math.min(MAX_DECODE_SHARE, decodedPerSecond / engine.decodeTokensPerSecondPerGpu);
  return engine.prefillTokensPerSecondPerGpu * (1 - share);
}
