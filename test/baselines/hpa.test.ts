/**
 * Steps worked out by hand from the algorithm of the HorizontalPodAutoscaler:
 * ratio = mean / target, tolerance 0.1, replicas = ceil(ratio x pods).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  HPA_SYNC_MS,
  averageValue,
  normalized,
  recommendation,
  rememberChange,
} from "../../src/baselines/hpa.ts";
import type { Behavior, PodsMetric } from "../../src/baselines/hpa.ts";
import type { PolicySlice } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis } from "../../src/core/units.ts";
import { NOW } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED } from "../support/builders/peer.ts";

/** Target 10 a pod. */
const recommended = (metric: Partial<PodsMetric>, n: number) =>
  recommendation({ sum: 0, reporting: 4, missing: 0, pending: 0, ...metric }, 10, n);

describe("a recommendation, all pods reporting", () => {
  it.each([
    // [sum over 4 pods, ratio, replicas]
    ["ratio 1: none", 40, 4],
    ["ratio 1.1: tolerated", 44, 4],
    ["ratio 1.125: ceil(4.5)", 45, 5],
    ["ratio 2: doubled", 80, 8],
    ["ratio 0.9: tolerated", 36, 4],
    ["ratio 0.875: ceil(3.5)", 35, 4],
    ["ratio 0.75: ceil(3)", 30, 3],
    ["ratio 0.5", 20, 2],
    ["an empty queue", 0, 0],
  ])("%s", (_, sum, replicas) => {
    expect(recommended({ sum }, 4)).toBe(replicas);
  });

  it("does not depend on the replicas set, but inside the tolerance is exactly these", () => {
    expect(recommended({ sum: 80 }, 16)).toBe(8);
    expect(recommended({ sum: 40 }, 16)).toBe(16);
  });
});

describe("pods that have no metric", () => {
  it.each([
    // 4 report 80: ratio 2. With 4 pending at 0: 80 / 8 / 10 = 1, tolerated.
    ["pending ones count as idle when it grows", { sum: 80, pending: 4 }, 8, 8],
    // ratio 3; 120 / 6 / 10 = 2; ceil(2 x 6) = 12.
    ["pending ones dampen growth", { sum: 120, pending: 2 }, 6, 12],
    // ratio 0.5; pending are left out when it shrinks: ceil(0.5 x 4) = 2.
    ["pending ones say nothing when it shrinks", { sum: 20, pending: 4 }, 8, 2],
    // ratio 3; 120 / 6 / 10 = 2; ceil(12).
    ["missing ones count as idle when it grows", { sum: 120, missing: 2 }, 6, 12],
    // ratio 0.5; (20 + 2 x 10) / 6 / 10 = 0.667; ceil(0.667 x 6) = 4.
    ["missing ones count as at the target when it shrinks", { sum: 20, missing: 2 }, 6, 4],
    // ratio 0.5; (20 + 40) / 8 / 10 = 0.75; ceil(6) = 6, more than the 5 there are: none.
    ["shrinking never grows", { sum: 20, missing: 4 }, 5, 5],
    // ratio 1.25; 50 / 8 / 10 = 0.625: the direction turns, nothing is done.
    ["growth that turns into shrinking is given up", { sum: 50, missing: 4 }, 8, 8],
    // ratio 2; 80 / 6 / 10 = 1.333; ceil(8) = 8, fewer than the 12 set: none.
    ["a ratio of 1 is left alone whoever is missing", { sum: 40, missing: 4 }, 9, 9],
    ["growing never shrinks", { sum: 80, missing: 2 }, 12, 12],
  ])("%s", (_, metric, n, replicas) => {
    expect(recommended(metric, n)).toBe(replicas);
  });
});

/** One sync every 15 s with these recommendations; what is set follows each. */
function syncs(
  start: number,
  steps: readonly number[],
  bounds = { min: 1, max: 100 },
  behavior?: Behavior,
) {
  let memory: PolicySlice = NOTHING_REMEMBERED;
  let n = start;
  return steps.map((step, index) => {
    const now = after(NOW, millis(index * HPA_SYNC_MS));
    const next = normalized(step, memory, { now, n, ...bounds }, behavior);
    memory = rememberChange(next.memory, now, next.replicas - n);
    n = next.replicas;
    return n;
  });
}

