import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FleetObservation, SignalReading } from "../../../src/core/observation.ts";
import { SIGNAL_UNITS } from "../../../src/core/signals/names.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import { SIZING_SIGNALS, assess, assessFleet } from "../../../src/core/signals/trust.ts";
import { SECOND_MS, after, millis, ratio } from "../../../src/core/units.ts";
import {
  NOW,
  aFleetObservation,
  aReading,
  anAbsence,
  someSignals,
} from "../../support/builders/observed.ts";

const SCRAPE_MS = millis(15 * SECOND_MS);
const secondsAgo = (age: number) => after(NOW, millis(-age * SECOND_MS));
const rule = (unit: string) => ({ now: NOW, scrapeIntervalMs: SCRAPE_MS, unit });

type Value = Extract<SignalReading, { kind: "value" }>;
const reading = (changes: Partial<Value>): SignalReading => ({
  kind: "value",
  value: 1,
  observedAt: NOW,
  coverage: ratio(1),
  degraded: null,
  ...changes,
});

describe("a signal is trusted by presence, plausibility, age and coverage", () => {
  it.each([
    ["a plain value", {}, "turns", 1],
    ["nothing at all", { value: 0 }, "turns/s", 0],
    ["a ratio of exactly 1", { value: 1 }, "ratio", 1],
    ["a ratio above 1 by rounding", { value: 1 + 4e-16 }, "ratio", 1],
    ["more than 1 of anything else", { value: 1.2 }, "tokens/s", 1.2],
    ["four scrapes old", { observedAt: secondsAgo(60) }, "turns", 1],
    ["nine targets in ten", { coverage: ratio(0.9) }, "turns", 1],
  ])("fresh: %s", (_, changes, unit, value) => {
    expect(assess(reading(changes), rule(unit))).toEqual({ trust: "Fresh", value, why: "" });
  });

  it.each([
    ["older", { observedAt: secondsAgo(61) }, "the newest sample is 61 s old"],
    ["seven targets in eight", { coverage: ratio(0.875) }, "only 88 % of the targets are up"],
    ["no telling how many", { coverage: ratio(Number.NaN) }, "only NaN % of the targets are up"],
    ["a warning", { degraded: "partial response" }, "the source warns: partial response"],
  ])("stale, the value kept: %s", (_, changes, why) => {
    expect(assess(reading(changes), rule("turns"))).toEqual({ trust: "Stale", value: 1, why });
  });

  it.each([
    [{ value: Number.NaN }, "turns", "the value is NaN"],
    [{ value: Infinity }, "s", "the value is Infinity"],
    [{ value: -3 }, "turns", "the value -3 is negative"],
    [{ value: 1.2 }, "ratio", "the ratio 1.2 is above 1"],
    [{ value: -1, observedAt: secondsAgo(900) }, "s", "the value -1 is negative"],
  ])("implausible, no value: %j", (changes, unit, why) => {
    const found = assess(reading(changes), rule(unit));
    expect(found).toEqual({ trust: "Implausible", value: null, why });
  });

  it.each([
    "empty",
    "timeout",
    "unreachable",
    "unauthorized",
    "bad-query",
    "bad-answer",
    "not-configured",
  ] as const)("absent, %s: missing, with the source's own words", (problem) => {
    const absent: SignalReading = { kind: "absent", problem, detail: "GET /api/v1/query" };
    expect(assess(absent, rule("turns"))).toEqual({
      trust: "Missing",
      value: null,
      why: `${problem}: GET /api/v1/query`,
    });
  });

  it("never hands on a value that is NaN, infinite, negative or, of a ratio, above 1", () => {
    const any = fc.record({
      kind: fc.constant("value" as const),
      value: fc.double(),
      observedAt: fc.integer({ min: 0, max: 600 }).map(secondsAgo),
      coverage: fc.double().map(ratio),
      degraded: fc.option(fc.string()),
    });
    fc.assert(
      fc.property(any, fc.constantFrom(...Object.values(SIGNAL_UNITS)), (seen, unit) => {
        const { trust, value, why } = assess(seen, rule(unit));
        expect(why === "").toBe(trust === "Fresh");
        if (value === null) return;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(unit === "ratio" ? 1 : Number.MAX_VALUE);
      }),
    );
  });
});

const assessed = (changes: Partial<FleetObservation>) =>
  assessFleet(aFleetObservation(changes), NOW, SCRAPE_MS);
const ttft = (share: SignalReading) => [{ name: "ttft", share }];

describe("a fleet can be sized when every signal that sizing needs is fresh", () => {
  it("and lists no gaps then", () => {
    const { complete, gaps, bySignal } = assessed({ objectives: ttft(aReading(0.99)) });
    expect({ complete, gaps }).toEqual({ complete: true, gaps: [] });
    expect(Object.keys(bySignal).toSorted()).toEqual(Object.keys(SIGNAL_UNITS).toSorted());
    expect(bySignal.arrivals).toEqual({ trust: "Fresh", value: 16, why: "" });
  });

  it.each(SIZING_SIGNALS)("not without %s", (name) => {
    const { complete, gaps } = assessed({ signals: someSignals({ [name]: null }) });
    expect({ complete, gaps }).toEqual({
      complete: false,
      gaps: [`${name} is missing (empty: no data)`],
    });
  });

  const others: readonly SignalName[] = ["runningTurns", "kvCapacity", "preemptions", "ttftP99"];
  it.each(others)("also without %s, which is only shown", (name) => {
    expect(assessed({ signals: someSignals({ [name]: null }) }).complete).toBe(true);
  });

  it("knows a ratio by its signal: half a KV cache is plausible, five of them are not", () => {
    expect(assessed({ signals: someSignals({ kvUsage: 5, waitingTurns: 5 }) }).gaps).toEqual([
      "kvUsage is implausible (the ratio 5 is above 1)",
    ]);
  });

  it("not while an objective cannot be read under traffic", () => {
    const { complete, gaps } = assessed({ objectives: ttft(anAbsence()) });
    expect({ complete, gaps }).toEqual({
      complete: false,
      gaps: ["objective ttft is missing (empty: no data)"],
    });
  });

  it("also without an objective's share while nobody asks: there is no latency to measure", () => {
    const idle = someSignals({ arrivals: 0, waitingTurns: 0 });
    const { complete } = assessed({ signals: idle, objectives: ttft(anAbsence()) });
    expect(complete).toBe(true);
  });

  it.each([
    ["turns wait", { arrivals: 0, waitingTurns: 3 }],
    ["it is unknown whether turns wait", { arrivals: 0, waitingTurns: null }],
    ["it is unknown whether turns arrive", { arrivals: null, waitingTurns: 0 }],
  ])("not without an objective's share while %s", (_, signals) => {
    const seen = assessed({ signals: someSignals(signals), objectives: ttft(anAbsence()) });
    expect(seen.gaps).toEqual([expect.stringMatching(/objective ttft (is|are) missing/)]);
  });

  it("names every gap, in a fixed order, what has one cause in one sentence", () => {
    const signals = someSignals({ kvUsage: null, arrivals: null });
    expect(assessed({ signals, objectives: ttft(aReading(Number.NaN)) }).gaps).toEqual([
      "arrivals, kvUsage are missing (empty: no data)",
      "objective ttft is implausible (the value is NaN)",
    ]);
  });
});
