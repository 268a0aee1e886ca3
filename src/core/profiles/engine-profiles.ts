/**
 * What one engine can do, per (model, engine, hardware), as data. The simulated world and the
 * policy both read this table; a world may be drawn away from what the policy believes.
 */
import type { Millis } from "../units.ts";
import { millis } from "../units.ts";
import type { EngineCosts } from "./engine-costs.ts";
import { BUILT_IN_CHUNK_TOKENS_PER_GPU, ENGINE_EVIDENCE } from "./engine-points.ts";
import { fitCosts } from "./fit-costs.ts";

export interface EngineProfile {
  readonly name: string;
  /** Where the figures come from. */
  readonly source: string;
  /** What an iteration costs: the simulated engine, and what the rates below follow from. */
  readonly costs: EngineCosts;
  /** Chunked prefill: tokens of an iteration per GPU (max_num_batched_tokens). */
  readonly budgetTokensPerGpu: number;
  /** max_num_seqs per GPU. */
  readonly maxSequencesPerGpu: number;
  /** Uncached prompt tokens prefilled per second and GPU, prefill alone. */
  readonly prefillTokensPerSecondPerGpu: number;
  /** Output tokens per second and GPU at full batch, decode alone. */
  readonly decodeTokensPerSecondPerGpu: number;
  /** Tokenising, scheduling and network, before any prefill. */
  readonly baseTtftMs: Millis;
  /** ITL(b) = itlBaseMs + itlPerSequenceMs x b, b = decoding sequences per GPU. */
  readonly itlBaseMs: number;
  readonly itlPerSequenceMs: number;
  /** KV cache tokens per GPU in HBM. */
  readonly kvTokensPerGpu: number;
  /** What a token's KV weighs where it is moved or stored. */
  readonly kvBytesPerToken: number;
}

/**
 * The turn of a coding agent that rates are stated for: half of the recorded prompts are longer
 * than 100 K tokens, of which a cache holds most. Attention over that context costs more than the
 * new tokens themselves.
 */
export const AGENT_TURN = { contextTokens: 100_000, newTokens: 2_000 } as const;

type Rates = Pick<
  EngineProfile,
  "prefillTokensPerSecondPerGpu" | "decodeTokensPerSecondPerGpu" | "itlBaseMs" | "itlPerSequenceMs"
>;

interface TurnShape {
  readonly contextTokens: number;
  readonly newTokens: number;
}

/** @returns the rates that the costs mean for such turns, as many at once as a GPU can hold */
export function ratesOf(
  costs: EngineCosts,
  { contextTokens, newTokens }: TurnShape,
  sequencesPerGpu: number,
): Rates {
  const pairs = 2 * (contextTokens - newTokens) + newTokens;
  const prefillGpuUs = costs.prefillTokenGpuUs + (pairs * costs.prefillPairGpuNs) / 1_000;
  const decodeGpuUs =
    costs.decodeSequenceGpuUs + (contextTokens * costs.decodeContextGpuNs) / 1_000;
  return {
    prefillTokensPerSecondPerGpu: 1e6 / prefillGpuUs,
    decodeTokensPerSecondPerGpu:
      1_000 / (costs.iterationMs / sequencesPerGpu + decodeGpuUs / 1_000),
    itlBaseMs: costs.iterationMs,
    itlPerSequenceMs: decodeGpuUs / 1_000,
  };
}

/** What the published figures of throughput do not say. */
interface Equipment {
  readonly name: string;
  readonly source: string;
  readonly maxSequencesPerGpu: number;
  readonly baseTtftMs: number;
  readonly kvTokensPerGpu: number;
  readonly kvBytesPerToken: number;
}

function fittedProfile({ baseTtftMs, ...equipment }: Equipment): EngineProfile {
  const evidence = ENGINE_EVIDENCE[equipment.name];
  if (evidence === undefined) throw new Error(`no published figures for ${equipment.name}`);
  const costs = fitCosts(evidence.points, evidence.prior);
  const { maxSequencesPerGpu, kvTokensPerGpu } = equipment;
  const sequences = Math.min(maxSequencesPerGpu, kvTokensPerGpu / AGENT_TURN.contextTokens);
  return {
    ...equipment,
    baseTtftMs: millis(baseTtftMs),
    costs,
    budgetTokensPerGpu: BUILT_IN_CHUNK_TOKENS_PER_GPU,
    ...ratesOf(costs, AGENT_TURN, sequences),
  };
}

