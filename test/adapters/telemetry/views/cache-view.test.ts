import { describe, expect, it } from "vitest";
import { cacheView, withVerdict } from "../../../../src/adapters/telemetry/views/cache-view.ts";
import type { CacheEpisode } from "../../../../src/api/cache-view.ts";
import { epochMs, ratio } from "../../../../src/core/units.ts";

const base = { hitRate: ratio(0.8), expectedHitRate: ratio(0.9), rackHelps: false, text: "t" };

describe("a verdict on the cache as the API shows it", () => {
  it("speaks in seconds and carries cause, confidence, evidence and remedy", () => {
    const view = cacheView({
      ...base,
      cause: "routing-spread",
      remedy: "Look at the router.",
      confidence: ratio(0.7),
      since: epochMs(90_000),
      shareOfGap: ratio(0.9),
      coldTokensPerSecond: 50,
      causes: [{ cause: "routing-spread", shareOfGap: ratio(0.9) }],
      evidence: ["8 points"],
    });
    expect(view).toEqual({
      ...base,
      cause: "routing-spread",
      remedy: "Look at the router.",
      confidence: 0.7,
      sinceSeconds: 90,
      shareOfGap: 0.9,
      coldTokensPerSecond: 50,
      causes: [{ cause: "routing-spread", shareOfGap: 0.9 }],
      evidence: ["8 points"],
    });
  });

  it("leaves out what is not there, and what is no number", () => {
    expect(cacheView({ ...base, cause: "none", coldTokensPerSecond: Number.NaN })).toEqual({
      ...base,
      cause: "none",
    });
  });
});

describe("episodes", () => {
  const said = (cause: "none" | "capacity-bound", hitRate: number | null) =>
    cacheView({ ...base, cause, hitRate: hitRate === null ? null : ratio(hitRate) });

  it("last as long as the cause stays, and keep the lowest rate", () => {
    const ticks = [
      [0, said("none", 0.9)],
      [15, said("none", null)],
      [30, said("capacity-bound", 0.7)],
      [45, said("capacity-bound", 0.6)],
      [60, said("capacity-bound", 0.8)],
      [75, said("none", 0.9)],
    ] as const;
    const episodes = ticks.reduce<readonly CacheEpisode[]>(
      (before, [at, view]) => withVerdict(before, at, view),
      [],
    );
    const told = episodes.map(({ fromSeconds, untilSeconds, lowestHitRate, verdict }) => [
      fromSeconds,
      untilSeconds,
      lowestHitRate,
      verdict.cause,
    ]);
    expect(told).toEqual([
      [0, 15, 0.9, "none"],
      [30, 60, 0.6, "capacity-bound"],
      [75, 75, 0.9, "none"],
    ]);
  });
});
