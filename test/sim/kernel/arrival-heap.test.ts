import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrivalHeap } from "../../../src/sim/kernel/arrival-heap.ts";

describe("arrivals", () => {
  it("come by time, and at one time in the order in which they were scheduled", () => {
    const steps = fc.array(fc.option(fc.nat(20), { nil: null }), { maxLength: 700 });
    fc.assert(
      fc.property(steps, (timesOrPops) => {
        const heap = new ArrivalHeap();
        const model: (readonly [timeNs: number, order: number])[] = [];
        for (const [order, timeNs] of timesOrPops.entries()) {
          model.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          const [next] = model;
          expect(heap.nextNs()).toBe(next?.[0] ?? Infinity);
          if (next !== undefined) {
            expect([heap.subject(), heap.kind()]).toEqual([next[1] + 1, -next[1]]);
          }
          if (timeNs !== null) {
            heap.push(timeNs, order, order + 1, -order);
            model.push([timeNs, order]);
          } else if (next !== undefined) {
            heap.pop();
            model.shift();
          }
        }
      }),
    );
  });

  it("are as many as there have to be", () => {
    const heap = new ArrivalHeap();
    for (let order = 0; order < 2_000; order++) heap.push(2_000 - order, order, order, 0);
    const subjects: number[] = [];
    while (heap.nextNs() < Infinity) {
      subjects.push(heap.subject());
      heap.pop();
    }
    expect(subjects).toEqual(Array.from({ length: 2_000 }, (_, at) => 1_999 - at));
  });
});
