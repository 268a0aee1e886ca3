import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledFleet, Spread } from "../../../src/core/compiled.ts";
import type { StepDurations } from "../../../src/core/memory.ts";
import { horizon, leadTime, poolTimes, sumOfSteps } from "../../../src/core/racks/lead-time.ts";
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
  const known = (fleet: CompiledFleet, of = pool, durations?: StepDurations): KnownPool => ({
    pool: of,
    times: poolTimes(of, [fleet], durations),
  });
  const fleet = (...pools: readonly (readonly [name: string, start: Spread])[]) =>
    aFleet("coder", {
      pools: pools.map(([name, engineStartPrior]) => ({ name, preference: 1, engineStartPrior })),
    });

  it("is grant, boot and join of the pool and the start of the fleet's engines", () => {
    const drawing = fleet(["gb200-east", spread(10, 14)]);
    expect(leadTime(drawing, known(drawing))).toEqual({ pool: "gb200-east", ...spread(40, 45) });
  });

  it("is without a start where the fleet does not draw on the pool", () => {
    const other = fleet(["other", spread(10, 14)]);
    expect(leadTime(other, known(other))).toMatchObject(spread(30, 33));
  });

  it("sets the horizon: that of the slowest pool drawn on, and one review", () => {
    const fast = aPool("fast", { leadTimePrior: pool.leadTimePrior });
    const drawing = fleet(["gb200-east", spread(10, 14)], ["fast", spread(1, 1)]);
    expect(horizon(drawing, [known(drawing), known(drawing, fast)])).toBe(46 * MINUTE_MS);
    expect(horizon(drawing, [])).toBe(MINUTE_MS);
  });

  it("is learned step by step, engines' starts fleet by fleet", () => {
    const slow = Array.from({ length: 64 }, () => millis(90 * MINUTE_MS));
    const durations = { grant: [], boot: slow, join: [], repair: [], start: { [CODER]: slow } };
    const drawing = fleet(["gb200-east", spread(10, 14)]);
    const writer: CompiledFleet = { ...drawing, key: "agents/writer" };
    const times = poolTimes(pool, [drawing, writer], durations);
    expect(times.join).toMatchObject({ ...spread(2, 2), measured: 0 });
    expect(times.boot.p50Ms).toBeGreaterThan(70 * MINUTE_MS);
    expect(times.boot.measured).toBe(64);
    expect(times.starts[CODER]?.p50Ms).toBeGreaterThan(55 * MINUTE_MS);
    expect(times.starts["agents/writer"]).toMatchObject(spread(10, 14));
    expect(horizon(drawing, [{ pool, times }])).toBeGreaterThan(2 * 60 * MINUTE_MS);
  });
});
