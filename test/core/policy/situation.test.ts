import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import { RESPONSE_LAW_PRIORS, hitRateAt } from "../../../src/core/cache/response-law.ts";
import type { Headroom } from "../../../src/core/compiled.ts";
import { EMPTY_FLEET_MEMORY } from "../../../src/core/memory.ts";
import type { Ingredient } from "../../../src/core/policy/ingredients.ts";
import { hitRateWith, loadOn, sizingTurnsPerSecond } from "../../../src/core/policy/situation.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import { HOUR_MS, MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW, aLoad, someSignals } from "../../support/builders/observed.ts";
import { aFleetMemory } from "../../support/builders/remembered.ts";
import { aSituation } from "../../support/builders/situation.ts";

const seeing = (values: Partial<Record<SignalName, number | null>>) =>
  aSituation({ observed: { signals: someSignals(values) } });

describe("how far ahead is looked", () => {
  it("is the p95 lead time and one review", () => {
    // Medians 30 + 240 + 30 + 60 = 360 s; to p95 another 30, 240, 60, 60 s: sqrt(65,700) = 256.32.
    // 616.32 s and a review of 60 s.
    expect(aSituation().horizonMs).toBe(676_320);
  });
});

describe("where the fleet stands on the response law", () => {
  it.each([
    // (1 M − 20 % of it) / 96,000 tokens/s.
    ["16 turns/s, half cached", {}, 8.3333, 0.5],
    // Another 1.5 s are waited: 24 turns / 16 per second.
    ["with 24 turns waiting", { waitingTurns: 24 }, 6.8333, 0.5],
    // 4 racks of 64 GPUs x 100,000 tokens, 20 % pinned: 20.48 M / 96,000.
    ["where the engine does not say its cache size", { kvCapacity: null }, 213.3333, 0.5],
    ["everything cached", { computedPromptTokens: 0 }, 8.3333, 1],
    ["more computed than asked for, by rounding", { computedPromptTokens: 96_500 }, 8.3333, 0],
  ])("%s", (_, values, freeSeconds, hitRate) => {
    const { point } = seeing(values);
    expect(point?.freeSeconds).toBeCloseTo(freeSeconds, 2);
    expect(point?.hitRate).toBe(hitRate);
  });

  it.each([
    ["without traffic", aLoad(0)],
    ["without trust in the prompt tokens", { promptTokens: null }],
    ["without trust in the computed ones", { computedPromptTokens: null }],
  ])("is unknown %s; the router's prior stands in", (_, values) => {
    const { point, law, hitRateCap } = seeing(values);
    expect(point).toBeNull();
    expect(law).toEqual(RESPONSE_LAW_PRIORS["prefix-affinity"]);
    expect(hitRateCap).toBe(1);
  });

  it("is unknown while no rack serves", () => {
    expect(aSituation({ servingRacks: 0 }).point).toBeNull();
  });
});

