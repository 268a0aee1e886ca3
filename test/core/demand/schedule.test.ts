import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScheduledWindow } from "../../../src/core/compiled.ts";
import {
  occasionEffect,
  rememberOccasions,
  scheduleEffect,
} from "../../../src/core/demand/schedule.ts";
import type { DemandMemory } from "../../../src/core/memory.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";
import { afterTicks } from "../../support/demand-series.ts";

const HORIZON_MS = millis(40 * MINUTE_MS);
const inMinutes = (minutes: number) => after(NOW, millis(minutes * MINUTE_MS));

/** Racks to be ready from `readyFrom`, half an hour before the window itself, until `until`. */
const window = (
  name: string,
  [readyFrom, until]: readonly [number, number],
  effect: { readonly floor?: number; readonly factor?: number },
): ScheduledWindow => ({
  name,
  readyFrom: inMinutes(readyFrom),
  from: inMinutes(readyFrom + 30),
  until: inMinutes(until),
  floorRacks: effect.floor === undefined ? null : rackCount(effect.floor),
  factor: effect.factor ?? null,
});

const effectOf = (...windows: readonly ScheduledWindow[]) =>
  scheduleEffect(windows, NOW, HORIZON_MS);
const NOTHING = { floorRacks: 0, factor: 1, names: [] };

describe("a scheduled window applies when a rack asked for now would be ready in it", () => {
  // A rack asked for now serves in 40 minutes.
  it.each([
    ["ready in an hour: not yet", 60, 400, 0],
    ["ready in 40 min and 1 s less than a minute more: not yet", 41, 400, 0],
    ["ready in 40 minutes: now or never", 40, 400, 8],
    ["to be ready already, window still ahead", -10, 400, 8],
    ["in the middle of the window", -300, 400, 8],
    ["a minute before its end", -300, 1, 8],
    ["at its end", -300, 0, 0],
    ["long over", -300, -200, 0],
  ])("%s", (_, readyFrom, until, floorRacks) => {
    const { floorRacks: found, names } = effectOf(
      window("launch", [readyFrom, until], { floor: 8 }),
    );
    expect({ found, names }).toEqual({
      found: floorRacks,
      names: floorRacks === 0 ? [] : ["launch"],
    });
  });

  it("no window, no effect", () => {
    expect(effectOf()).toEqual(NOTHING);
  });

  it("several at once: the highest floor and the largest factor", () => {
    const effect = effectOf(
      window("launch", [0, 400], { floor: 8 }),
      window("weekday", [-60, 300], { factor: 1.5 }),
      window("evening", [10, 90], { floor: 5 }),
      window("keynote", [20, 60], { factor: 3 }),
      window("next-week", [10_000, 10_060], { floor: 12, factor: 9 }),
    );
    expect(effect).toEqual({
      floorRacks: 8,
      factor: 3,
      names: ["launch", "weekday", "evening", "keynote"],
    });
  });

  it("a factor below 1 does not talk demand down", () => {
    expect(effectOf(window("holiday", [0, 400], { factor: 0.2 })).factor).toBe(1);
  });

  it("a longer lead time never lets a window go", () => {
    const minutes = fc.integer({ min: -500, max: 500 });
    const windows = fc.array(
      fc
        .tuple(minutes, minutes, fc.nat(20))
        .map(([from, until, floor]) => window("w", [from, until], { floor })),
    );
    const duration = fc.nat(400).map((each) => millis(each * MINUTE_MS));
    fc.assert(
      fc.property(windows, duration, duration, (all, a, b) => {
        const [short, long] = [millis(Math.min(a, b)), millis(Math.max(a, b))];
        const early = scheduleEffect(all, NOW, long);
        const late = scheduleEffect(all, NOW, short);
        expect(early.floorRacks).toBeGreaterThanOrEqual(late.floorRacks);
      }),
    );
  });
});

describe("a factor on demand", () => {
  const launch = window("launch", [-20, 100], { factor: 3 });
  const seenAt = (minutes: number, turnsPerSecond: number, memory = afterTicks([10])) => {
    const level = Math.log(turnsPerSecond);
    const { learned: _, ...seen } = { ...memory, level };
    return rememberOccasions(seen, [launch], { now: inMinutes(minutes), horizonMs: HORIZON_MS });
  };
  const effectAt = (memory: DemandMemory, minutes: number) =>
    occasionEffect(memory, [launch], { now: inMinutes(minutes), horizonMs: HORIZON_MS });

  it("multiplies the forecast until the occasion begins", () => {
    // It begins in 10 minutes, and racks are to be ready 30 before.
    expect(effectAt(seenAt(5, 10), 5)).toEqual({ factor: 3, level: null });
  });

  it("is counted once: after the beginning it is of the demand before", () => {
    const during = seenAt(60, 28, seenAt(9, 10));
    const { factor, level } = effectAt(during, 60);
    expect(factor).toBe(1);
    expect(Math.exp(level ?? 0)).toBeCloseTo(30, 9);
  });

  it("is left to what is seen where nobody remembers the demand before", () => {
    expect(effectAt(seenAt(60, 28), 60)).toEqual({ factor: 1, level: null });
  });

  it("is forgotten with the end, and leaves the memory alone where there is none", () => {
    const over = seenAt(100, 28, seenAt(9, 10));
    expect(over.beforeOccasions).toBeUndefined();
    const memory = afterTicks([10]);
    const none = rememberOccasions(memory, [], { now: NOW, horizonMs: HORIZON_MS });
    expect(none).toBe(memory);
  });
});
