import { describe, expect, it } from "vitest";
import type { EngineCosts, EnginePoint } from "../../src/core/profiles/engine-costs.ts";
import { residualRow, tuneEngine } from "../../src/studies/tune.ts";

const PRIOR: EngineCosts = {
  iterationMs: 10,
  prefillTokenGpuUs: 40,
  prefillPairGpuNs: 2,
  decodeSequenceGpuUs: 500,
  decodeContextGpuNs: 5,
};

function firstToken(seconds: number, heldOut: boolean): EnginePoint {
  return { kind: "first-token", source: "bench", heldOut, promptTokens: 1_000, gpus: 1, seconds };
}

/** 10 ms + 1,000 x 40 us + 1,000 x 1,000 x 2 ns = 52 ms. */
const AS_PREDICTED = 0.052;

describe("a tuned engine", () => {
  it("says how far the figures are off that it was not fitted to", () => {
    const heldOut = [0.9, 1, 1.25].map((factor) => firstToken(AS_PREDICTED / factor, true));
    const tuned = tuneEngine("mine", [firstToken(AS_PREDICTED, false), ...heldOut], PRIOR);
    const errors = tuned.residuals.map(({ error }) => error);
    for (const [index, error] of [0, -0.1, 0, 0.25].entries()) {
      expect(errors[index]).toBeCloseTo(error, 9);
    }
    expect(tuned.heldOut?.medianError).toBeCloseTo(0.1, 9);
    expect(tuned.heldOut?.largestError).toBeCloseTo(0.25, 9);
  });

  it("says when nothing judges the fit", () => {
    expect(tuneEngine("mine", [firstToken(1, false)], PRIOR).heldOut).toBeNull();
  });

  it("prints a figure in the unit it was published in", () => {
    const decode: EnginePoint = {
      kind: "decode",
      source: "bench",
      heldOut: false,
      sequencesPerGpu: 10,
      contextTokens: 100_000,
      tokensPerSecondPerGpu: 500,
    };
    const points = [decode, firstToken(0.104, true)];
    const { residuals } = tuneEngine("mine", points, PRIOR);
    const [fitted, judged] = residuals.map(residualRow);
    expect(fitted).toMatchObject({ use: "fitted", published: "500.0 tok/s/GPU" });
    expect(judged).toMatchObject({ use: "held out", published: "0.1 s" });
    expect(judged?.error).toMatch(/^-\d+\.\d %$/);
  });
});
