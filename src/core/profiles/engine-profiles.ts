/**
 * What one engine can do, per (model, engine, hardware), as data. The simulated world and the
 * policy both read this table; a world may be drawn away from what the policy believes.
 */
import type { Millis } from "../units.ts";
import { millis } from "../units.ts";

export interface EngineProfile {
  readonly name: string;
  /** Where the figures come from. */
  readonly source: string;
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
}

export const ENGINE_PROFILES: Readonly<Record<string, EngineProfile>> = {
  "dsr1-fp4-gb200": {
    name: "dsr1-fp4-gb200",
    source:
      "SGLang on GB200 NVL72, 2K input (LMSYS 2025-09-25, part 2): 26,156 prefill and 13,386 " +
      "decode tokens/s/GPU at batch 1,408/GPU, so ITL 105 ms there; base ITL from 4,130 " +
      "tokens/s/GPU at 125 tokens/s/user (InferenceX); KV 104 GB/GPU at 35,136 B/token.",
    prefillTokensPerSecondPerGpu: 26_156,
    decodeTokensPerSecondPerGpu: 13_386,
    baseTtftMs: millis(200),
    itlBaseMs: 8,
    itlPerSequenceMs: 0.069,
    kvTokensPerGpu: 2_960_000,
  },
  "test-small": {
    name: "test-small",
    source: "Invented: round figures for tests and the demo, no claim about any hardware.",
    prefillTokensPerSecondPerGpu: 500,
    decodeTokensPerSecondPerGpu: 1_000,
    baseTtftMs: millis(100),
    itlBaseMs: 10,
    itlPerSequenceMs: 0.5,
    kvTokensPerGpu: 100_000,
  },
};
