import { describe, expect, it } from "vitest";
import { cacheTick, isMeasured } from "../../../../src/core/cache/diagnosis/tick.ts";
import { epochMs, ratio } from "../../../../src/core/units.ts";
import { NOW, aReading, someSignals } from "../../../support/builders/observed.ts";
import { aSituation } from "../../../support/builders/situation.ts";

describe("what one tick sees of the caches", () => {
  it("is the fleet's rates, what its engines show, and what its router's index knows", () => {
    const pods = [
      {
        pod: "p0",
        promptTokensPerSecond: 10,
        computedTokensPerSecond: 5,
        blockTokens: 16,
        prefixCaching: false,
      },
    ];
    const index = { lookupsPerSecond: 16, bestPodBlocksPerSecond: 3_000 };
    const tick = cacheTick(aSituation({ observed: { caches: { pods, index } } }), []);
    expect(tick?.rates).toMatchObject({
      prompt: 96_000,
      computed: 48_000,
      turns: 16,
      lookups: 16,
      best: 48_000,
      off: { prompt: 10, computed: 5 },
    });
  });

  it("has evictions only where every engine exports them", () => {
    const pod = { promptTokensPerSecond: 10, computedTokensPerSecond: 5 };
    const ratesOf = (second: { readonly evictionsPerSecond?: number }) => {
      const pods = [
        { ...pod, pod: "a", evictionsPerSecond: 2 },
        { ...pod, pod: "b", ...second },
      ];
      return cacheTick(aSituation({ observed: { caches: { pods } } }), [])?.rates.evicted;
    };
    expect(ratesOf({ evictionsPerSecond: 3 })).toBe(5);
    expect(ratesOf({})).toBeUndefined();
  });

  it.each([
    ["nothing is served", { promptTokens: 0 }],
    ["it is not measured", { computedPromptTokens: null }],
  ])("is nothing where %s", (_, changed) => {
    expect(cacheTick(aSituation({ observed: { signals: someSignals(changed) } }), [])).toBeNull();
  });
});

describe("whether the share of computed tokens is measured", () => {
  it.each([
    ["every target answers", aReading(96_000), true],
    ["seven in ten do", { ...aReading(96_000), coverage: ratio(0.7) }, true],
    ["one in three does", { ...aReading(96_000), coverage: ratio(0.3) }, false],
    ["the newest sample is old", aReading(96_000, epochMs(NOW - 300_000)), false],
    ["the source warns", { ...aReading(96_000), degraded: "partial" }, false],
  ])("%s", (_, promptTokens, measured) => {
    const signals = { ...someSignals(), promptTokens };
    expect(isMeasured(aSituation({ observed: { signals } }))).toBe(measured);
  });
});