/** Of AGENT_TURN a new token costs 800 + 198,000 pairs x 6.06 ns = 2,000 us, as with test-small. */
const TEST_CONTEXT_COSTS: EngineCosts = {
  iterationMs: 10,
  prefillTokenGpuUs: 800,
  prefillPairGpuNs: 6.06,
  decodeSequenceGpuUs: 100,
  decodeContextGpuNs: 4,
};

export const ENGINE_PROFILES: Readonly<Record<string, EngineProfile>> = {
  "dsr1-fp4-gb200": fittedProfile({
    name: "dsr1-fp4-gb200",
    source:
      "DeepSeek-R1 NVFP4, SGLang and vLLM on GB200 NVL72; KV 104 GB/GPU at 35,136 B/token (LMSYS " +
      "long context).",
    maxSequencesPerGpu: 1_408,
    baseTtftMs: 200,
    kvTokensPerGpu: 2_960_000,
    kvBytesPerToken: 35_136,
  }),
  "dsr1-fp8-gb200": fittedProfile({
    name: "dsr1-fp8-gb200",
    source:
      "DeepSeek-R1 FP8, SGLang on GB200 NVL72; KV as for NVFP4 less another 20 GB/GPU of weights " +
      "(671 GB against 336 GB over 16 GPUs), derived.",
    maxSequencesPerGpu: 1_408,
    baseTtftMs: 200,
    kvTokensPerGpu: 2_390_000,
    kvBytesPerToken: 35_136,
  }),
  "gpt-oss-120b-gb200": fittedProfile({
    name: "gpt-oss-120b-gb200",
    source:
      "gpt-oss-120b MXFP4 on GB200; KV (144 - 65) GB/GPU at 36,864 B/token in BF16, derived; the " +
      "sliding-window layers are left out.",
    maxSequencesPerGpu: 1_024,
    baseTtftMs: 100,
    kvTokensPerGpu: 2_140_000,
    kvBytesPerToken: 36_864,
  }),
  "kimi-k2-agentic-gb200": fittedProfile({
    name: "kimi-k2-agentic-gb200",
    source:
      "Kimi-K2.5 NVFP4 on 24 GB200 (Dynamo feature stack), without speculative decoding; KV " +
      "(144 - 63) GB/GPU on units of 8 at 35,136 B/token, derived.",
    maxSequencesPerGpu: 256,
    baseTtftMs: 200,
    kvTokensPerGpu: 2_300_000,
    kvBytesPerToken: 35_136,
  }),
  "test-small": {
    name: "test-small",
    source: "Invented: round figures for tests and the demo, no claim about any hardware.",
    costs: {
      iterationMs: 10,
      prefillTokenGpuUs: 2_000,
      prefillPairGpuNs: 0,
      decodeSequenceGpuUs: 500,
      decodeContextGpuNs: 0,
    },
    budgetTokensPerGpu: 128,
    maxSequencesPerGpu: 20,
    prefillTokensPerSecondPerGpu: 500,
    decodeTokensPerSecondPerGpu: 1_000,
    baseTtftMs: millis(100),
    itlBaseMs: 10,
    itlPerSequenceMs: 0.5,
    kvTokensPerGpu: 100_000,
    kvBytesPerToken: 500_000,
  },
  "test-context": {
    name: "test-context",
    source:
      "Invented: for the agent turn as fast as test-small, but of another form, since prompts " +
      "and contexts cost by their length; what a world is when test-small was believed.",
    costs: TEST_CONTEXT_COSTS,
    budgetTokensPerGpu: 128,
    maxSequencesPerGpu: 20,
    ...ratesOf(TEST_CONTEXT_COSTS, AGENT_TURN, 20),
    baseTtftMs: millis(100),
    kvTokensPerGpu: 100_000,
    kvBytesPerToken: 500_000,
  },
};
