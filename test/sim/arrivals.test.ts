import { describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { Arrivals, isSent } from "../../src/sim/arrivals.ts";
import type { TrafficOptions } from "../../src/sim/world-options.ts";
import { MINUTE, START, aTurn, minutes } from "../support/simulated-world.ts";

const traffic: TrafficOptions = {
  fleet: "agents/coder",
  baseTurnsPerSecond: 20,
  wave: { amplitude: 0, periodMs: millis(60 * MINUTE) },
  noiseSigma: 0,
  surges: null,
  promptTokens: { p50: 14_000, p95: 36_000 },
  outputTokens: { p50: 170, p95: 450 },
  thinkMs: null,
  clientTimeoutMs: millis(MINUTE),
};

function turnsUntil(arrivals: Arrivals, end: number) {
  const turns = [arrivals.next()];
  for (let turn = arrivals.next(); turn.at < end; turn = arrivals.next()) turns.push(turn);
  return turns;
}

describe("offered turns", () => {
  const turns = turnsUntil(new Arrivals(traffic, START, 1), minutes(120));

  it("come at the rate asked for", () => {
    expect(turns.length / 7_200 / 20).toBeCloseTo(1, 1);
  });

  it("are Poisson: the count of a second varies as much as its mean", () => {
    const counts = Array.from({ length: 7_200 }, () => 0);
    for (const { at } of turns) {
      const second = Math.floor((at - START) / 1_000);
      counts[second] = (counts[second] ?? 0) + 1;
    }
    const mean = turns.length / counts.length;
    const variance = counts.reduce((sum, n) => sum + (n - mean) * (n - mean), 0) / counts.length;
    expect(variance / mean).toBeCloseTo(1, 1);
  });

  it("come in order, with the sizes of coding agents", () => {
    const prompt = turns.reduce((sum, turn) => sum + turn.promptTokens, 0) / turns.length;
    const output = turns.reduce((sum, turn) => sum + turn.outputTokens, 0) / turns.length;
    expect(turns).toEqual(turns.toSorted((a, b) => a.at - b.at));
    expect(prompt).toBeGreaterThan(15_000);
    expect(prompt).toBeLessThan(18_000);
    expect(output).toBeGreaterThan(190);
    expect(output).toBeLessThan(215);
  });

  it("triple in a surge", () => {
    const range = (value: number) => ({ low: value, high: value });
    const surging = new Arrivals(
      {
        ...traffic,
        surges: {
          firstAfterMs: millis(10 * MINUTE),
          everyMs: range(60 * MINUTE),
          factor: range(3),
          rampMs: range(MINUTE),
          holdMs: range(20 * MINUTE),
        },
      },
      START,
      1,
    );
    const during = turnsUntil(surging, minutes(31)).filter(({ at }) => at > minutes(11));
    expect(during.length / 1_200 / 60).toBeCloseTo(1, 1);
    expect(surging.surgesUntil(minutes(31))).toHaveLength(1);
  });

  it("are refused without a base load", () => {
    expect(() => new Arrivals({ ...traffic, baseTurnsPerSecond: 0 }, START, 1)).toThrow(/above 0/);
  });
});

describe("a closed-loop client", () => {
  it.each([
    { when: "nobody waits", waiting: 0, thinkMs: 60_000, session: 0, sent: true },
    { when: "its session is free", waiting: 30, thinkMs: 60_000, session: 0.5, sent: true },
    { when: "its session waits", waiting: 31, thinkMs: 60_000, session: 0.5, sent: false },
    { when: "all sessions wait", waiting: 60, thinkMs: 60_000, session: 0.999, sent: false },
    { when: "clients never hold back", waiting: 99, thinkMs: null, session: 0, sent: true },
  ])("when $when sends: $sent", ({ waiting, thinkMs, session, sent }) => {
    expect(isSent(aTurn(START, { turnsPerSecond: 1, session }), waiting, thinkMs)).toBe(sent);
  });
});
