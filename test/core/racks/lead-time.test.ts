import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Spread } from "../../../src/core/compiled.ts";
import { EMPTY_POOL_MEMORY } from "../../../src/core/memory.ts";
import type { StepDurations } from "../../../src/core/memory.ts";
import {
  horizon,
  leadTime,
  startTime,
  stepTime,
  sumOfSteps,
} from "../../../src/core/racks/lead-time.ts";
import type { KnownPool } from "../../../src/core/racks/lead-time.ts";
import { MINUTE_MS, millis } from "../../../src/core/units.ts";
import { CODER } from "../../support/builders/observed.ts";
import { aFleet, aPool } from "../../support/reports/compiled.ts";

const spread = (p50: number, p95: number): Spread => ({
  p50Ms: millis(p50 * MINUTE_MS),
  p95Ms: millis(p95 * MINUTE_MS),
});

describe("a sum of steps", () => {
  it.each([
    ["of one is itself", [spread(10, 14)], spread(10, 14)],
    [
      "adds medians, and distances to p95 in squares",
      [spread(10, 13), spread(5, 9)],
      spread(15, 20),
    ],
    ["of none is nothing", [], spread(0, 0)],
  ])("%s", (_, steps, sum) => {
    expect(sumOfSteps(steps)).toEqual(sum);
  });

  it("is never worse than all p95 together, never better than the worst step's", () => {
    const aSpread = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }))
      .map(([p50, more]) => spread(p50, p50 + more));
    fc.assert(
      fc.property(fc.array(aSpread, { minLength: 1, maxLength: 5 }), (steps) => {
        const { p95Ms } = sumOfSteps(steps);
        const total = steps.reduce((sum, step) => sum + step.p95Ms, 0);
        expect(p95Ms).toBeLessThanOrEqual(total + 1);
        expect(p95Ms).toBeGreaterThanOrEqual(Math.max(...steps.map((step) => step.p95Ms)) - 1);
      }),
    );
  });
});

describe("the lead time of a rack", () => {
  const repair = spread(30, 90);
  const pool = aPool("gb200-east", {
    leadTimePrior: { grant: spread(1, 1), boot: spread(27, 30), join: spread(2, 2), repair },
  });
  const known = (of = pool, durations?: StepDurations): KnownPool => ({
    pool: of,
    memory: durations === undefined ? {} : { durations },
  });
  const fleet = (...pools: readonly (readonly [name: string, start: Spread])[]) =>
    aFleet("coder", {
      pools: pools.map(([name, engineStartPrior]) => ({ name, preference: 1, engineStartPrior })),
    });

  it("is grant, boot and join of the pool and the start of the fleet's engines", () => {
    const drawing = fleet(["gb200-east", spread(10, 14)]);
    expect(leadTime(drawing, known())).toEqual({ pool: "gb200-east", ...spread(40, 45) });
  });

  it("is without a start where the fleet does not draw on the pool", () => {
    expect(leadTime(fleet(["other", spread(10, 14)]), known())).toMatchObject(spread(30, 33));
  });

  it("sets the horizon: that of the slowest pool drawn on, and one review", () => {
    const fast = aPool("fast", { leadTimePrior: pool.leadTimePrior });
    const drawing = fleet(["gb200-east", spread(10, 14)], ["fast", spread(1, 1)]);
    expect(horizon(drawing, [known(), known(fast)])).toBe(46 * MINUTE_MS);
    expect(horizon(drawing, [])).toBe(MINUTE_MS);
  });

  it("is learned step by step, engines' starts fleet by fleet", () => {
    const slow = Array.from({ length: 64 }, () => millis(90 * MINUTE_MS));
    const durations = { grant: [], boot: slow, join: [], repair: [], start: { [CODER]: slow } };
    const measured = known(pool, durations);
    const drawing = fleet(["gb200-east", spread(10, 14)]);
    expect(stepTime(measured, "join")).toEqual(spread(2, 2));
    expect(stepTime(measured, "boot").p50Ms).toBeGreaterThan(70 * MINUTE_MS);
    expect(startTime(measured, drawing)?.p50Ms).toBeGreaterThan(55 * MINUTE_MS);
    expect(startTime(measured, { ...drawing, key: "agents/writer" })).toEqual(spread(10, 14));
    expect(horizon(drawing, [measured])).toBeGreaterThan(2 * 60 * MINUTE_MS);
  });

  it("of a memory that was lost is the prior's again", () => {
    const drawing = fleet(["gb200-east", spread(10, 14)]);
    expect(leadTime(drawing, { pool, memory: EMPTY_POOL_MEMORY })).toMatchObject(spread(40, 45));
  });
});
