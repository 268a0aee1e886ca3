import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  CompiledFleet,
  CompiledObjective,
  ScheduledWindow,
} from "../../../src/core/compiled.ts";
import type { WantRacks } from "../../../src/core/decision.ts";
import { EMPTY_FLEET_MEMORY } from "../../../src/core/memory.ts";
import type { FleetMemory } from "../../../src/core/memory.ts";
import type { OverrideObservation } from "../../../src/core/observation.ts";
import type { Situation } from "../../../src/core/policy/situation.ts";
import {
  attainmentCurve,
  attainmentWith,
  holdsObjectives,
  want,
} from "../../../src/core/policy/want.ts";
import { HOUR_MS, MINUTE_MS, after, millis, rackCount, ratio } from "../../../src/core/units.ts";
import { NOW, someSignals } from "../../support/builders/observed.ts";
import { aFleetMemory } from "../../support/builders/remembered.ts";
import {
  aColdSituation,
  aSituation,
  coldLoad,
  sizedFor,
} from "../../support/builders/situation.ts";
import type { SituationSpec } from "../../support/builders/situation.ts";

const NOTHING_KNOWN = EMPTY_FLEET_MEMORY;
const wanted = (situation: Situation, held = 4, memory = NOTHING_KNOWN): WantRacks =>
  want(situation, memory, rackCount(held)).want;
const racksOf = (situation: Situation): number => wanted(situation).racks;

const racks = (min: number, max: number, spare = 0): CompiledFleet["racks"] => ({
  min: rackCount(min),
  max: rackCount(max),
  surviveRackLosses: rackCount(spare),
});
const within = (metric: "TTFT" | "ITL", thresholdMs: number, share = 0.95): CompiledObjective => ({
  name: `${metric}-${thresholdMs}`,
  metric,
  matchers: {},
  thresholdMs: millis(thresholdMs),
  share: ratio(share),
});
const floor = (name: string, floorRacks: number): ScheduledWindow => ({
  name,
  readyFrom: NOW,
  from: NOW,
  until: after(NOW, HOUR_MS),
  floorRacks: rackCount(floorRacks),
  factor: null,
});
const override = (changes: Partial<OverrideObservation>): OverrideObservation => ({
  name: "INC-4711",
  pauseOut: false,
  pauseIn: false,
  floorRacks: null,
  ceilingRacks: null,
  until: after(NOW, HOUR_MS),
  reason: "launch",
  ...changes,
});

describe("the fewest racks that hold the objective", () => {
  // A turn is 6,000 cold tokens: 1.5 s of a unit of 8 GPUs x 500 = 4,000 tokens/s. 0.1 s go before,
  // so 0.9 s of 2.5 s may be waited, by 95 of 100. A rack is 8 such units, 32,000 tokens/s.
  it.each([
    // 4.5 of 8 units busy: C = 0.1039; x exp(−3.5 x 0.6) = 0.0127 wait too long.
    [3, 1],
    // 6 of 8: C = 0.3570; x exp(−2 x 0.6) = 0.1075 do. 6 of 16: C = 0.0005.
    [4, 2],
    // 24 of 24 units: no. 24 of 32: C = 0.0829; x exp(−8 x 0.6) = 0.0007.
    [16, 4],
    // 48 of 48: no. 48 of 56: C = 0.1872; x exp(−8 x 0.6) = 0.0015.
    [32, 7],
    // 61.5 of 64: C = 0.6659; x exp(−2.5 x 0.6) = 0.1486. 61.5 of 72: C = 0.1331.
    [41, 9],
  ])("%d cold turns/s: %d racks", (turnsPerSecond, expected) => {
    const situation = aColdSituation(turnsPerSecond);
    expect(racksOf(situation)).toBe(expected);
    expect(holdsObjectives(situation, expected, turnsPerSecond)).toBe(true);
    expect(holdsObjectives(situation, expected - 1, turnsPerSecond)).toBe(false);
  });

  it("counts on the hit rate that so few racks would have, not on today's", () => {
    // At 8 turns/s and today's 50 % a turn takes 0.75 s: 6 of one rack's 8 units, 99.6 % in time.
    // But one rack would hit 12.9 %: 1.31 s, 10.5 of 8 units. Two keep the 50 %.
    expect(racksOf(sizedFor(aSituation(), 8))).toBe(2);
  });

  // 8 turns/s of 4,000 output tokens are 0.5 tokens per ms and GPU of one rack, 0.5 / n of n:
  // ITL = 10 / (1 − 0.25 / n) = 13.3, 11.4, 10.9, 10.7 ms, of which ln(16 / ITL) / 0.25 puts 76.7,
  // 91.1, 93.7 and 94.8 % within 16 ms. TTFT holds from two racks on.
  it.each([
    [0.7, 2],
    [0.9, 2],
    [0.93, 3],
    [0.94, 4],
  ])("holds every objective, each by its own share: ITL by %d", (share, expected) => {
    const objectives = [within("TTFT", 2_500), within("ITL", 16, share)];
    const observed = { signals: someSignals({ generatedTokens: 64_000 }) };
    expect(racksOf(sizedFor(aSituation({ fleet: { objectives }, observed }), 8))).toBe(expected);
  });

  it("says so, with the numbers that it rests on", () => {
    const { want: found, steps } = want(sizedFor(aSituation(), 8), NOTHING_KNOWN, rackCount(1));
    expect(found.reason).toEqual({
      code: "demand-forecast",
      text:
        "Forecast demand over the lead time needs more racks. 2 racks hold the objectives at " +
        "8.0 turns/s: hit rate 39.4 %, cold work 29078 tokens/s.",
    });
    expect(steps.map(({ stage }) => stage)).toEqual(["capacity", "want"]);
    expect(steps[0]?.numbers).toMatchObject({
      racks: 2,
      turnsPerSecond: 8,
      promptTokensPerTurn: 6_000,
    });
    expect(steps[1]?.numbers).toEqual({ racks: 2, held: 1 });
  });
});

