import { describe, expect, it } from "vitest";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { epochMs, HOUR_MS } from "../../src/core/units.ts";
import { type Raw, rawFleet } from "../support/raw-objects.ts";

/** A Sunday noon; clocks go forward in Berlin that night a week later, 2026-03-29. */
const NOW = epochMs(Date.parse("2026-03-22T12:00:00Z"));

const compiled = (when: Raw) =>
  compileFleet(rawFleet({ confirm: [{ name: "rule", when }], budget: { usdPerDay: "9" } }), NOW);

const compiledWhen = (when: Raw) => {
  const found = compiled(when);
  if (!found.ok) throw new Error(JSON.stringify(found.errors));
  return found.value.confirm[0]?.when;
};

describe("a confirm rule is compiled", () => {
  it.each<readonly [string, Raw, object]>([
    ["what matters not is absent", {}, { direction: null, minRacks: null, minUsdPerHour: null }],
    ["a share of the budget", { minBudgetShare: "0.25" }, { minBudgetShare: 0.25 }],
    ["how sure a forecast is", { maxForecastConfidence: "0.6" }, { maxForecastConfidence: 0.6 }],
    ["pools", { pools: ["a", "b"] }, { pools: ["a", "b"] }],
    ["verdicts", { cacheVerdicts: ["Unknown"] }, { cacheVerdicts: ["Unknown"] }],
  ])("%s", (_, when, expected) => {
    expect(compiledWhen(when)).toEqual({ ...compiledWhen({}), ...expected });
  });

  it("nights become instants of a week ahead, by the wall clock when clocks change", () => {
    const night = { start: "2026-01-01T22:00:00", timeZone: "Europe/Berlin", for: "8h" };
    const during = compiledWhen({ during: [{ name: "nights", ...night }] })?.during ?? [];
    expect(during.map(({ from }) => new Date(from).toISOString())).toEqual([
      ...[22, 23, 24, 25, 26, 27, 28].map((day) => `2026-03-${day}T21:00:00.000Z`),
      "2026-03-29T20:00:00.000Z",
    ]);
    expect(during.every(({ from, until }) => until - from === 8 * HOUR_MS)).toBe(true);
  });

  it("a window that is over never asks again", () => {
    const once = { start: "2026-01-01T22:00:00", for: "8h", repeat: "Never" };
    expect(compiledWhen({ during: [{ name: "once", ...once }] })?.during).toEqual([]);
  });
});

describe("a confirm rule is refused with place, finding and expectation", () => {
  const during = { name: "night", start: "2026-01-01T22:00:00", for: "8h" };

  it.each<readonly [string, Raw, string]>([
    ["no window", { during: [] }, "spec.confirm[0].when.during"],
    ["a window without an end", { during: [{ ...during, for: "0s" }] }, "during[0].for"],
    [
      "a day that no calendar has",
      { during: [{ ...during, start: "2026-02-30T22:00:00" }] },
      "during[0].start",
    ],
    ["a share of all", { minBudgetShare: "1.0" }, "when.minBudgetShare"],
    ["a verdict of its own", { cacheVerdicts: ["Maybe"] }, "when.cacheVerdicts[0]"],
  ])("%s", (_, when, place) => {
    const found = compiled(when);
    expect(found.ok ? [] : found.errors.map(({ path }) => path)).toEqual([
      expect.stringContaining(place),
    ]);
  });
});
