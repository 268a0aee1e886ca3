import { describe, expect, it } from "vitest";
import { brokenSignals } from "../../../../src/core/cache/diagnosis/broken-signals.ts";
import { usualOf } from "../../../../src/core/cache/diagnosis/watch.ts";
import type { CacheReading } from "../../../../src/core/observation.ts";
import { ratio } from "../../../../src/core/units.ts";
import { aCacheStory, aCacheTick } from "../../../support/builders/cache-story.ts";
import { NOW, aReading, someSignals } from "../../../support/builders/observed.ts";
import { aSituation } from "../../../support/builders/situation.ts";

const NOBODY: ReadonlySet<string> = new Set();
const NOTHING = { usual: null, now: null, young: NOBODY };

const pod = (sourcedTokensPerSecond: number): CacheReading => ({
  pods: [
    {
      pod: "p0",
      promptTokensPerSecond: 96_000,
      computedTokensPerSecond: 48_000,
      sourcedTokensPerSecond,
    },
  ],
});

describe("signals that contradict", () => {
  it.each([
    ["nothing", someSignals(), null],
    ["not read", someSignals({ computedPromptTokens: null }), "cannot be measured"],
    ["0/0", someSignals({ promptTokens: Number.NaN }), "the value is NaN"],
    ["a frozen counter", someSignals({ promptTokens: 0, computedPromptTokens: 0 }), "frozen"],
    [
      "nothing is served",
      someSignals({ promptTokens: 0, computedPromptTokens: 0, servedTurns: 0 }),
      null,
    ],
  ])("%s", (_, signals, text) => {
    const said = brokenSignals(aSituation({ observed: { signals } }), NOTHING);
    if (text === null) expect(said).toBeNull();
    else expect(said).toContain(text);
  });

  it("engines that died are no broken signal: the others show the share", () => {
    const few = { ...aReading(96_000), coverage: ratio(0.7) };
    const signals = { ...someSignals(), promptTokens: few, computedPromptTokens: few };
    expect(brokenSignals(aSituation({ observed: { signals } }), NOTHING)).toBeNull();
  });

  it.each([
    ["the sources add up", 97_000, null],
    ["two in a hundred tokens too many", 98_000, "stands still or counts twice"],
    ["computed tokens counted again while they wait", 144_000, "stands still or counts twice"],
  ])("%s", (_, sourced, text) => {
    const said = brokenSignals(aSituation({ observed: { caches: pod(sourced) } }), NOTHING);
    if (text === null) expect(said).toBeNull();
    else expect(said).toContain(text);
  });

  it("engines that began to answer lately have rates of unlike windows", () => {
    const situation = aSituation({ observed: { caches: pod(144_000) } });
    expect(brokenSignals(situation, { ...NOTHING, young: new Set(["p0"]) })).toBeNull();
  });

  it("a query of the fleet's own that the engines' counters contradict", () => {
    const override = { signal: "computedPromptTokens", query: "x", unit: "tokens/s" } as const;
    const base = aSituation({
      observed: { caches: pod(96_000), signals: someSignals({ computedPromptTokens: 90_000 }) },
    });
    const { fleet } = base;
    const overridden = { ...fleet, signals: { ...fleet.signals, overrides: [override] } };
    expect(brokenSignals({ ...base, fleet: overridden }, NOTHING)).toContain("own query");
    expect(brokenSignals(base, NOTHING)).toBeNull();
  });

  it("an index that is empty while engines find prefixes", () => {
    const usual = usualOf(aCacheStory([[60, { bestShare: 0.92 }]]));
    const now = aCacheTick({ bestShare: 0.01 }, NOW).rates;
    expect(brokenSignals(aSituation(), { usual, now, young: NOBODY })).toContain(
      "empty or no longer fed",
    );
    const known = aCacheTick({ bestShare: 0.9 }, NOW).rates;
    expect(brokenSignals(aSituation(), { usual, now: known, young: NOBODY })).toBeNull();
  });
});