describe("an objective out of reach", () => {
  const limitedTo = (max: number, ...objectives: readonly CompiledObjective[]): SituationSpec => ({
    fleet: { objectives, racks: racks(1, max) },
  });

  it("because of demand: every rack there may be, and it is said", () => {
    // 79.5 of 80 units.
    const situation = aColdSituation(53);
    expect(racksOf(situation)).toBe(10);
    expect(wanted(situation).reason.text).toContain(
      "No count up to 10 holds the objectives; 10 racks at 53.0 turns/s: hit rate 0.0 %",
    );
    expect(racksOf(aColdSituation(500))).toBe(10);
  });

  it("because one rack more would be needed and is not allowed: no fewer for that", () => {
    // A second of TTFT needs a hit rate of 40 %; ten racks have it up to 46 turns/s, not at 50.
    const situation = aSituation(limitedTo(10, within("TTFT", 1_000)));
    expect([44, 46, 50, 60, 90].map((rate) => racksOf(sizedFor(situation, rate)))).toEqual([
      10, 10, 10, 10, 10,
    ]);
  });

  it("at any demand: as many as carry the cold work, for more would be no cure", () => {
    // 1.6 s of TTFT at best, 1.5 s allowed. 16 turns/s are 96,000 cold tokens/s: 3 racks are 100 %
    // busy, 4 are 75 %, and 90 % still drains.
    const hopeless = aColdSituation(16, limitedTo(10, within("TTFT", 1_500)));
    expect(racksOf(hopeless)).toBe(4);
  });

  it("in part: no rack that adds less than a tenth of a point", () => {
    // An idle GPU already takes 10 ms a token: at best 76.7 % within 12 ms.
    const situation = sizedFor(aSituation(limitedTo(10, within("ITL", 12))), 16);
    const found = racksOf(situation);
    const at = (count: number): number => attainmentWith(situation, count, 16);
    expect(found).toBeLessThan(10);
    expect(at(10) - at(found)).toBeLessThanOrEqual(0.001);
    expect(at(10) - at(found - 1)).toBeGreaterThan(0.001);
  });

  it("does not ask more of one that can be held than its own share", () => {
    // Nobody's ITL is 5 ms: 0.3 % at best, from the first rack on.
    const both = aSituation(limitedTo(10, within("ITL", 5), within("TTFT", 2_500)));
    for (const rate of [5.5, 12, 25.5, 52]) {
      const alone = racksOf(sizedFor(aSituation(limitedTo(10, within("TTFT", 2_500))), rate));
      expect(racksOf(sizedFor(both, rate))).toBe(alone);
    }
  });

  it("does not take along one that can be held", () => {
    const both = limitedTo(10, within("ITL", 9), within("TTFT", 2_500));
    const alone = limitedTo(10, within("TTFT", 2_500));
    for (const rate of [8, 16, 30, 50, 58]) {
      const held = racksOf(sizedFor(aSituation(alone), rate));
      expect(racksOf(sizedFor(aSituation(both), rate))).toBeGreaterThanOrEqual(held);
    }
  });
});

