import { describe, expect, it } from "vitest";
import { CAUSES } from "../../../../src/core/cache/diagnosis/causes.ts";
import { diagnose } from "../../../../src/core/cache/diagnosis/diagnose.ts";
import type { CacheVerdict } from "../../../../src/core/decision.ts";
import {
  MINUTE_MS,
  SECOND_MS,
  after,
  elapsed,
  epochMs,
  millis,
} from "../../../../src/core/units.ts";
import { aCacheStory, aCacheTick } from "../../../support/builders/cache-story.ts";
import type { CacheState } from "../../../support/builders/cache-story.ts";
import { NOW, someSignals } from "../../../support/builders/observed.ts";
import { aSituation } from "../../../support/builders/situation.ts";

const all = (hitRate: number) => Array.from({ length: 4 }, () => hitRate);

/** @returns what is said after an hour as usual and so many minutes of `state` */
const saidOf = (state: CacheState, before: CacheState = {}, minutes = 8): CacheVerdict =>
  saidAfter([
    [60, before],
    [minutes, state],
  ]);

type Stretches = Parameters<typeof aCacheStory>[0];

/** @returns what is said a scrape after the last stretch */
function saidAfter(stretches: Stretches): CacheVerdict {
  const memory = aCacheStory(stretches);
  const state = stretches.at(-1)?.[1] ?? {};
  const now = after(memory.lastAt, millis(15 * SECOND_MS));
  const { rates, pods } = aCacheTick(state, now);
  const signals = someSignals(
    {
      promptTokens: rates.prompt,
      computedPromptTokens: rates.computed,
      servedTurns: rates.turns,
      generatedTokens: rates.output,
    },
    now,
  );
  const index = { lookupsPerSecond: rates.lookups, bestPodBlocksPerSecond: rates.best / 16 };
  const caches = { pods, ...(rates.lookups > 0 && { index }) };
  const situation = { ...aSituation({ observed: { signals, caches } }), now: NOW };
  return diagnose({ ...situation, now }, [], memory).verdict;
}

const KNOWN = { bestShare: 0.92 };

