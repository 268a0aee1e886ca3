import { describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { RateCurve, surgeEnd } from "../../src/sim/rate-curve.ts";
import type { TrafficOptions } from "../../src/sim/world-options.ts";
import { MINUTE, START, minutes } from "../support/simulated-world.ts";

const exactly = (value: number) => ({ low: value, high: value });

const plain: TrafficOptions = {
  fleet: "agents/coder",
  baseTurnsPerSecond: 10,
  wave: { amplitude: 0, periodMs: millis(24 * 60 * MINUTE) },
  noiseSigma: 0,
  surges: {
    firstAfterMs: millis(10 * MINUTE),
    everyMs: exactly(60 * MINUTE),
    factor: exactly(3),
    rampMs: exactly(2 * MINUTE),
    holdMs: exactly(20 * MINUTE),
  },
  promptTokens: { p50: 10, p95: 20 },
  outputTokens: { p50: 10, p95: 20 },
  thinkMs: null,
  clientTimeoutMs: millis(MINUTE),
};

describe("the rate of turns", () => {
  const curve = new RateCurve(plain, START, 1);

  it.each([
    ["before the surge", 9, 10],
    ["at its onset", 10, 10],
    ["half way up", 11, 20],
    ["at the top", 12, 30],
    ["at the end of the hold", 32, 30],
    ["half way down", 33, 20],
    ["after it", 34, 10],
    ["in the next one", 80, 30],
  ])("is known %s", (_when, minute, rate) => {
    expect(curve.turnsPerSecond(minutes(minute))).toBeCloseTo(rate, 9);
  });

  it("tells only of surges that have begun", () => {
    const fresh = new RateCurve(plain, START, 1);
    expect(fresh.surgesUntil(minutes(9))).toEqual([]);
    expect(fresh.surgesUntil(minutes(80)).map(({ onsetAt }) => onsetAt)).toEqual([
      minutes(10),
      minutes(70),
    ]);
  });

  it("swings by the amplitude over one period", () => {
    const wave = { amplitude: 0.5, periodMs: millis(60 * MINUTE) };
    const swinging = new RateCurve({ ...plain, wave, surges: null }, START, 1);
    const rates = [0, 15, 30, 45, 60].map((minute) => swinging.turnsPerSecond(minutes(minute)));
    expect(rates.map((rate) => Math.round(rate * 1e6) / 1e6)).toEqual([10, 15, 10, 5, 10]);
  });

  it("is noisy by the spread asked for, and the same whenever it is asked", () => {
    const options = { ...plain, noiseSigma: 0.1, surges: null };
    const first = new RateCurve(options, START, 5);
    const logs = Array.from({ length: 2_000 }, (_, hour) =>
      Math.log(first.turnsPerSecond(minutes(60 * hour)) / 10),
    );
    const variance = logs.reduce((sum, log) => sum + log * log, 0) / logs.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.1, 1);
    const second = new RateCurve(options, START, 5);
    expect(second.turnsPerSecond(minutes(60))).toBe(first.turnsPerSecond(minutes(60)));
  });

  it("never lets two surges overlap", () => {
    const surges = { ...plain.surges, firstAfterMs: millis(0), everyMs: exactly(MINUTE) };
    const crowded = new RateCurve(
      {
        ...plain,
        surges: {
          ...surges,
          factor: exactly(2),
          rampMs: exactly(MINUTE),
          holdMs: exactly(MINUTE),
        },
      },
      START,
      1,
    );
    const drawn = crowded.surgesUntil(minutes(30));
    const gaps = drawn.slice(1).map((surge, index) => {
      const before = drawn[index];
      return before === undefined ? 0 : surge.onsetAt - surgeEnd(before);
    });
    expect(drawn.length).toBeGreaterThan(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
  });
});
