import { describe, expect, it } from "vitest";
import { EMPTY_MEMORY } from "../../../src/core/memory.ts";
import { simulatedMemoryStore } from "../../../src/sim/ports/memory-store.ts";

describe("the store of memory", () => {
  it("loads what was saved, group by group", async () => {
    const store = simulatedMemoryStore();
    expect(await store.load("a")).toBeNull();
    const version = await store.save("a", EMPTY_MEMORY, null);
    expect(await store.load("a")).toEqual({ memory: EMPTY_MEMORY, version });
    expect(await store.load("b")).toBeNull();
  });

  it("refuses whoever saw an older version", async () => {
    const store = simulatedMemoryStore();
    const first = await store.save("a", EMPTY_MEMORY, null);
    const second = await store.save("a", EMPTY_MEMORY, first);
    expect(second).not.toBe(first);
    for (const stale of [first, null]) {
      await expect(store.save("a", EMPTY_MEMORY, stale)).rejects.toMatchObject({
        code: "conflict",
      });
    }
    expect((await store.load("a"))?.version).toBe(second);
  });
});