describe("the hit rate that N racks would have", () => {
  it.each([
    // Four racks at 16 turns/s are where it was measured; two at 8 have as much cache per turn.
    // The router's prior says 0.493, which a minute's measurement does not quite outweigh.
    ["as many at as much demand: nearly what is measured", 4, 16, 0.5],
    ["half of both: the same", 2, 8, 0.5],
    // One at 8: (250,000 − 100,000) / 48,000 = 3.125 s against 8.333; 0.375^−2.08 = 7.6913;
    // 0.878 / (1 + 0.756 x 7.6913).
    ["one at 8 turns/s: by the law through the measured point", 1, 8, 0.12884],
    // Eight at 16: (2 M − 200,000) / 96,000 = 18.75 s; 2.25^−2.08 = 0.18512.
    ["eight at 16 turns/s", 8, 16, 0.77021],
    ["none", 0, 16, 0],
    ["none at no demand", 4, 0, 0.878],
  ])("%s", (_, racks, turnsPerSecond, expected) => {
    expect(hitRateWith(aSituation(), racks, turnsPerSecond)).toBeCloseTo(expected, 2);
  });

  it("does not hang on one scrape that hardly saw an arrival", () => {
    // The cache is pinned by turns that run, not by the 4 that arrived in this scrape.
    const memory = aFleetMemory({ turnsPerSecond: 16 });
    const last = memory.demand && { ...memory.demand, lastAt: after(NOW, millis(-15_000)) };
    const dipped = aSituation({
      observed: { signals: someSignals({ arrivals: 4 }) },
      memory: { ...memory, demand: last },
    });
    expect(hitRateWith(dipped, 4, 16)).toBeGreaterThan(0.45);
  });

  it("is never more than measured where the measurement contradicts the router's prior", () => {
    // 1 % cached at 8.3 s, where the prior expects 49 %: another workload.
    const other = seeing({ computedPromptTokens: 95_000 });
    expect(hitRateWith(other, 10, 16)).toBeCloseTo(0.0104, 3);
    expect(hitRateAt(other.law, 1_000)).toBeGreaterThan(0.5);
  });

  it("rises with racks and falls with demand", () => {
    const count = fc.integer({ min: 0, max: 40 });
    const rate = fc.double({ min: 0.01, max: 400, noNaN: true });
    fc.assert(
      fc.property(count, count, rate, rate, (n, m, p, q) => {
        const situation = aSituation();
        const poor = hitRateWith(situation, Math.min(n, m), Math.max(p, q));
        const rich = hitRateWith(situation, Math.max(n, m), Math.min(p, q));
        expect(rich).toBeGreaterThanOrEqual(poor);
      }),
    );
  });
});

describe("the demand that is sized for", () => {
  const p = (headroom: Headroom): number =>
    aSituation({ fleet: { headroom } }).band?.sizing ?? Number.NaN;

  it.each([
    // Sigma 3 % at one minute is sqrt(1 + 0.09 x 11.272) = 1.41935 as much at the horizon.
    ["Lean", 0.5244005],
    ["Balanced", 1.2815516],
    ["Safe", 2.3263479],
  ] as const)("of %s headroom is its quantile", (headroom, z) => {
    expect(p(headroom)).toBeCloseTo(16 * Math.exp(z * 0.03 * 1.41935), 1);
  });

  it("is the quantile that a study sets, whatever the headroom", () => {
    const safe = aSituation({ fleet: { headroom: "Safe", headroomZ: 0.5 } }).band?.sizing;
    expect(safe).toBeCloseTo(16 * Math.exp(0.5 * 0.03 * 1.41935), 1);
  });

  it("rises with headroom", () => {
    expect([p("Lean"), p("Balanced"), p("Safe")].toSorted((a, b) => a - b)).toEqual([
      p("Lean"),
      p("Balanced"),
      p("Safe"),
    ]);
  });

  it("is multiplied by a schedule that applies", () => {
    const launch = {
      name: "launch",
      readyFrom: after(NOW, MINUTE_MS),
      from: after(NOW, millis(30 * MINUTE_MS)),
      until: after(NOW, HOUR_MS),
      floorRacks: rackCount(3),
      factor: 2.5,
    };
    const situation = aSituation({ fleet: { schedule: [launch] } });
    expect(situation.schedule).toEqual({ floorRacks: 3, factor: 2.5, names: ["launch"] });
    expect(sizingTurnsPerSecond(situation)).toBeCloseTo(2.5 * p("Balanced"), 9);
  });

  it("is not multiplied once an occasion has begun, but no less is expected than was said", () => {
    const from = after(NOW, millis(-30 * MINUTE_MS));
    const launch = {
      name: "launch",
      readyFrom: from,
      from,
      until: after(NOW, HOUR_MS),
      floorRacks: null,
      factor: 2.5,
    };
    const said = (before: number): number => {
      const memory = aFleetMemory({ turnsPerSecond: 16 });
      const beforeOccasions = { [`launch ${from}`]: Math.log(before) };
      const demand = memory.demand && { ...memory.demand, beforeOccasions };
      const fleet = { schedule: [launch] };
      return sizingTurnsPerSecond(aSituation({ fleet, memory: { ...memory, demand } }));
    };
    // 16 turns/s are seen: 2.5 times 4 is less, 2.5 times 12 is 30.
    expect(said(4)).toBeCloseTo(p("Balanced"), 1);
    expect(said(12) / p("Balanced")).toBeCloseTo(30 / 16, 1);
  });

  it("works off a backlog within four minutes", () => {
    expect(sizingTurnsPerSecond(seeing({ waitingTurns: 480 }))).toBeCloseTo(p("Balanced") + 2, 9);
  });

  it("is a load of the tokens per turn that were seen", () => {
    expect(loadOn(aSituation(), 4, 16)).toMatchObject({
      turnsPerSecond: 16,
      promptTokensPerTurn: 6_000,
      outputTokensPerTurn: 60,
    });
  });

  // At the same quantile as demand: 16 % of the cold work is a standard deviation.
  it.each([
    ["Lean", 0.5244005],
    ["Balanced", 1.2815516],
    ["Safe", 2.3263479],
  ] as const)("of %s headroom counts on a lower hit rate than is usual", (headroom, z) => {
    const situation = aSituation({ fleet: { headroom } });
    const usual = hitRateWith(situation, 4, 16);
    expect(loadOn(situation, 4, 16).hitRate).toBeCloseTo(1 - (1 - usual) * (1 + 0.16 * z), 6);
  });
});

