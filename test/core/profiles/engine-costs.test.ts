import { describe, expect, it } from "vitest";
import type { EnginePoint } from "../../../src/core/profiles/engine-costs.ts";
import { costEquation, predictedMs, residualsOf } from "../../../src/core/profiles/engine-costs.ts";
import { COSTS, POINTS } from "../../support/engine-figures.ts";

describe("the time of a published figure", () => {
  it.each<[string, EnginePoint, number]>([
    // 10 ms / 1,000 + 40 us + 2,000 x 2 ns
    ["prefill, per token", POINTS.shortPrompts, 0.01 + 0.04 + 0.004],
    // 10 ms / 2 + 50 us + 1,000 x 6 ns
    ["decode, per token", POINTS.fewSequences, 5 + 0.05 + 0.006],
    // 10 ms + (50,000 x 40 us + 50,000^2 x 2 ns) / 8
    ["first token", POINTS.firstToken, 10 + (2_000 + 5_000) / 8],
    // 10 / 30 + 50 us + 9,450 x 6 ns, and ten prompt tokens of 40 us and 9,000 x 2 ns
    ["mixed, per output token", POINTS.mixed, 10 / 30 + 0.05 + 0.0567 + 10 * (0.04 + 0.018)],
  ])("of %s is the sum of its parts", (_name, point, ms) => {
    expect(predictedMs(costEquation(point), COSTS)).toBeCloseTo(ms, 9);
  });
});

describe("a residual", () => {
  it("is positive where the costs predict a slower engine than was measured", () => {
    const point = { ...POINTS.firstToken, seconds: 0.5 };
    const [residual] = residualsOf([point], COSTS);
    expect(residual).toEqual({
      point,
      predictedMs: 885,
      observedMs: 500,
      error: expect.closeTo(0.77, 9),
    });
  });
});