describe("why the hit rate is what it is", () => {
  it.each<[string, CacheState, CacheState, CacheVerdict["cause"], boolean | null]>([
    ["as usual", {}, {}, "none", null],
    [
      "sessions that no longer match themselves",
      { hitRates: all(0.7), bestShare: 0.72 },
      KNOWN,
      "prompt-instability",
      false,
    ],
    [
      "turns on other engines than the one that has them",
      { hitRates: all(0.7), bestShare: 0.92 },
      KNOWN,
      "routing-spread",
      false,
    ],
    ["either, without the index", { hitRates: all(0.7) }, {}, "spread-or-instability", false],
    [
      "shorter prompts of other tenants",
      { hitRates: all(0.7), promptPerTurn: 3_000, bestShare: 0.72 },
      KNOWN,
      "workload-shift",
      false,
    ],
    [
      "more turns than the cache has room for",
      { hitRates: all(0.5), kvPerEngine: 400_000, promptPerTurn: 600, turns: 140 },
      { kvPerEngine: 400_000, promptPerTurn: 600 },
      "capacity-bound",
      true,
    ],
    [
      "prefix caching switched off",
      { hitRates: all(0), prefixCaching: false },
      {},
      "configuration-change",
      false,
    ],
    [
      "an index that knows nothing any more",
      { hitRates: all(0.5), bestShare: 0 },
      KNOWN,
      "broken-signal",
      null,
    ],
  ])("%s", (_, state, before, ...[cause, rackHelps]) => {
    expect(saidOf(state, before)).toMatchObject({ cause, rackHelps });
  });

  it("comes with when, how much, how sure, what it costs, and what to do", () => {
    const said = saidOf({ hitRates: all(0.7), bestShare: 0.92 }, KNOWN);
    expect(said.since).toBeDefined();
    expect(elapsed(epochMs(NOW + 60 * MINUTE_MS), said.since ?? NOW)).toBeLessThan(90_000);
    expect(said.shareOfGap).toBeGreaterThan(0.9);
    expect(said.confidence).toBeGreaterThan(0.8);
    expect(said.coldTokensPerSecond).toBeGreaterThan(0.18 * 120_000);
    expect(said.remedy).toBe(CAUSES["routing-spread"].remedy);
    expect(said.text).toContain("fell from 90.0 % to 7");
    expect(said.evidence?.join("; ")).toMatch(/(18|19|20)[.]\d points that another engine had/);
  });

  it("names two causes, the larger first", () => {
    const said = saidOf({ hitRates: all(0.6), bestShare: 0.82 }, KNOWN);
    expect(said.causes?.map(({ cause }) => cause)).toEqual([
      "routing-spread",
      "prompt-instability",
    ]);
  });

  it("names both where it cannot tell them apart, and what to export to tell", () => {
    const said = saidOf({ hitRates: all(0.7) });
    expect(said.text).toContain("index, which tells one from the other, is not exported");
    expect(said.remedy).toContain("kv_cache_index_max_pod_hit_count_total");
  });

  it.each([
    ["with the index", 0.92],
    ["without it", null],
  ])("names no cause where each session misses once and then no more, %s", (_, index) => {
    const at = (hitRate: number): CacheState => ({
      turns: 200,
      hitRates: all(hitRate),
      bestShare: index === null ? null : hitRate + 0.02,
    });
    const emptied: Stretches = [0.65, 0.78, 0.8, 0.82, 0.83].map((rate) => [1, at(rate)]);
    const said = saidAfter([[60, at(0.9)], ...emptied]);
    expect(said).toMatchObject({ cause: "cannot-tell", rackHelps: null });
    expect(said.text).toContain("each session misses once");
    const lasting: Stretches = emptied.map(() => [1, at(0.78)]);
    const cause = index === null ? "spread-or-instability" : "prompt-instability";
    expect(saidAfter([[60, at(0.9)], ...lasting]).cause).toBe(cause);
  });

  it("calls a fall that few engines lost a little of what most of it is", () => {
    const eight = Array.from({ length: 8 }, () => 0.9);
    const engines = (few: number, most: number) => eight.map((_, at) => (at === 0 ? few : most));
    const before = { hitRates: eight, bestShare: 0.92, turns: 200 };
    const said = (few: number, most: number) => {
      const hitRates = engines(few, most);
      const bestShare = hitRates.reduce((sum, one) => sum + one, 0) / 8 + 0.02;
      return saidOf({ ...before, hitRates, bestShare }, before).cause;
    };
    expect(said(0.1, 0.6)).toBe("prompt-instability");
    expect(said(0.1, 0.9)).toBe("cannot-tell");
  });

  it("says nothing of a fall that comes and goes with a day", () => {
    const small = { hitRates: all(0.878), bestShare: 0.92, turns: 400 };
    expect(saidOf(small, { ...KNOWN, turns: 400 }, 12).cause).toBe("none");
    const large = { hitRates: all(0.85), bestShare: 0.92, turns: 400 };
    expect(saidOf(large, { ...KNOWN, turns: 400 }, 12).cause).toBe("routing-spread");
  });

  it("says nothing of what load does from minute to minute", () => {
    const small = { kvPerEngine: 400_000, promptPerTurn: 600, bestShare: 0.92 };
    // An eighth less of 300 s of free cache; a fall as large as the law says, and one beyond it.
    const busy = { ...small, turns: 22.5, hitRates: all(0.86), bestShare: 0.9 };
    expect(saidOf(busy, small, 15).cause).toBe("none");
    const more = { ...busy, hitRates: all(0.7), bestShare: 0.9 };
    expect(saidOf(more, small, 15).cause).toBe("routing-spread");
  });

  it("says of a fall that is like nothing only what does not come by itself", () => {
    const at = (hitRate: number): CacheState => ({ turns: 200, hitRates: all(hitRate) });
    const ups: Stretches = [0.93, 0.87, 0.93, 0.87].map((rate) => [30, at(rate)]);
    const fall: Stretches = [[20, at(0.8)]];
    expect(saidAfter([...ups, [20, at(0.9)], ...fall]).cause).toBe("none");
    expect(saidAfter([[140, at(0.9)], ...fall]).cause).toBe("spread-or-instability");
  });

  it("waits for a router to leave engines that forget, where evictions do not tell", () => {
    const spread = { hitRates: all(0.6), bestShare: 0.92 };
    expect(saidOf(spread, KNOWN, 2).cause).toBe("none");
    expect(saidOf(spread, KNOWN, 6).cause).toBe("routing-spread");
    const evicted = [15, 15, 15, 15];
    expect(saidOf({ ...spread, evicted }, { ...KNOWN, evicted }, 2).cause).toBe("routing-spread");
  });

  it("names no cause where caches were emptied, and says so", () => {
    const before = { ...KNOWN, evicted: [15, 15, 15, 15] };
    const said = saidOf({ hitRates: all(0.5), bestShare: 0.5, evicted: [0, 0, 0, 0] }, before);
    expect(said.cause).toBe("cannot-tell");
    expect(said.text).toContain("were emptied");
  });

  it("holds that a signal is broken until it has been right for two minutes", () => {
    const memory = aCacheStory([[60, KNOWN]]);
    const broken = { text: "It stands still.", at: memory.lastAt };
    const causeAfter = (seconds: number) => {
      const now = after(memory.lastAt, millis(seconds * SECOND_MS));
      const situation = { ...aSituation({ observed: { signals: someSignals({}, now) } }), now };
      return diagnose(situation, [], { ...memory, broken }).verdict.cause;
    };
    expect(causeAfter(60)).toBe("broken-signal");
    expect(causeAfter(150)).toBe("none");
  });

  it("says so while it knows too little", () => {
    const { verdict } = diagnose(aSituation(), [], null);
    expect(verdict).toMatchObject({ cause: "none", expectedHitRate: null });
    expect(verdict.text).toContain("too little was seen");
  });
});
