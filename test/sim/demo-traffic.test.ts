import { describe, expect, it } from "vitest";
import { demoSessions, demoSurges, demoTraffic } from "../../src/sim/demo-traffic.ts";
import { millis } from "../../src/core/units.ts";
import type { SessionSource } from "../../src/traces/turn-templates.ts";
import { MINUTE } from "../support/simulated-world.ts";

/** @returns sessions that start in each of so many minutes. */
function perMinute(source: SessionSource, minutes: number): readonly number[] {
  const counts = Array.from({ length: minutes }, () => 0);
  const start = { atNs: 0, template: 0 };
  for (;;) {
    if (!source.next(start)) return counts;
    const minute = Math.floor(start.atNs / (MINUTE * 1e6));
    if (minute >= minutes) return counts;
    counts[minute] = (counts[minute] ?? 0) + 1;
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the demo's surges", () => {
  it("come first after 40 s of watching at 60x, then about every four minutes", () => {
    const wallSeconds = demoSurges(3).map(({ atMs }) => atMs / 60_000);
    expect(wallSeconds[0]).toBe(40);
    for (const [index, at] of wallSeconds.slice(1).entries()) {
      const gap = at - (wallSeconds[index] ?? 0);
      expect(gap).toBeGreaterThanOrEqual(210);
      expect(gap).toBeLessThanOrEqual(270);
    }
  });

  it("are the seed's, and never overlap", () => {
    expect(demoSurges(3)).toEqual(demoSurges(3));
    expect(demoSurges(4)).not.toEqual(demoSurges(3));
    const surges = demoSurges(3);
    for (const [index, { atMs }] of surges.slice(1).entries()) {
      const before = surges[index];
      if (before === undefined) throw new Error("no surge");
      expect(atMs).toBeGreaterThan(before.atMs + 2 * before.rampMs + before.holdMs);
    }
  });
});

describe("the demo's traffic", () => {
  it("rises by the surge's factor and falls back, after the warm-up", () => {
    const surge = {
      atMs: millis(60 * MINUTE),
      factor: 3,
      rampMs: millis(0),
      holdMs: millis(60 * MINUTE),
    };
    const warmupMs = 15 * MINUTE;
    const counts = perMinute(demoTraffic({ seed: 1, surges: [surge], warmupMs }), 240);
    const before = mean(counts.slice(0, 75));
    expect(mean(counts.slice(75, 135)) / before).toBeGreaterThan(2.6);
    expect(mean(counts.slice(75, 135)) / before).toBeLessThan(3.4);
    expect(mean(counts.slice(135)) / before).toBeLessThan(1.2);
  });

  it("is of agents: prompts that grow, share what came before, and answers that are short", () => {
    for (const { rows, toolTokens } of demoSessions().slice(0, 50)) {
      for (const [index, row] of rows.entries()) {
        const before = rows[index - 1];
        expect(row.inputTokens).toBeGreaterThan(before?.inputTokens ?? toolTokens);
        expect(row.sharedBlocks).toBe(before?.promptBlocks ?? 0);
        expect(row.prefixRow).toBe(index - 1);
      }
    }
  });

  it("is the same for the same seed", () => {
    const options = { surges: [], warmupMs: 0 };
    const starts = (seed: number) => perMinute(demoTraffic({ seed, ...options }), 60);
    expect(starts(1)).toEqual(starts(1));
    expect(starts(2)).not.toEqual(starts(1));
  });
});
