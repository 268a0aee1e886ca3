import { describe, expect, it } from "vitest";
import type { ComparisonPoint } from "../../../src/api/comparison.ts";
import { dominatedRuns, dominates } from "../../../src/report/findings/dominated-policies.ts";
import { knobFindings } from "../../../src/report/findings/knobs.ts";
import { aRun, between } from "../../support/reports/a-run.ts";

const estimate = (mean: number, half: number) => ({ mean, low: mean - half, high: mean + half });

const point = (
  [gpuHours, violations]: readonly [number, number],
  changes: Partial<ComparisonPoint> = {},
): ComparisonPoint => ({
  scenario: "surge",
  policy: "static",
  knob: { name: "racks", value: gpuHours },
  attainment: 0.99,
  gpuHours,
  violations,
  interval: {
    attainment: estimate(0.99, 0.001),
    gpuHours: estimate(gpuHours, 20),
    violations: estimate(violations, 50),
  },
  ...changes,
});

describe("one setting dominates another", () => {
  it.each([
    ["fewer of both", [900, 100], [1_000, 500], true],
    ["fewer violations, as many GPU-hours", [1_000, 100], [1_000, 500], true],
    ["fewer violations, more GPU-hours", [1_100, 100], [1_000, 500], false],
    ["fewer of both, but both within the intervals", [990, 480], [1_000, 500], false],
    ["the same", [1_000, 500], [1_000, 500], false],
  ] as const)("%s: %j over %j", (_what, better, worse, expected) => {
    expect(dominates(point(better), point(worse))).toBe(expected);
  });
});

describe("knobs that would have helped", () => {
  it("name the setting that saves most, once a policy and scenario", () => {
    const points = [point([1_000, 500]), point([900, 100]), point([950, 300])];
    const other = point([2_000, 10], { scenario: "other" });
    const found = knobFindings([...points, other], points);
    expect(found).toHaveLength(1);
    expect(found[0]?.sentence).toContain("static with racks 900 instead of 1000 has 400 fewer");
    expect(found[0]?.sentence).toContain("and 10 % fewer GPU-hours");
  });

  it("name the cheapest that misses half as many, and its price, where nothing is free", () => {
    const [compared, half, none] = [point([1_000, 500]), point([1_100, 100]), point([1_300, 0])];
    const [found] = knobFindings([compared, half, none], [compared]);
    expect(found?.sentence).toContain("racks 1100 instead of 1000 has 400 fewer");
    expect(found?.sentence).toContain("for 10 % more GPU-hours");
    expect(found?.severity).toBe("low");
  });

  it("are none where others miss hardly fewer", () => {
    const points = [point([1_000, 500]), point([1_100, 400])];
    expect(knobFindings(points, points)).toEqual([]);
  });

  it("say that a single seed is no proof", () => {
    const single = (gpuHours: number, violations: number) =>
      point([gpuHours, violations], {
        interval: {
          attainment: estimate(0.99, 0),
          gpuHours: estimate(gpuHours, 0),
          violations: estimate(violations, 0),
        },
      });
    const points = [single(1_000, 500), single(900, 100)];
    expect(knobFindings(points, points)[0]?.confidence).toBe(0.5);
  });
});

describe("a policy is dominated in runs under the same traffic", () => {
  const costly = (racks: number, missed: number) =>
    aRun({
      name: "theirs",
      days: 14,
      change: ({ met, racksHeld }) => {
        between(racksHeld, [0, 336], racks);
        between(met, [0, 336], (before) => before - missed);
      },
    });
  const ours = aRun({ name: "ours", days: 14 });

  it.each([
    ["dearer and missing more, every day", 6, 6, ["theirs"]],
    ["dearer, missing less", 6, -3, []],
    ["cheaper, missing more", 4, 6, []],
    ["as dear and missing more", 5, 6, ["theirs"]],
    ["the same", 5, 0, []],
  ])("%s", (_what, racks, missed, expected) => {
    expect(dominatedRuns([ours, costly(racks, missed)]).map(({ run }) => run)).toEqual(expected);
  });

  it("not by one bad day", () => {
    const once = aRun({
      name: "theirs",
      days: 14,
      change: ({ met }) => between(met, [48, 72], 500),
    });
    expect(dominatedRuns([ours, once])).toEqual([]);
  });
});
