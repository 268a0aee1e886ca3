import { describe, expect, it } from "vitest";
import { FREE_RECORD, grown, RecordPool } from "../../../src/sim/kernel/record-pool.ts";

describe("a pool of records", () => {
  it("grows without moving what records hold", () => {
    const pool = new RecordPool(4, 2);
    const records = Array.from({ length: 9 }, (_, index) => {
      const record = pool.take();
      pool.words[record + 3] = index;
      return record;
    });
    expect(records).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32]);
    expect(records.map((record) => pool.words[record + 3])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(pool.end).toBe(36);
  });

  it("gives out first what was given back last, and marks what is free", () => {
    const pool = new RecordPool(2);
    const [a, b, c] = [pool.take(), pool.take(), pool.take()];
    pool.give(a);
    pool.give(c);
    expect([a, b, c].map((record) => pool.words[record] === FREE_RECORD)).toEqual([
      true,
      false,
      true,
    ]);
    expect([pool.take(), pool.take(), pool.take()]).toEqual([c, a, 6]);
  });
});

describe("a grown copy", () => {
  it.each([
    [3, 4, 6],
    [3, 100, 100],
    [0, 1, 1],
  ])("of %i words that needs %i has %i, the old ones first", (words, needed, length) => {
    const copy = grown(new Int32Array(words).fill(7), needed);
    expect(copy.length).toBe(length);
    expect([...copy].filter((word) => word === 7)).toHaveLength(words);
  });
});
