import { describe, expect, it } from "vitest";
import type { ParetoPoint } from "../../../src/report/plots/pareto-plot.ts";
import { paretoPlot } from "../../../src/report/plots/pareto-plot.ts";

const exactly = (mean: number) => ({ mean, low: mean, high: mean });

const point = (changes: Partial<ParetoPoint> = {}): ParetoPoint => ({
  policy: "ours",
  setting: "z 1",
  gpuHours: exactly(100),
  violations: exactly(50),
  chosen: true,
  reference: false,
  ...changes,
});

const drawn = (points: readonly ParetoPoint[]): string => paretoPlot(points, "a plot").text;

describe("what policies cost against what they miss", () => {
  it("tells twelve policies apart, by colour and shape, in the plot and in its key", () => {
    const policies = Array.from({ length: 12 }, (_, at) => `policy-${at}`);
    const text = drawn(policies.map((policy, at) => point({ policy, gpuHours: exactly(at) })));
    const shapes = [...text.matchAll(/<g class="(tone-\d)"><(circle|rect)/g)].map(
      ([, tone, shape]) => `${tone} ${shape}`,
    );
    expect(new Set(shapes).size).toBe(12);
    expect(new Set(text.match(/class="key tone-\d( round)?"/g)).size).toBe(12);
    for (const policy of policies) expect(text).toContain(`</i>${policy}</span>`);
  });

  it("names the setting and its figures where a point is pointed at", () => {
    expect(drawn([point({ violations: exactly(1_305) })])).toContain(
      "<title>ours, z 1: 100 GPU-hours, 1,305 violations</title>",
    );
  });

  it("has axes of the means, however wide the intervals of two seeds are", () => {
    const wide = { mean: 2_000, low: 0, high: 900_000 };
    const text = drawn([point(), point({ violations: wide, chosen: false })]);
    const ticks = [...text.matchAll(/x="-6"[^>]*>([\d,]+)</g)].map(([, tick]) => tick);
    expect(ticks).toEqual(["50", "100", "200", "500", "1,000", "2,000"]);
  });

  it("draws bars faint beside the setting compared, and none where there is one seed", () => {
    const interval = { mean: 50, low: 40, high: 60 };
    expect(drawn([point({ violations: interval, chosen: false })])).toContain("line faint");
    expect(drawn([point({ violations: interval })])).not.toContain("faint");
    expect(drawn([point()]).match(/class="line"/g)).toBeNull();
  });
});