describe("a normalised recommendation", () => {
  it.each([
    ["grows at once, without stabilisation", 4, [6, 6], [6, 6]],
    ["grows by 100 % in 15 s at most", 10, [50, 50, 50], [20, 40, 50]],
    ["or by 4 pods where these are more", 2, [50, 50, 50], [6, 12, 24]],
    ["holds the highest of the last five minutes", 4, [6, 2, 2], [6, 6, 6]],
  ])("%s", (_, start, steps, expected) => {
    expect(syncs(start, steps)).toEqual(expected);
  });

  it("shrinks 300 s after the last higher recommendation, and then at once", () => {
    const steps = Array.from({ length: 22 }, (_, n) => (n === 0 ? 8 : 2));
    const set = syncs(8, steps);
    // The recommendation of 0 s leaves the window at 300 s: the 21st sync.
    expect(set.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 8));
    expect(set[20]).toBe(2);
  });

  it("takes what it finds at its start for a recommendation", () => {
    expect(syncs(8, [2])).toEqual([8]);
  });

  it("keeps within the bounds", () => {
    expect(syncs(8, [50, 50], { min: 4, max: 12 })).toEqual([12, 12]);
    expect(
      syncs(
        4,
        Array.from({ length: 22 }, () => 0),
        { min: 3, max: 12 },
      ).at(-1),
    ).toBe(3);
  });

  it("counts what was added in the last 15 s against the limit", () => {
    const grown = rememberChange(NOTHING_REMEMBERED, NOW, 8);
    // 16 now, 8 of them just added: the period began with 8, so 16 is the most.
    const next = normalized(40, grown, { now: NOW, n: 16, min: 1, max: 100 });
    expect(next.replicas).toBe(16);
  });

  it("never leaves the bounds, and never shrinks below what the window asks for", () => {
    const steps = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, (found) => {
        const set = syncs(8, found, { min: 2, max: 40 });
        for (const [at, n] of set.entries()) {
          const window = found.slice(Math.max(0, at - 19), at + 1);
          expect(n).toBeGreaterThanOrEqual(Math.min(2, ...window));
          expect(n).toBeGreaterThanOrEqual(2);
          expect(n).toBeLessThanOrEqual(40);
          if (n < (set[at - 1] ?? 8)) expect(n).toBeGreaterThanOrEqual(Math.min(40, ...window));
        }
      }),
    );
  });
});

describe("an external metric with an average to hold", () => {
  it.each([
    ["44 over 4 x 10: 1.1, tolerated", 44, 4, 4],
    ["45: ceil(45 / 10)", 45, 4, 5],
    ["35: 0.875, ceil(3.5)", 35, 4, 4],
    ["nothing", 0, 4, 0],
    ["replicas there are none of", 35, 0, 4],
  ])("%s", (_, total, n, replicas) => {
    expect(averageValue(total, 10, n)).toBe(replicas);
  });
});

describe("a behaviour that somebody wrote", () => {
  const seconds = (count: number) => millis(count * SECOND_MS);
  const behavior: Behavior = {
    up: { windowMs: seconds(30), pods: 2, share: 0, periodMs: seconds(30) },
    down: { windowMs: seconds(0), pods: 1, share: 0, periodMs: seconds(60) },
  };

  it("grows to the lowest of its window, by as many as its policy allows in a period", () => {
    // At 0 s and 15 s the 4 found are in the window; then 2 in any 30 s.
    const steps = [9, 9, 9, 9, 9];
    expect(syncs(4, steps, { min: 1, max: 100 }, behavior)).toEqual([4, 4, 6, 6, 8]);
  });

  it("shrinks by as many as its policy allows in a period", () => {
    const steps = [1, 1, 1, 1, 1, 1];
    expect(syncs(4, steps, { min: 1, max: 100 }, behavior)).toEqual([3, 3, 3, 3, 2, 2]);
  });
});
