import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runFleets } from "../../src/sim/run-fleets.ts";

/** A kernel whose ejected engines run empty at the given instants. */
class Drain {
  readonly stops: number[] = [];
  now = 0;
  private readonly ends: number[];

  constructor(ends: readonly number[]) {
    this.ends = ends.toSorted((a, b) => a - b);
  }

  readonly kernel = { nextEventNs: () => this.ends[0] ?? Number.POSITIVE_INFINITY };

  isDraining(): boolean {
    return this.ends.length > 0;
  }

  runUntil(untilNs: number): number {
    const end = this.ends[0] ?? Number.POSITIVE_INFINITY;
    this.now = Math.max(this.now, Math.min(untilNs, end));
    if (end <= untilNs) this.stops.push(this.ends.shift() ?? 0);
    return this.now;
  }
}

describe("kernels that run together", () => {
  it("stand where they were asked to when nothing stops them", () => {
    const fleets = [new Drain([]), new Drain([])];
    expect(runFleets(fleets, 50)).toBe(true);
    expect(fleets.map(({ now }) => now)).toEqual([50, 50]);
  });

  it("all stop where one of them does", () => {
    const [busy, calm] = [new Drain([20]), new Drain([])];
    expect(runFleets([calm, busy], 50)).toBe(false);
    expect([busy.now, calm.now]).toEqual([20, 20]);
    expect(runFleets([calm, busy], 50)).toBe(true);
    expect([busy.now, calm.now]).toEqual([50, 50]);
  });

  it("are never ahead of the first that stops, however many drain", () => {
    const ends = fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(ends, { minLength: 1, maxLength: 4 }), (all) => {
        const fleets = all.map((each) => new Drain(each));
        for (let call = 0; !runFleets(fleets, 100); call += 1) {
          expect(new Set(fleets.map(({ now }) => now)).size).toBe(1);
          expect(call).toBeLessThan(50);
        }
        expect(fleets.map(({ now }) => now)).toEqual(fleets.map(() => 100));
        expect(fleets.map(({ stops }) => stops)).toEqual(
          all.map((each) => each.toSorted((a, b) => a - b)),
        );
      }),
    );
  });
});
