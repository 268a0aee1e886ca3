import { describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { interTokenSeconds, prefillTokensPerSecondPerGpu } from "../../src/sim/engine-speed.ts";
import { PLAIN_ENGINE } from "../support/simulated-world.ts";

const engine = {
  ...PLAIN_ENGINE,
  baseTtftMs: millis(100),
  itlPerSequenceMs: 0.5,
  decodeTokensPerSecondPerGpu: 1_000,
};

describe("the speed of an engine", () => {
  it.each([
    ["idle", 0, 0.01, 1_000],
    // 2 sequences a GPU: ITL 11 ms, 2/0.011 = 181.8 tokens/s of 1,000.
    ["decoding", 16, 0.011, 818.18],
    // 100 sequences a GPU: ITL 60 ms, 1,667 tokens/s of 1,000: prefill keeps a tenth.
    ["flooded", 800, 0.06, 100],
  ])("when %s", (_when, decoding, itlSeconds, prefill) => {
    const load = { decoding, gpus: 8 };
    expect(interTokenSeconds(engine, load)).toBeCloseTo(itlSeconds, 9);
    expect(prefillTokensPerSecondPerGpu(engine, load)).toBeCloseTo(prefill, 2);
  });
});
