import { describe, expect, it } from "vitest";
import {
  checkBounds,
  describeCheck,
  numberAt,
} from "../../../src/studies/simulation/expected-check.ts";
import { aResult } from "../../support/builders/results.ts";

const ANY = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

describe("a field of a result", () => {
  const result = aResult(0, 0, {
    slo: {
      attainment: 0.93,
      judged: 100,
      violations: 7,
      violationSeconds: 30,
      byObjective: { "itl.p99": 0.5 },
    },
    surges: [
      {
        startSeconds: 1,
        cause: "traffic",
        factor: 2,
        timeToAbsorbSeconds: null,
        outsideSeconds: 0,
        violations: 5,
        extraGpuHours: 0,
      },
    ],
  });

  it.each([
    ["slo.attainment", 0.93],
    ["surges[0].violations", 5],
    ["slo.byObjective.itl.p99", 0.5],
    ["surges[0].timeToAbsorbSeconds", null],
    ["surges[1].violations", null],
    ["slo", null],
    ["slo.attainments", null],
  ])("%s is %s", (path, value) => {
    expect(numberAt(result, path)).toBe(value);
  });

  it.each([
    [{ min: 0.9 }, true, "ok   slo.attainment: found 0.93, expected at least 0.9"],
    [{ min: 0.95 }, false, "MISS slo.attainment: found 0.93, expected at least 0.95"],
    [{ min: 0.9, max: 0.92 }, false, "found 0.93, expected at least 0.9 and at most 0.92"],
    [{ min: 0.93, max: 0.93 }, true, "found 0.93"],
  ])("within %j: %s", (range, held, text) => {
    const [check] = checkBounds([{ path: "slo.attainment", ...ANY, ...range }], result);
    expect(check?.held).toBe(held);
    expect(check && describeCheck(check)).toContain(text);
  });

  it("that is not there is a miss", () => {
    const [check] = checkBounds([{ path: "surges[3].violations", ...ANY, max: 1 }], result);
    expect(check).toMatchObject({ held: false, found: null });
  });
});
