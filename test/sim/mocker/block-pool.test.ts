import { describe, expect, it } from "vitest";
import { BlockPool } from "../../../src/sim/mocker/block-pool.ts";

function filled(pool: BlockPool, key: string) {
  const block = pool.allocate();
  pool.fill(block, key);
  return block;
}

describe("the blocks of a worker", () => {
  it("can be found as soon as they are full, and stay when nobody uses them", () => {
    const pool = new BlockPool(2);
    const block = filled(pool, "a");
    expect(pool.find("a")).toBe(block);
    pool.release(block);
    expect(pool.find("a")).toBe(block);
    expect(pool.available()).toBe(2);
  });

  it("give way in the order of their release", () => {
    const pool = new BlockPool(2);
    const [a, b] = [filled(pool, "a"), filled(pool, "b")];
    pool.release(b);
    pool.release(a);
    filled(pool, "c");
    expect(pool.find("b")).toBeUndefined();
    expect(pool.find("a")).toBe(a);
  });

  it("that are used again are not evicted", () => {
    const pool = new BlockPool(2);
    const a = filled(pool, "a");
    pool.release(a);
    pool.use(a);
    pool.allocate();
    expect(pool.find("a")).toBe(a);
    expect(pool.available()).toBe(0);
    expect(() => pool.allocate()).toThrow("all 2 blocks are in use");
  });

  it("take space of their own even under one key", () => {
    const pool = new BlockPool(2);
    const first = filled(pool, "a");
    const second = filled(pool, "a");
    expect(pool.available()).toBe(0);
    pool.release(first);
    pool.allocate();
    expect(pool.find("a")).toBe(second);
  });

  it("that are not full are free at once", () => {
    const pool = new BlockPool(1);
    pool.release(pool.allocate());
    filled(pool, "a");
    expect(pool.find("a")?.key).toBe("a");
  });

  it("forgets what nobody uses when flushed", () => {
    const pool = new BlockPool(3);
    pool.release(filled(pool, "a"));
    filled(pool, "b");
    pool.flush();
    expect(pool.find("a")).toBeUndefined();
    expect(pool.find("b")).toBeDefined();
  });
});
