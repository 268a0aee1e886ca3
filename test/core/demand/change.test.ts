import { describe, expect, it } from "vitest";
import { FIRST_CHANGE, learnChange, predictedChange } from "../../../src/core/demand/change.ts";
import type { ChangeMemory } from "../../../src/core/memory.ts";
import { draws } from "../../support/draws.ts";

const PRIOR = [1, 0.2, 0, 0, 1, 0.3, 0.3];
const seen = (features: readonly number[], change: number, share = 1) => ({
  features,
  change,
  share,
  minutes: 30,
});

/** So many half hours in which the change is a sum of the features by these weights, and noise. */
function taught(weights: readonly number[], many: number, noise: number): ChangeMemory {
  const { normal } = draws(3);
  let memory = FIRST_CHANGE;
  for (let n = 0; n < many; n += 1) {
    const features = weights.map(() => 0.3 * normal());
    const sum = weights.reduce((total, weight, at) => total + weight * (features[at] ?? 0), 0);
    memory = learnChange(memory, seen(features, sum + noise * normal()));
  }
  return memory;
}

describe("the weights of the features", () => {
  it("are the prior's before anything was learned", () => {
    expect(FIRST_CHANGE.weights).toEqual(PRIOR);
    expect(predictedChange(FIRST_CHANGE, [0.1, 0.5, 9, 9, 0.2, 1, -1])).toBeCloseTo(0.4, 12);
  });

  it("stay near it after one sight, however far off", () => {
    const { weights } = learnChange(FIRST_CHANGE, seen([0, 1, 0, 0, 0, 0, 0], -1));
    // The prior weighs σ² / 0.3² = 0.4 of a sight, and Huber's limit takes most of its weight.
    expect(weights[1]).toBeLessThan(0.2);
    expect(weights[1]).toBeGreaterThan(-1);
    expect(weights[0]).toBe(1);
  });

  it("become those of the world in a week of half hours", () => {
    const world = [0, 0.8, 0.1, 0.3, 0.2, 0.9, 0];
    const { weights } = taught(world, 336, 0.1);
    for (const [at, weight] of world.entries()) {
      expect(Math.abs((weights[at] ?? 9) - weight)).toBeLessThan(0.1);
    }
  });

  it("are hardly moved by a burst that no feature spoke of", () => {
    const before = taught(PRIOR, 200, 0.05);
    const after = learnChange(before, seen([0, 0.3, 0, 0, 0, 0, 0], 3));
    expect(Math.abs((after.weights[1] ?? 9) - (before.weights[1] ?? 0))).toBeLessThan(0.1);
    expect(after.variance).toBeLessThan(1.2 * before.variance);
  });
});
