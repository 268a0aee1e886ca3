import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimeAxis } from "../../../src/sim/metrics/time-axis.ts";

describe("a time axis", () => {
  it("finds the rows of a window as a search through all of them would, after drops too", () => {
    const steps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(steps, fc.nat(700), fc.nat(25_000), (gaps, dropped, at) => {
        const axis = new TimeAxis();
        let time = 0;
        const times = gaps.map((gap) => (time += gap));
        for (const each of times) axis.push(each);
        axis.dropBefore(dropped);
        const kept = Math.min(dropped, times.length);
        const rowWhere = (isPast: (each: number) => boolean) => {
          const row = times.findIndex((each, i) => i >= kept && isPast(each));
          return row < 0 ? times.length : row;
        };
        expect(axis.firstRow()).toBe(kept);
        expect(axis.endRow()).toBe(times.length);
        expect(axis.rowFrom(at)).toBe(rowWhere((each) => each >= at));
        expect(axis.rowAfter(at)).toBe(rowWhere((each) => each > at));
        if (kept < times.length) expect(axis.timeOf(kept)).toBe(times[kept]);
      }),
    );
  });

  it("refuses to go back, and to stand still", () => {
    const axis = new TimeAxis();
    axis.push(5);
    expect(() => axis.push(5)).toThrow("scraped at 5, not later than the scrape before");
    expect(axis.push(6)).toBe(1);
  });
});
