import { describe, expect, it } from "vitest";
import { loop } from "../../src/controller/loop.ts";
import { millis } from "../../src/core/units.ts";

/** A loop on a clock that only work and sleep move. */
function aLoop(workTakes: readonly number[], stopAfter: number) {
  const stop = new AbortController();
  const starts: number[] = [];
  let now = 0;
  const work = async () => {
    starts.push(now);
    now += workTakes[starts.length - 1] ?? 0;
    if (starts.length === stopAfter) stop.abort();
  };
  const sleeps: number[] = [];
  const sleep = async (forMs: number) => {
    sleeps.push(forMs);
    now += forMs;
  };
  const options = { everyMs: millis(100), stop: stop.signal, stopwatch: () => now, sleep };
  return { run: () => loop(work, options), starts, sleeps, stop };
}

describe("the loop", () => {
  it.each([
    ["at a steady pace, from start to start", [30, 0, 99], [0, 100, 200]],
    ["at once after a late tick, not making up for those missed", [350, 10, 10], [0, 350, 450]],
  ])("ticks %s", async (_, takes, starts) => {
    const { run, starts: found } = aLoop(takes, 3);
    await run();
    expect(found).toEqual(starts);
  });

  it("stops after the tick under way, without another sleep", async () => {
    const { run, sleeps, starts } = aLoop([10, 10], 2);
    await run();
    expect(starts).toHaveLength(2);
    expect(sleeps).toEqual([90]);
  });

  it("does nothing when it was stopped before it began", async () => {
    const { run, starts, stop } = aLoop([], 9);
    stop.abort();
    await run();
    expect(starts).toEqual([]);
  });

  it("ends with what the work throws: a bug is not swallowed", async () => {
    const failing = loop(() => Promise.reject(new Error("bug")), {
      everyMs: millis(1),
      stop: new AbortController().signal,
      stopwatch: () => 0,
      sleep: () => Promise.resolve(),
    });
    await expect(failing).rejects.toThrow("bug");
  });
});
