import { describe, expect, it } from "vitest";
import type { CacheEpisode, CacheView } from "../../../src/api/cache-view.ts";
import { windowOf } from "../../../src/cli/diagnose/fleet-window.ts";

const verdict = (cause: CacheView["cause"], changes: Partial<CacheView> = {}): CacheView => ({
  cause,
  hitRate: 0.8,
  expectedHitRate: 0.9,
  rackHelps: null,
  text: "",
  ...changes,
});
const episode = (fromSeconds: number, untilSeconds: number, view: CacheView): CacheEpisode => ({
  fromSeconds,
  untilSeconds,
  lowestHitRate: view.hitRate,
  verdict: view,
});
/** 0.9 before second 600, 0.7 from then on, a point a minute. */
const points = Array.from({ length: 20 }, (_, minute) => ({
  atSeconds: minute * 60,
  hitRate: minute < 10 ? 0.9 : 0.7,
  expectedHitRate: 0.9,
}));
const cache = { fleet: "agents/coder", atSeconds: 1_140, points };

describe("a window of a fleet's cache", () => {
  it("tells before from after, from the first verdict of the fall on", () => {
    const episodes = [
      episode(0, 540, verdict("none")),
      episode(600, 660, verdict("cannot-tell")),
      episode(720, 1_140, verdict("routing-spread", { sinceSeconds: 720 })),
    ];
    const found = windowOf({ ...cache, now: verdict("routing-spread"), episodes }, 3_600);
    expect(found.fallSeconds).toBe(600);
    expect(found.before).toBeCloseTo(0.9, 10);
    expect(found.after).toBeCloseTo(0.7, 10);
  });

  it("takes the instant that the verdict names where it is earlier", () => {
    const since = verdict("routing-spread", { sinceSeconds: 480 });
    const episodes = [episode(0, 540, verdict("none")), episode(600, 1_140, since)];
    expect(windowOf({ ...cache, now: since, episodes }, 3_600).fallSeconds).toBe(480);
  });

  it("has no fall where all is as usual, or where the fall is older", () => {
    const episodes = [
      episode(0, 100, verdict("capacity-bound")),
      episode(160, 1_140, verdict("none")),
    ];
    const found = windowOf({ ...cache, now: verdict("none"), episodes }, 600);
    expect(found).toMatchObject({ fallSeconds: null, after: null });
    expect(found.episodes).toHaveLength(1);
  });
});
