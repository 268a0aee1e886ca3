import fc from "fast-check";
import { expect, it } from "vitest";
import { TimeHeap } from "../../../src/studies/simulation/time-heap.ts";

it("always gives the earliest; of equal times the smaller rank, then the one put in first", () => {
  const entry = fc.record({ at: fc.nat(5), rank: fc.nat(1) });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const heap = new TimeHeap<number>();
      entries.forEach(({ at, rank }, index) => heap.push(at, rank, index));
      const popped = entries.map(() => heap.pop()?.item);
      const sorted = [...entries.keys()].toSorted((a, b) => {
        const [x, y] = [entries[a], entries[b]];
        return (x?.at ?? 0) - (y?.at ?? 0) || (x?.rank ?? 0) - (y?.rank ?? 0) || a - b;
      });
      expect(popped).toEqual(sorted);
      expect(heap.pop()).toBeNull();
    }),
  );
});
