import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawLeadTime, totalMs } from "../../src/sim/lead-times.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { MINUTE, SUPPLY } from "../support/simulated-world.ts";

describe("the lead time of the demo", () => {
  const stream = new RandomStream(1, "lead-times");
  const totals = Array.from({ length: 5_000 }, () => totalMs(drawLeadTime(SUPPLY, stream)));

  it("always is 4 to 12 minutes in all, as stated", () => {
    expect(Math.min(...totals)).toBeGreaterThanOrEqual(4 * MINUTE - 1e-6);
    expect(Math.max(...totals)).toBeLessThanOrEqual(12 * MINUTE + 1e-6);
  });

  it("is a little over five minutes in the middle", () => {
    const median = totals.toSorted((a, b) => a - b)[2_500] ?? 0;
    expect(median / MINUTE).toBeGreaterThan(5);
    expect(median / MINUTE).toBeLessThan(6.5);
  });

  it("is rarely squeezed: the bounds are where log-normals end anyway", () => {
    const squeezed = totals.filter((total) => total <= 4 * MINUTE || total >= 12 * MINUTE);
    expect(squeezed.length / totals.length).toBeLessThan(0.2);
  });
});

describe("a lead time", () => {
  it("is as drawn where the scenario promises no bounds", () => {
    const free = { ...SUPPLY, leadTimeBoundsMs: null };
    const stream = new RandomStream(1, "lead-times");
    const totals = Array.from({ length: 2_000 }, () => totalMs(drawLeadTime(free, stream)));
    expect(Math.min(...totals)).toBeLessThan(4 * MINUTE);
    expect(totals.toSorted((a, b) => a - b)[1_000] ?? 0).toBeGreaterThan(5 * MINUTE);
  });

  it("never has a step that takes no time", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const lead = drawLeadTime(SUPPLY, new RandomStream(seed, "lead"));
        return Math.min(lead.grantMs, lead.bootMs, lead.joinMs, lead.startMs) > 0;
      }),
    );
  });
});
