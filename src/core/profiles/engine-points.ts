/**
 * Published figures per engine profile, and the physical estimates that stand where no figure
 * speaks. Figures are of facts published by vendors and benchmarks; what had to be assumed about
 * their conditions is said in `source`.
 */
import type { EngineCosts, EnginePoint } from "./engine-costs.ts";

export interface EngineEvidence {
  readonly prior: EngineCosts;
  readonly points: readonly EnginePoint[];
}

/** HBM bandwidth of a GB200 GPU, 8 TB/s, of which 70 % is reached by attention kernels. */
const HBM_BYTES_PER_NS = 8_000 * 0.7;
/** MLA in FP8: (512 + 64) values x 61 layers. */
const MLA_BYTES_PER_TOKEN = 35_136;
/**
 * Attention of a prompt token with one before it, MLA with 128 heads over 61 layers: 5.0 MFLOP, at
 * 1.2 PFLOP/s. Each such pair counts twice in L x L.
 */
const MLA_PAIR_NS = 5.0e6 / 1.2e6 / 2;
/** Chunks of 8,192 tokens on units of eight GPUs. */
const CHUNK_TOKENS_PER_GPU = 1_024;

const MLA_PRIOR: EngineCosts = {
  iterationMs: 14,
  prefillTokenGpuUs: 38,
  prefillPairGpuNs: MLA_PAIR_NS,
  decodeSequenceGpuUs: 52,
  decodeContextGpuNs: MLA_BYTES_PER_TOKEN / HBM_BYTES_PER_NS,
};

const LMSYS = "LMSYS 2025-09-25, SGLang on GB200 NVL72";

export const ENGINE_EVIDENCE: Readonly<Record<string, EngineEvidence>> = {
  "dsr1-fp4-gb200": {
    prior: MLA_PRIOR,
    points: [
      {
        kind: "prefill",
        source: `${LMSYS}: prefill of 2K prompts, FP8 attention and NVFP4 experts`,
        heldOut: false,
        promptTokens: 2_048,
        chunkTokensPerGpu: 8_192,
        tokensPerSecondPerGpu: 26_156,
      },
      {
        kind: "decode",
        source: `${LMSYS}: decode at batch 1,408 a GPU, 2K context`,
        heldOut: false,
        sequencesPerGpu: 1_408,
        contextTokens: 2_048,
        tokensPerSecondPerGpu: 13_386,
      },
      {
        kind: "decode",
        source: `${LMSYS}: batch 768 costs about 10 %; context taken as 2K`,
        heldOut: false,
        sequencesPerGpu: 768,
        contextTokens: 2_048,
        tokensPerSecondPerGpu: 12_047,
      },
      {
        kind: "mixed",
        source: "LMSYS long context, 128K/8K, GB200; 20 sequences a GPU (called practical)",
        heldOut: false,
        promptTokens: 131_072,
        outputTokens: 8_192,
        sequencesPerGpu: 20,
        tokensPerSecondPerGpu: 147.9,
      },
      {
        kind: "prefill",
        source: "vLLM 2026-02-03: prefill at 2K/2K",
        heldOut: true,
        promptTokens: 2_048,
        chunkTokensPerGpu: 8_192,
        tokensPerSecondPerGpu: 26_200,
      },
      {
        kind: "decode",
        source: "vLLM 2026-02-03: decode at 2K/2K, 8 GPUs; batch taken as 768 a GPU",
        heldOut: true,
        sequencesPerGpu: 768,
        contextTokens: 3_072,
        tokensPerSecondPerGpu: 10_100,
      },
      {
        kind: "first-token",
        source: "LMSYS long context: TTFT of 128K, unchunked, GB200; prefill unit taken as 2 GPUs",
        heldOut: true,
        promptTokens: 131_072,
        gpus: 2,
        seconds: 18.6,
      },
    ],
  },
  "dsr1-fp8-gb200": {
    prior: { ...MLA_PRIOR, prefillTokenGpuUs: 54, decodeSequenceGpuUs: 80 },
    points: [
      {
        kind: "prefill",
        source: `${LMSYS}: prefill of 2K prompts, BF16 attention and FP8 experts`,
        heldOut: false,
        promptTokens: 2_048,
        chunkTokensPerGpu: 8_192,
        tokensPerSecondPerGpu: 18_471,
      },
      {
        kind: "decode",
        source: `${LMSYS}: decode, BF16 and FP8; batch taken as 1,408 a GPU as for FP4`,
        heldOut: false,
        sequencesPerGpu: 1_408,
        contextTokens: 2_048,
        tokensPerSecondPerGpu: 9_087,
      },
      {
        kind: "decode",
        source: "LMSYS 2025-06-16 (part 1): decode on 12 nodes; batch taken as 768 a GPU",
        heldOut: true,
        sequencesPerGpu: 768,
        contextTokens: 2_048,
        tokensPerSecondPerGpu: 7_583,
      },
    ],
  },
  "gpt-oss-120b-gb200": {
    // 5.1 B active parameters against 37 B; 18 full-attention layers of 8 KV heads x 64, BF16.
    prior: {
      iterationMs: 1,
      prefillTokenGpuUs: 8,
      prefillPairGpuNs: 0.25,
      decodeSequenceGpuUs: 15,
      decodeContextGpuNs: 36_864 / HBM_BYTES_PER_NS,
    },
    points: [
      {
        kind: "decode",
        source: "NVIDIA: 1,000 tokens/s/user at most, one sequence on one B200",
        heldOut: false,
        sequencesPerGpu: 1,
        contextTokens: 1_024,
        tokensPerSecondPerGpu: 1_000,
      },
      {
        kind: "decode",
        source: "NVIDIA: 60,000 tokens/s/GPU at most on B200; 1K context, 1,024 sequences taken",
        heldOut: false,
        sequencesPerGpu: 1_024,
        contextTokens: 1_024,
        tokensPerSecondPerGpu: 60_000,
      },
      {
        kind: "mixed",
        source: "NVIDIA: 1.5 M tokens/s per NVL72; 1K/1K and 512 sequences a GPU taken",
        heldOut: true,
        promptTokens: 1_024,
        outputTokens: 1_024,
        sequencesPerGpu: 512,
        tokensPerSecondPerGpu: 20_833,
      },
    ],
  },
  "kimi-k2-agentic-gb200": {
    // 32 B active parameters against 37 B, 64 heads against 128, the same MLA cache.
    prior: {
      ...MLA_PRIOR,
      iterationMs: 8,
      prefillTokenGpuUs: 33,
      prefillPairGpuNs: MLA_PAIR_NS / 2,
      decodeSequenceGpuUs: 45,
    },
    points: [
      {
        kind: "decode",
        source:
          "Dynamo Kimi-K2.5 feature stack, plain aggregated: 105 tokens/s/user, 32 sessions of " +
          "about 200K context on 24 GPUs",
        heldOut: false,
        sequencesPerGpu: 32 / 24,
        contextTokens: 200_000,
        tokensPerSecondPerGpu: (105 * 32) / 24,
      },
      {
        kind: "decode",
        source: "the same with round robin and speculative decoding: 95 tokens/s/user, load above",
        heldOut: true,
        sequencesPerGpu: 32 / 24,
        contextTokens: 200_000,
        tokensPerSecondPerGpu: (95 * 32) / 24,
      },
    ],
  },
};

/** Chunked prefill of every built-in profile. */
export const BUILT_IN_CHUNK_TOKENS_PER_GPU = CHUNK_TOKENS_PER_GPU;
