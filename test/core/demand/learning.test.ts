import { describe, expect, it } from "vitest";
import {
  askedForNow,
  featuresOf,
  firstLearning,
  learn,
  remembered,
} from "../../../src/core/demand/learning.ts";
import type { DemandLearning } from "../../../src/core/memory.ts";
import { MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

const inMinutes = (minutes: number) => after(NOW, millis(minutes * MINUTE_MS));
const horizonMs = millis(60 * MINUTE_MS);
const forecastAt = (minutes: number) => ({
  madeAt: inMinutes(minutes),
  horizonMs,
  from: 1,
  features: [0, 1, 0, 0, 0, 0, 0],
  quantiles: [0, 0.5, 1.5, 2],
});
const sight = (minutes: number, y: number) => ({
  now: inMinutes(minutes),
  y,
  minutes: 1,
  age: 600,
  burst: 0,
});
/** With a forecast a minute, for so long. */
const waiting = (minutes: number): DemandLearning =>
  Array.from({ length: minutes }, (_, minute) => forecastAt(minute)).reduce<DemandLearning>(
    remembered,
    firstLearning(NOW, 1),
  );

describe("forecasts that wait", () => {
  it("are twenty over a horizon, however often there is a review", () => {
    expect(waiting(60).pending.map(({ madeAt }) => (madeAt - NOW) / MINUTE_MS)).toEqual(
      Array.from({ length: 20 }, (_, n) => 3 * n),
    );
  });

  it("wait until they fall due", () => {
    const before = waiting(1);
    expect(learn(before, sight(59, 9)).pending).toEqual(before.pending);
    expect(learn(before, sight(59, 9)).widths).toEqual(before.widths);
  });

  it("teach widths and weights when they do", () => {
    const { pending, widths, change } = learn(waiting(1), sight(60, 1.7));
    expect(pending).toEqual([]);
    expect(widths.p90).toBeGreaterThan(1);
    // The ten minutes' average spoke for a change, and there was one.
    expect(change.weights[1]).toBeGreaterThan(0.2);
  });

  it("are dropped where nobody watched when they fell due", () => {
    const { pending, widths, change } = learn(waiting(1), sight(63, 1.7));
    expect(pending).toEqual([]);
    expect([widths.p90, change.learnedFrom]).toEqual([1, 0]);
  });
});

describe("what speaks for a change", () => {
  it("is nothing after one sight", () => {
    const features = featuresOf(
      firstLearning(NOW, 1),
      { lastAt: NOW, level: 1 },
      { horizonMs, growth: 0 },
    );
    expect(features).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it("is the trend, and how far the averages are from the level", () => {
    const learning = firstLearning(NOW, 1);
    const features = featuresOf(learning, { lastAt: NOW, level: 3 }, { horizonMs, growth: 0.4 });
    expect(features).toEqual([0.4, -2, -2, -2, 0, 0, 0]);
  });
});

describe("what is asked for now in any case", () => {
  it.each([
    ["a level above what is usual is noise until it lasts", 3, 1],
    ["a level below has fallen already", 0.5, 0.5],
  ])("%s", (_, level, asked) => {
    expect(askedForNow(firstLearning(NOW, 1), level)).toBe(asked);
  });
});
