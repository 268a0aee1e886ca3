import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScheduledWindow } from "../../../src/core/compiled.ts";
import { scheduleEffect } from "../../../src/core/demand/schedule.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

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