describe("floors and ceilings", () => {
  const demand = 3;
  // 3 cold turns/s need one rack.
  it.each([
    ["racks.min", { fleet: { racks: racks(5, 10) } }, 5, "minimum", "racks.min is 5."],
    [
      "a schedule's floor",
      { fleet: { schedule: [floor("launch", 6), floor("keynote", 7)] } },
      7,
      "schedule-floor",
      "launch, keynote.",
    ],
    [
      "an override's floor",
      { observed: { overrides: [override({ floorRacks: rackCount(8) })] } },
      8,
      "override-floor",
      "FleetOverride INC-4711.",
    ],
    [
      "an override's floor above racks.max: as far as racks.max",
      { observed: { overrides: [override({ floorRacks: rackCount(30) })] } },
      10,
      "fleet-limit",
      "10 are allowed; without a limit 30 would be wanted.",
    ],
    [
      "an override's floor above racks.max with the glass broken: all of it",
      {
        observed: { overrides: [override({ floorRacks: rackCount(30), breakGlass: true })] },
      },
      30,
      "override-floor",
      "FleetOverride INC-4711.",
    ],
    [
      "an override's ceiling, even below a broken glass",
      {
        observed: {
          overrides: [
            override({ floorRacks: rackCount(30), breakGlass: true }),
            override({ ceilingRacks: rackCount(6) }),
          ],
        },
      },
      6,
      "fleet-limit",
      "6 are allowed; without a limit 30 would be wanted.",
    ],
    [
      "an override's ceiling, even below racks.min",
      {
        fleet: { racks: racks(8, 10) },
        observed: { overrides: [override({ ceilingRacks: rackCount(6) })] },
      },
      6,
      "fleet-limit",
      "6 are allowed; without a limit 8 would be wanted.",
    ],
    [
      "the lowest of several ceilings",
      {
        fleet: { racks: racks(9, 10) },
        observed: {
          overrides: [
            override({ ceilingRacks: rackCount(8) }),
            override({ ceilingRacks: rackCount(5) }),
          ],
        },
      },
      5,
      "fleet-limit",
      "5 are allowed; without a limit 9 would be wanted.",
    ],
  ] as const)("%s", (_, spec, ...[expected, code, detail]) => {
    const observed = {
      signals: someSignals(coldLoad(16)),
      ...("observed" in spec ? spec.observed : {}),
    };
    const found = wanted(aColdSituation(demand, { ...spec, observed }));
    expect(found.racks).toBe(expected);
    expect(found.reason.code).toBe(code);
    expect(found.reason.text).toContain(detail);
  });

  it("are not the reason where demand needs as many", () => {
    const spec = { fleet: { racks: racks(7, 10), schedule: [floor("launch", 7)] } };
    expect(wanted(aColdSituation(32, spec)).reason.code).toBe("demand-forecast");
  });

  it("do not matter where demand lies between them", () => {
    const spec = {
      fleet: { racks: racks(2, 9), schedule: [floor("launch", 3)] },
      observed: {
        signals: someSignals(coldLoad(16)),
        overrides: [override({ floorRacks: rackCount(4), ceilingRacks: rackCount(8) })],
      },
    };
    expect(wanted(aColdSituation(32, spec)).reason.code).toBe("demand-forecast");
    expect(racksOf(aColdSituation(32, spec))).toBe(7);
  });
});

describe("surviving the loss of racks", () => {
  const spare = (count: number): SituationSpec => ({ fleet: { racks: racks(1, 10, count) } });

  it("takes that many beside what demand needs", () => {
    expect([0, 1, 2].map((count) => racksOf(aColdSituation(16, spare(count))))).toEqual([4, 5, 6]);
  });

  it("is said beside the demand that it rides on", () => {
    const why = wanted(aColdSituation(16, spare(2)), 4).reason;
    expect(why.code).toBe("demand-forecast");
    expect(why.text).toContain("Plus 2 to survive the loss of as many.");
  });

  it("is bounded by racks.max like everything else", () => {
    expect(racksOf(aColdSituation(41, spare(3)))).toBe(10);
  });
});