describe("without trust", () => {
  it("demand is neither learnt nor forgotten", () => {
    const memory = aFleetMemory({ turnsPerSecond: 16 });
    const observed = { signals: someSignals({ kvUsage: null, arrivals: 500 }) };
    const situation = aSituation({ memory, observed });
    expect(situation.demand).toBe(memory.demand);
    expect(situation.band?.observed).toBeCloseTo(16, 9);
    expect(situation.signals.complete).toBe(false);
  });

  it("there is no forecast before demand was first seen", () => {
    const observed = { signals: someSignals({ kvUsage: null }) };
    const situation = aSituation({ memory: EMPTY_FLEET_MEMORY, observed });
    expect([situation.demand, situation.band]).toEqual([null, null]);
    expect(sizingTurnsPerSecond(situation)).toBe(0);
  });
});

describe("a fleet without a known engine profile", () => {
  it("is refused, and told which there are", () => {
    const model = { name: "m", profile: "h100", revisionLabel: "rev" };
    expect(() => aSituation({ fleet: { model } })).toThrow(
      'fleet agents/coder: spec.model.profile is "h100", ' +
        `expected one of ${Object.keys(ENGINE_PROFILES).join(", ")}`,
    );
  });
});

describe("what a study leaves out", () => {
  const memory = aFleetMemory({ turnsPerSecond: 16 });
  const climbing = memory.demand && { ...memory.demand, trendPerMinute: 0.05 };
  const lacking = (without?: Ingredient) =>
    aSituation({
      fleet: without === undefined ? {} : { without },
      memory: { ...memory, demand: climbing },
    });

  it("lead-time: racks are believed to come within five minutes", () => {
    expect(lacking("lead-time").horizonMs).toBe(300_000);
  });

  it("forecast: what climbs is taken for what it is now", () => {
    const { band } = lacking("forecast");
    expect(band?.p50).toBeCloseTo(band?.observed ?? 0, 9);
    expect(lacking().band?.p50).toBeGreaterThan(band?.p50 ?? Number.NaN);
  });

  it("quantiles: a fixed share above the median", () => {
    const { band } = lacking("quantiles");
    expect(band?.p50).toBe(lacking().band?.p50);
    expect((band?.sizing ?? 0) / (band?.p50 ?? 1)).toBeCloseTo(1.378, 3);
  });

  it("cache-response: the hit rate is what it is, with one rack or with ten", () => {
    const situation = lacking("cache-response");
    const rates = [1, 4, 10].map((racks) => hitRateWith(situation, racks, 16));
    expect(new Set(rates)).toEqual(new Set([situation.point?.hitRate]));
    expect(hitRateWith(lacking(), 10, 16)).toBeGreaterThan(hitRateWith(lacking(), 1, 16));
  });
});
