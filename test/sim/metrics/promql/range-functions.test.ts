import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  counterFunction,
  deriv,
  lastOverTime,
  newestTimestamp,
  newestValue,
  type RangeFunction,
} from "../../../../src/sim/metrics/promql/range-functions.ts";
import { type RangeRule, runsOf, type Series } from "../../../../src/sim/metrics/promql/series.ts";
import { aSeries, type LiteralSamples } from "../../../support/scrapes/literal-series.ts";

/** Over (0 s, 60 s] unless told otherwise. */
function read(apply: RangeFunction, samples: LiteralSamples, fromSeconds = 0, toSeconds = 60) {
  return readOf(apply, aSeries({}, samples), fromSeconds, toSeconds);
}

function readOf(apply: RangeFunction, series: Series, fromSeconds: number, toSeconds: number) {
  const [run] = runsOf([series]);
  if (run === undefined) return null;
  const [fromMs, toMs] = [fromSeconds * 1_000, toSeconds * 1_000];
  const { axis } = series;
  const window = { firstRow: axis.rowAfter(fromMs), endRow: axis.rowAfter(toMs), fromMs, toMs };
  const cells = new Float64Array(1);
  return apply(window, run, { cells, at: 0 }) ? cells[0] : null;
}

const rate = (rule: RangeRule, samples: LiteralSamples) =>
  read(counterFunction(rule, true), samples);

describe("rate over rows that the log vouches for", () => {
  it("is the same as over rows that are all looked at, gaps, markers and resets included", () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.nat(20) },
      fc.constantFrom<"reset" | "stale" | "gap">("reset", "stale", "gap"),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.nat(40),
        fc.nat(20),
        (steps, from, rows) => {
          const samples: Record<number, number | "stale"> = {};
          let value = 100;
          steps.forEach((each, row) => {
            if (each === "reset") value = row % 3;
            else if (typeof each === "number") value += each;
            if (each !== "gap") samples[row + 1] = each === "stale" ? each : value;
          });
          const apply = counterFunction("left-open", true);
          const over = (closed: boolean) =>
            readOf(apply, aSeries({}, samples, closed), from, from + rows);
          expect(over(true)).toBe(over(false));
        },
      ),
    );
  });
});

describe("rate", () => {
  it.each<[string, LiteralSamples, number | null]>([
    ["over a full window is extrapolated to its edges", { 15: 100, 30: 115, 45: 130, 60: 145 }, 1],
    ["counts from zero after a reset", { 15: 100, 30: 160, 45: 10, 60: 40 }, 100 / 45],
    ["is none with one sample", { 30: 7 }, null],
    ["is none without samples", {}, null],
    ["is 0 for an idle counter", { 15: 5, 60: 5 }, 0],
    ["of what is no counter goes to its edges", { 15: -45, 30: -30, 45: -15, 60: 0 }, 1],
    ["skips stale markers", { 15: 100, 30: "stale", 45: 130, 60: 145 }, 1],
    // 15 s until the window's end are within 1.1 intervals, and so are 15 s from its start.
    ["reaches over gaps of an interval", { 15: 100, 30: 130, 45: 160 }, 2],
    // The start lies 40 s back: only half an interval of 10 s is added.
    ["adds half an interval to a series that begins", { 40: 100, 50: 110, 60: 120 }, 25 / 60],
  ])("%s", (_, samples, expected) => {
    for (const rule of ["left-open", "closed"] as const) {
      const found = rate(rule, samples);
      if (expected === null) expect(found).toBeNull();
      else expect(found).toBeCloseTo(expected, 12);
    }
  });

  it("is not extrapolated to below zero", () => {
    // At 1/s the counter was 0 at 10 s, and not at the window's start.
    const young = { 15: 5, 30: 20, 45: 35, 60: 50 };
    expect(rate("left-open", young)).toBeCloseTo(50 / 60, 12);
    expect(rate("closed", young)).toBeCloseTo(50 / 60, 12);
  });

  it("weighs zero against half an interval in Prometheus 3, before it in 2", () => {
    // Begins 30 s into the window; zero lies 8 s before, half an interval is 5 s.
    const late = { 30: 8, 40: 18, 50: 28, 60: 38 };
    expect(rate("left-open", late)).toBeCloseTo(35 / 60, 12);
    expect(rate("closed", late)).toBeCloseTo(38 / 60, 12);
  });

  it("of a counter that counts evenly is always its speed, wherever the window lies", () => {
    const speed = fc.integer({ min: 1, max: 1_000 });
    const offset = fc.integer({ min: 0, max: 14 });
    fc.assert(
      fc.property(speed, offset, (perSecond, at) => {
        const seconds = Array.from({ length: 20 }, (_, i) => i * 15);
        const samples = Object.fromEntries(seconds.map((s) => [s, 1e6 + s * perSecond]));
        const found = read(counterFunction("left-open", true), samples, 120 + at, 180 + at);
        expect(found).toBeCloseTo(perSecond, 6);
      }),
    );
  });

  it("times the window is the increase", () => {
    const samples = { 15: 100, 30: 160, 45: 10, 60: 40 };
    const increase = read(counterFunction("left-open", false), samples);
    expect(increase).toBeCloseTo((rate("left-open", samples) ?? 0) * 60, 9);
  });
});

describe("deriv", () => {
  it.each<[string, LiteralSamples, number | null]>([
    ["is the slope of a line", { 15: 30, 30: 60, 45: 90, 60: 120 }, 2],
    ["falls as well", { 15: 30, 60: 0 }, -30 / 45],
    ["is the least-squares slope", { 0.5: 1, 1.5: 3, 2.5: 2 }, 0.5],
    ["is exactly 0 for a constant", { 15: 0.1, 30: 0.1, 45: 0.1 }, 0],
    ["is none with one sample", { 15: 3 }, null],
  ])("%s", (_, samples, expected) => {
    const found = read(deriv, samples);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(expected, 12);
  });
});

describe("the newest sample", () => {
  it.each<[string, LiteralSamples, readonly (number | null)[]]>([
    ["is the last one", { 15: 1, 30: 2 }, [2, 30, 2]],
    ["is that before a scrape without samples", { 15: 1, 30: Number.NaN }, [1, 15, 1]],
    ["is none after a stale marker", { 15: 1, 30: "stale" }, [null, null, 1]],
    ["is back after one", { 15: 1, 30: "stale", 45: 3 }, [3, 45, 3]],
    ["is none before the window", { 0: 1 }, [null, null, null]],
  ])("%s", (_, samples, valueTimestampLast) => {
    const functions = [newestValue, newestTimestamp, lastOverTime];
    expect(functions.map((apply) => read(apply, samples))).toEqual(valueTimestampLast);
  });
});
