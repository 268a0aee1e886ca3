/** Round costs of an engine, and one figure of each kind. */
import type { EngineCosts, EnginePoint } from "../../src/core/profiles/engine-costs.ts";

export const COSTS: EngineCosts = {
  iterationMs: 10,
  prefillTokenGpuUs: 40,
  prefillPairGpuNs: 2,
  decodeSequenceGpuUs: 50,
  decodeContextGpuNs: 6,
};

const OF_A_TEST = { source: "a test", heldOut: false } as const;

export const POINTS = {
  shortPrompts: {
    ...OF_A_TEST,
    kind: "prefill",
    promptTokens: 2_000,
    chunkTokensPerGpu: 1_000,
    tokensPerSecondPerGpu: 1,
  },
  longPrompts: {
    ...OF_A_TEST,
    kind: "prefill",
    promptTokens: 90_000,
    chunkTokensPerGpu: 1_000,
    tokensPerSecondPerGpu: 1,
  },
  fewSequences: {
    ...OF_A_TEST,
    kind: "decode",
    sequencesPerGpu: 2,
    contextTokens: 1_000,
    tokensPerSecondPerGpu: 1,
  },
  manySequences: {
    ...OF_A_TEST,
    kind: "decode",
    sequencesPerGpu: 900,
    contextTokens: 1_000,
    tokensPerSecondPerGpu: 1,
  },
  longContexts: {
    ...OF_A_TEST,
    kind: "decode",
    sequencesPerGpu: 20,
    contextTokens: 120_000,
    tokensPerSecondPerGpu: 1,
  },
  firstToken: { ...OF_A_TEST, kind: "first-token", promptTokens: 50_000, gpus: 8, seconds: 1 },
  mixed: {
    ...OF_A_TEST,
    kind: "mixed",
    promptTokens: 9_000,
    outputTokens: 900,
    sequencesPerGpu: 30,
    tokensPerSecondPerGpu: 1,
  },
} as const satisfies Record<string, EnginePoint>;
