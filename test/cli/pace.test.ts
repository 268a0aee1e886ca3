import { describe, expect, it } from "vitest";
import { sleep, stopwatch } from "../../src/cli/pace.ts";
import { HOUR_MS, millis } from "../../src/core/units.ts";

describe("the pause between ticks", () => {
  it("ends at once when it is stopped", async () => {
    const stopping = new AbortController();
    const paused = sleep(HOUR_MS, stopping.signal);
    stopping.abort();
    await expect(paused).resolves.toBeUndefined();
  });

  it("does not begin when it was stopped before", async () => {
    await expect(sleep(HOUR_MS, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it("ends by itself", async () => {
    await expect(sleep(millis(1), new AbortController().signal)).resolves.toBeUndefined();
  });
});

describe("the stopwatch", () => {
  it("does not run backwards", () => {
    const [first, second] = [stopwatch(), stopwatch()];
    expect(second).toBeGreaterThanOrEqual(first);
  });
});
