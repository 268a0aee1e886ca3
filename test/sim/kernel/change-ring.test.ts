import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChangeRing } from "../../../src/sim/kernel/change-ring.ts";

describe("the unseen changes of a replica", () => {
  it("come out as they went in, however many there are", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 5 }), { maxLength: 200 }), (steps) => {
        const ring = new ChangeRing();
        const wanted: number[] = [];
        let atNs = 0;
        for (const step of steps.flatMap((one) => Array<number>(Math.abs(one) * 7).fill(one))) {
          if (step > 0) {
            wanted.push(++atNs);
            ring.push(atNs, 2 * atNs, 3 * atNs);
          } else if (wanted.length > 0) {
            const first = wanted.shift() ?? 0;
            expect([ring.firstNs, ring.holding(), ring.end()]).toEqual([
              first,
              2 * first,
              3 * first,
            ]);
            ring.shift();
          }
          expect(ring.firstNs).toBe(wanted[0] ?? Infinity);
        }
      }),
    );
  });

  it("are none once it is cleared", () => {
    const ring = new ChangeRing();
    for (let atNs = 1; !ring.isFull(); atNs++) ring.push(atNs, 1, 1);
    ring.clear();
    expect([ring.firstNs, ring.isFull()]).toEqual([Infinity, false]);
  });
});