describe("why", () => {
  it.each([
    ["more than is held", 32, 4, "demand-forecast"],
    ["what is held", 32, 7, "steady"],
    ["less than is held", 32, 9, "surplus"],
    ["less than is held, because no more is allowed", 500, 12, "above-maximum"],
  ])("%s", (_, turnsPerSecond, held, code) => {
    expect(wanted(aColdSituation(turnsPerSecond), held).reason.code).toBe(code);
  });

  it("a backlog, once it is a sixth of the demand that is sized for", () => {
    const waiting = (turns: number) => {
      const signals = someSignals({ ...coldLoad(16), waitingTurns: turns });
      return wanted(aColdSituation(16, { observed: { signals } }), 1);
    };
    // 720 turns in 240 s are 3 a second beside 16; 960 are 4, of 20 in all.
    expect([waiting(720).reason.code, waiting(960).reason.code]).toEqual([
      "demand-forecast",
      "backlog",
    ]);
    // 30 of 32 units with 960 waiting: C = 0.63; x exp(−2 x 0.6) = 0.19: one rack more.
    expect([waiting(0).racks, waiting(960).racks]).toEqual([4, 5]);
  });

  it("a burst, while demand outruns the forecast", () => {
    const situation = { ...aColdSituation(32), burst: true };
    expect(wanted(situation).reason.code).toBe("burst");
  });
});

describe("without traffic", () => {
  const silent = { signals: someSignals({ ...coldLoad(0), kvUsage: 0, runningTurns: 0 }) };

  it("the minimum is wanted", () => {
    const memory = aFleetMemory({ turnsPerSecond: 1 / 60, racks: 4 });
    const spec = { observed: silent, memory, fleet: { racks: racks(2, 10) } };
    expect(wanted(aSituation(spec))).toMatchObject({
      racks: 2,
      reason: { code: "surplus" },
      shrinkable: true,
    });
  });

  it("a fleet never seen to serve anything wants its minimum too", () => {
    const born = { demand: null, fleet: { racks: racks(3, 10) }, observed: silent };
    const long = aFleetMemory({ turnsPerSecond: 1 / 60 });
    const memory = { ...long, demand: long.demand && { ...long.demand, promptTokensPerTurn: 0 } };
    expect(racksOf(aSituation({ ...born, memory }))).toBe(3);
  });
});

describe("without trust", () => {
  const blind = { signals: someSignals({ ...coldLoad(500), kvUsage: null }) };
  const gap = "kvUsage is missing (empty: no data)";

  /** `racks` were wanted when every signal was last trusted, so many minutes ago. */
  const trusted = (racks: number, minutesAgo = 1): FleetMemory => ({
    ...NOTHING_KNOWN,
    lastTrustedWant: rackCount(racks),
    lastReviewAt: after(NOW, millis(-minutesAgo * MINUTE_MS)),
  });

  // Sizes are compared over two hours.
  it.each([
    ["the last trusted size stands", trusted(6), 6],
    ["even below what is held", trusted(2), 2],
    ["for two hours", trusted(6, 120), 6],
    ["and then what is held", trusted(6, 121), 4],
    ["what is held stands where nothing was ever trusted", NOTHING_KNOWN, 4],
  ])("%s, and nothing may be taken away", (_, memory, expected) => {
    const found = wanted(aSituation({ observed: blind }), 4, memory);
    expect(found).toEqual({
      racks: expected,
      curve: [],
      reason: expect.objectContaining({ code: "signals-untrusted" }),
      shrinkable: false,
      shrinkHold: { code: "signals-untrusted", text: expect.stringContaining(gap) },
    });
  });

  it("a person's floors still raise it, and ceilings still bind", () => {
    const memory = trusted(4);
    const overrides = [override({ floorRacks: rackCount(7) })];
    const raised = wanted(aSituation({ observed: { ...blind, overrides } }), 4, memory);
    expect([raised.racks, raised.reason.code, raised.shrinkable]).toEqual([
      7,
      "override-floor",
      false,
    ]);
    const scheduled = { fleet: { schedule: [floor("launch", 6)] }, observed: blind };
    expect(wanted(aSituation(scheduled), 4, memory).reason.code).toBe("schedule-floor");
    const capped = { ...blind, overrides: [override({ ceilingRacks: rackCount(3) })] };
    expect(wanted(aSituation({ observed: capped }), 4, memory).racks).toBe(3);
  });

  it("demand never seen is no demand of nothing: it holds and says so", () => {
    const unseen: Situation = { ...aSituation(), demand: null, band: null };
    expect(wanted(unseen, 5)).toMatchObject({
      racks: 5,
      shrinkable: false,
      shrinkHold: { text: expect.stringContaining("No demand seen yet.") },
    });
  });

  it("demand seen for less than two minutes is not sized on", () => {
    const memory = aFleetMemory({ turnsPerSecond: 16 });
    const demand = memory.demand && { ...memory.demand, firstAt: after(NOW, millis(-119_000)) };
    const young = wanted(aSituation({ memory: { ...memory, demand } }), 5);
    expect(young).toMatchObject({ racks: 5, shrinkable: false, reason: { code: "memory-young" } });
    expect(young.shrinkHold?.text).toContain("Demand was watched for 119 s of 120 s.");
  });
});

