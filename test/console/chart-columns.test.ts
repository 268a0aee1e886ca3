import { describe, expect, it } from "vitest";
import { chartColumns, risingBy, stack } from "../../src/console/chart-columns.ts";

describe("columns of a chart", () => {
  const points = [0, 60, 180, 240].map((atSeconds) => ({
    atSeconds,
    values: { demand: atSeconds, forecastP50: atSeconds + 1, horizonSeconds: 120 },
  }));
  const span = { nowSeconds: 245, endSeconds: 245, windowSeconds: 240, resolutionSeconds: 60 };

  it("have a gap where a minute is missing and reach as far as the forecast", () => {
    const columns = chartColumns(points, span);
    expect(columns.x).toEqual([0, 60, 120, 180, 240, 300, 360]);
    expect(columns.series("demand")).toEqual([0, 60, null, 180, 240, null, null]);
  });

  it("put a forecast where it was made for, not when", () => {
    const { forecast } = chartColumns(points, span);
    expect(forecast("forecastP50")).toEqual([null, null, 1, 61, null, 181, 241]);
  });

  it("are shortened to where the history begins, but not to a moment", () => {
    const { x } = chartColumns(points, { ...span, windowSeconds: 10_800 });
    expect(x[0]).toBe(240 - 900);
  });

  it("stack from the bottom", () => {
    expect(
      stack([
        [1, 2, null],
        [3, 4, null],
      ]),
    ).toEqual([
      [1, 2, null],
      [4, 6, null],
    ]);
  });

  it("rise by a rack where one is expected, from now on", () => {
    const x = [0, 60, 120, 180, 240];
    const at = { now: 5, nowSeconds: 70 };
    expect(risingBy(x, [150, 240], at)).toEqual([null, 5, 5, 6, 7]);
  });

  it("say nothing of the future where nothing is on its way", () => {
    expect(risingBy([0, 60], [], { now: 5, nowSeconds: 0 })).toEqual([null, null]);
  });
});
