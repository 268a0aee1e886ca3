import { describe, expect, it } from "vitest";
import { causeCode } from "../../src/api/history-view.ts";
import type { CACHE_CAUSES } from "../../src/api/vocabulary.ts";
import { episodesOf } from "../../src/console/episodes.ts";

type Cause = (typeof CACHE_CAUSES)[number];

const at = (minute: number, cause: Cause, hitRate: number | null = 0.9, share = 0.8) => ({
  atSeconds: minute * 60,
  values: { cacheCause: causeCode(cause), cacheCauseShare: share, hitRate },
});
const ALWAYS = { fromSeconds: 0, untilSeconds: 1e9 };

describe("episodes of a hit rate", () => {
  it("are stretches that name one cause, from its first to its last minute", () => {
    const points = [
      at(0, "none"),
      at(1, "capacity-bound", 0.8, 0.5),
      at(2, "capacity-bound", 0.7, 0.9),
      at(3, "capacity-bound", 0.75, 0.6),
      at(4, "none"),
    ];
    expect(episodesOf(points, ALWAYS)).toEqual([
      {
        cause: "capacity-bound",
        fromSeconds: 60,
        untilSeconds: 180,
        share: 0.6,
        lowestHitRate: 0.7,
      },
    ]);
  });

  it("are two where the cause changes, or where it comes back", () => {
    const points = [
      at(0, "cold-replicas"),
      at(1, "capacity-bound"),
      at(2, "none"),
      at(3, "capacity-bound"),
    ];
    const found = episodesOf(points, ALWAYS).map(({ cause, fromSeconds }) => [cause, fromSeconds]);
    expect(found).toEqual([
      ["cold-replicas", 0],
      ["capacity-bound", 60],
      ["capacity-bound", 180],
    ]);
  });

  it("do not show what lies outside the window, nor what no cause has", () => {
    const window = { fromSeconds: 60, untilSeconds: 120 };
    const points = [at(0, "capacity-bound"), at(1, "none"), at(3, "capacity-bound")];
    expect(episodesOf(points, window)).toEqual([]);
    const odd = { atSeconds: 60, values: { cacheCause: 99, hitRate: null } };
    expect(episodesOf([odd, { atSeconds: 120, values: {} }], ALWAYS)).toEqual([]);
  });

  it("have no lowest hit rate where none was known", () => {
    const [only] = episodesOf([at(0, "capacity-bound", null)], ALWAYS);
    expect(only?.lowestHitRate).toBeNull();
  });
});