describe("the attainment by racks", () => {
  it("starts at no racks and rises to the racks wanted", () => {
    const { curve } = wanted(sizedFor(aSituation(), 30));
    expect(curve.map((point) => point.racks)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const shares = curve.map((point) => point.attainment);
    expect(shares[0]).toBe(0);
    expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBeGreaterThanOrEqual(0.95);
    expect(shares.at(-2)).toBeLessThan(0.95);
  });

  it("is that of the objective met least", () => {
    const objectives = [within("TTFT", 2_500), within("ITL", 12)];
    const situation = aSituation({ fleet: { objectives } });
    expect(attainmentCurve(situation, 8, 3).at(-1)?.attainment).toBeCloseTo(0.766, 2);
  });
});

describe("always", () => {
  const objectives = fc.subarray([
    within("TTFT", 2_500),
    within("TTFT", 900),
    within("ITL", 12, 0.9),
    within("ITL", 9),
    within("ITL", 30, 0.99),
  ]);
  const fleets = fc
    .record({
      objectives,
      min: fc.nat(6),
      more: fc.nat(12),
      spare: fc.nat(3),
      scheduled: fc.nat(20),
      headroom: fc.constantFrom("Lean" as const, "Balanced" as const, "Safe" as const),
    })
    .map(({ min, more, spare, scheduled, ...fleet }) => ({
      ...fleet,
      racks: racks(min, min + more, spare),
      schedule: [floor("launch", scheduled)],
    }));
  const overrides = fc.array(
    fc
      .record({ floorRacks: fc.option(fc.nat(20)), ceilingRacks: fc.option(fc.nat(20)) })
      .map(({ floorRacks, ceilingRacks }) =>
        override({
          floorRacks: floorRacks === null ? null : rackCount(floorRacks),
          ceilingRacks: ceilingRacks === null ? null : rackCount(ceilingRacks),
        }),
      ),
    { maxLength: 3 },
  );
  const loads = fc.record({
    promptTokens: fc.double({ min: 0, max: 1e6, noNaN: true }),
    computedPromptTokens: fc.double({ min: 0, max: 1e6, noNaN: true }),
    generatedTokens: fc.double({ min: 0, max: 1e5, noNaN: true }),
    kvUsage: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    waitingTurns: fc.nat(2_000),
  });
  const rate = fc.double({ min: 0, max: 300, noNaN: true });

  it("a demand that is higher never wants fewer racks", () => {
    fc.assert(
      fc.property(fleets, loads, rate, rate, (fleet, load, a, b) => {
        const signals = someSignals({ ...load, kvUsage: load.kvUsage ?? 0.3 });
        const situation = aSituation({ fleet, observed: { signals } });
        const less = racksOf(sizedFor(situation, Math.min(a, b)));
        expect(racksOf(sizedFor(situation, Math.max(a, b)))).toBeGreaterThanOrEqual(less);
      }),
      { numRuns: 1_000 },
    );
  });

  it("no want is below a floor that the ceilings allow, nor above any ceiling", () => {
    fc.assert(
      fc.property(fleets, overrides, loads, rate, (fleet, over, load, demand) => {
        const observed = { signals: someSignals(load), overrides: over };
        const found = racksOf(sizedFor(aSituation({ fleet, observed }), demand));
        const ceilings = over.map(({ ceilingRacks }) => ceilingRacks ?? Infinity);
        const cap = Math.min(fleet.racks.max, ...ceilings);
        const floors = over.map(({ floorRacks }) => floorRacks ?? 0);
        const least = Math.max(fleet.racks.min, fleet.schedule[0]?.floorRacks ?? 0, ...floors);
        expect(found).toBeLessThanOrEqual(cap);
        expect(found).toBeGreaterThanOrEqual(Math.min(cap, least));
      }),
      { numRuns: 500 },
    );
  });

  it("a gap in the signals never makes a want that may be shrunk to", () => {
    const sizing = fc.constantFrom("arrivals", "promptTokens", "generatedTokens", "kvUsage");
    fc.assert(
      fc.property(fleets, loads, sizing, fc.nat(12), (fleet, load, missing, held) => {
        const signals = someSignals({ ...load, [missing]: null });
        const found = wanted(aSituation({ fleet, observed: { signals } }), held);
        expect(found.shrinkable).toBe(false);
        expect(found.shrinkHold?.code).toBe("signals-untrusted");
      }),
    );
  });
});
