import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChangeRings } from "../../../src/sim/kernel/change-rings.ts";

const step = fc.record({ replica: fc.nat(2), times: fc.integer({ min: -21, max: 35 }) });

describe("the unseen changes of replicas", () => {
  it("come out as they went in, of each replica, however many there are", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rings = new ChangeRings();
        rings.fit(2);
        const wanted: number[][] = [[], [], []];
        let atNs = 0;
        for (const { replica, times } of steps) {
          const queue = wanted[replica] ?? [];
          for (let left = times; left > 0; left--) {
            queue.push(++atNs);
            rings.push(replica, atNs, 2 * atNs, 3 * atNs);
          }
          for (let left = times; left < 0 && queue.length > 0; left++) {
            const first = queue.shift() ?? 0;
            const found = [rings.firstNs(replica), rings.holding(replica), rings.end(replica)];
            expect(found).toEqual([first, 2 * first, 3 * first]);
            rings.shift(replica);
          }
          expect(rings.firstNs(replica)).toBe(queue[0] ?? Infinity);
        }
      }),
    );
  });

  it("stay when there is room for more replicas", () => {
    const rings = new ChangeRings();
    rings.fit(0);
    rings.push(0, 7, 70, 700);
    rings.fit(500);
    rings.push(500, 9, 90, 900);
    expect([rings.firstNs(0), rings.holding(0), rings.end(0)]).toEqual([7, 70, 700]);
    expect([rings.firstNs(500), rings.holding(500), rings.end(500)]).toEqual([9, 90, 900]);
  });
});
