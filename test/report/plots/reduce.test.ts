import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduced } from "../../../src/report/plots/reduce.ts";

const value = fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.constant(null));

describe("a column made as wide as its pixels", () => {
  it("always keeps its peak and its trough", () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 500 }),
        fc.integer({ min: 1, max: 80 }),
        (column, buckets) => {
          const kept = reduced(column, buckets).flatMap((points) =>
            points.map((each) => each.value),
          );
          const known = column.filter((each) => each !== null);
          expect(Math.max(...kept)).toBe(Math.max(...known));
          expect(Math.min(...kept)).toBe(Math.min(...known));
        },
      ),
    );
  });

  it("keeps both of every bucket, in their order and at their places", () => {
    const column = [1, 9, 2, 3, 0, 5];
    expect(reduced(column, 2)).toEqual([
      [
        { at: 0, value: 1 },
        { at: 1, value: 9 },
        { at: 4, value: 0 },
        { at: 5, value: 5 },
      ],
    ]);
  });

  it("draws one minute of fourteen days", () => {
    const column = Array.from({ length: 20_160 }, (_, at) => (at === 7_777 ? 99 : 1));
    expect(reduced(column, 886).flat()).toContainEqual({ at: 7_777, value: 99 });
  });

  it("leaves gaps where nothing was measured", () => {
    expect(reduced([1, null, null, 2], 4)).toEqual([[{ at: 0, value: 1 }], [{ at: 3, value: 2 }]]);
  });

  it("never has more than two points a bucket", () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 500 }),
        fc.integer({ min: 1, max: 80 }),
        (column, buckets) => {
          expect(reduced(column, buckets).flat().length).toBeLessThanOrEqual(2 * (buckets + 1));
        },
      ),
    );
  });
});
