import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineCosts, EnginePoint } from "../../../src/core/profiles/engine-costs.ts";
import {
  COST_NAMES,
  costEquation,
  predictedMs,
  residualsOf,
} from "../../../src/core/profiles/engine-costs.ts";
import { fitCosts } from "../../../src/core/profiles/fit-costs.ts";
import { COSTS, POINTS } from "../../support/engine-figures.ts";

/** The figure that engines of these costs would show. */
function measured(point: EnginePoint, costs: EngineCosts): EnginePoint {
  const ms = predictedMs(costEquation(point), costs);
  return point.kind === "first-token"
    ? { ...point, seconds: ms / 1_000 }
    : { ...point, tokensPerSecondPerGpu: 1_000 / ms };
}

const everyPoint = (costs: EngineCosts): readonly EnginePoint[] =>
  Object.values(POINTS).map((point) => measured(point, costs));

describe("a fit", () => {
  it("finds costs that explain every figure, from a prior within a factor of three", () => {
    const factor = fc.double({ min: 1 / 3, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(factor, factor, factor, factor, factor), (factors) => {
        const entries = COST_NAMES.map((name, i) => [name, COSTS[name] * (factors[i] ?? 1)]);
        const prior = { ...COSTS, ...Object.fromEntries(entries) };
        const points = everyPoint(COSTS);
        const errors = residualsOf(points, fitCosts(points, prior)).map(({ error }) => error);
        for (const error of errors) expect(Math.abs(error)).toBeLessThan(0.05);
      }),
    );
  });

  it("does not look at what is held out", () => {
    const points = everyPoint(COSTS);
    const wrong = { ...POINTS.shortPrompts, heldOut: true };
    expect(fitCosts([...points, wrong], COSTS)).toEqual(fitCosts(points, COSTS));
  });

  it("keeps the prior of a cost that no figure is about", () => {
    const decode = [POINTS.fewSequences, POINTS.manySequences, POINTS.longContexts];
    const points = decode.map((point) => measured(point, { ...COSTS, iterationMs: 20 }));
    const fitted = fitCosts(points, COSTS);
    expect(fitted.prefillTokenGpuUs).toBeCloseTo(COSTS.prefillTokenGpuUs, 9);
    expect(fitted.iterationMs).toBeGreaterThan(15);
  });

  it("never makes a cost negative", () => {
    const slow = measured(POINTS.fewSequences, COSTS);
    const fast = { ...POINTS.manySequences, tokensPerSecondPerGpu: 1e9 };
    const fitted = fitCosts([slow, fast], COSTS);
    for (const name of COST_NAMES) expect(fitted[name]).toBeGreaterThanOrEqual(0);
  });

  it("refuses points that are all held out", () => {
    expect(() => fitCosts([{ ...POINTS.shortPrompts, heldOut: true }], COSTS)).toThrow(
      "all are held out",
    );
  });
});
