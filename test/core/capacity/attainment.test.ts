import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attainment,
  coldTokensPerTurn,
  prefillLoad,
} from "../../../src/core/capacity/attainment.ts";
import type { Load } from "../../../src/core/capacity/attainment.ts";
import { rackCapacity } from "../../../src/core/capacity/rack-capacity.ts";
import type { CompiledObjective } from "../../../src/core/compiled.ts";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import type { EngineProfile } from "../../../src/core/profiles/engine-profiles.ts";
import { gpuCount, millis, ratio } from "../../../src/core/units.ts";
import { EIGHT_UNITS, aSmallFleet } from "../../support/builders/compiled.ts";
import { draws } from "../../support/draws.ts";

function profile(name: string): EngineProfile {
  const found = ENGINE_PROFILES[name];
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

const ENGINE = profile("test-small");
/** 8 units of 4,000 cold tokens/s; decode on the same 64 GPUs. */
const SHARED = { engine: ENGINE, capacity: rackCapacity(aSmallFleet(), ENGINE) };
/** 4 prefill units of 4,000 tokens/s beside 32 GPUs that only decode. */
const APART = {
  engine: ENGINE,
  capacity: rackCapacity(
    aSmallFleet({
      workloads: [
        { ...EIGHT_UNITS, name: "prefill", role: "Prefill", unitsPerRack: 4 },
        {
          ...EIGHT_UNITS,
          name: "decode",
          role: "Decode",
          gpusPerUnit: gpuCount(32),
          unitsPerRack: 1,
        },
      ],
    }),
    ENGINE,
  ),
};

const within = (metric: "TTFT" | "ITL", thresholdMs: number): CompiledObjective => ({
  name: metric.toLowerCase(),
  metric,
  matchers: {},
  thresholdMs: millis(thresholdMs),
  share: ratio(0.95),
});
const load = (turnsPerSecond: number, changes: Partial<Load> = {}): Load => ({
  turnsPerSecond,
  promptTokensPerTurn: 6_000,
  outputTokensPerTurn: 0,
  hitRate: ratio(0.5),
  ...changes,
});

describe("TTFT", () => {
  // A unit prefills 3,000 cold tokens in 0.75 s; 0.1 s go before, so 1.65 s of 2.5 s may be waited.
  it.each([
    // a = 6 of 8: C = 0.356982; x exp(−2 x 2.2) = 0.004383.
    ["8 turns/s on one rack", 8, 1, 2_500, 0.995617],
    // a = 7.5 of 8: C = 0.807253; x exp(−0.5 x 2.2) = 0.268711.
    ["10 turns/s on one rack", 10, 1, 2_500, 0.731289],
    // a = 7.5 of 16: C = 0.004985; x exp(−8.5 x 2.2): nothing.
    ["10 turns/s on two racks", 10, 2, 2_500, 1],
    // a = 6 of 8, and only 0.15 s may be waited: 0.356982 x exp(−2 x 0.2) = 0.239292.
    ["8 turns/s within a second", 8, 1, 1_000, 0.760708],
    // a = 8 of 8.
    ["as much as one rack can prefill", 32 / 3, 1, 2_500, 0],
    ["more", 50, 1, 2_500, 0],
    ["a threshold below the prefill alone", 1, 4, 800, 0],
    ["no racks", 1, 0, 2_500, 0],
    ["no turns", 0, 1, 2_500, 1],
  ])("of %s", (_, turns, racks, ...[thresholdMs, expected]) => {
    const share = attainment(within("TTFT", thresholdMs), racks, { ...SHARED, load: load(turns) });
    expect(share).toBeCloseTo(expected, 5);
  });

  it("of prompts that are wholly cached is certain once the base fits", () => {
    const cached = load(500, { hitRate: ratio(1) });
    expect(attainment(within("TTFT", 100), 1, { ...SHARED, load: cached })).toBe(1);
    expect(attainment(within("TTFT", 99), 1, { ...SHARED, load: cached })).toBe(0);
  });

  it("is slower where decode takes half of the GPUs, and not where it has its own", () => {
    // 32,000 of 64,000 output tokens/s: a unit is left 2,000 tokens/s, so S = 1.5 s and a = 6 of 8
    // at 4 turns/s; 0.9 s may be waited: 0.356982 x exp(−2 x 0.6) = 0.107521.
    const chatty = load(4, { outputTokensPerTurn: 8_000 });
    expect(attainment(within("TTFT", 2_500), 1, { ...SHARED, load: chatty })).toBeCloseTo(
      0.892479,
      5,
    );
    // S = 0.75 s, a = 3 of 4: C = 0.509434; x exp(−1 x 2.2) = 0.056447, decode or not.
    for (const each of [chatty, load(4)]) {
      expect(attainment(within("TTFT", 2_500), 1, { ...APART, load: each })).toBeCloseTo(
        0.943553,
        5,
      );
    }
  });
});

/** @returns the share of turns that waited no longer than `patience`, of many: no formula in it */
function simulated(queue: {
  readonly servers: number;
  readonly turnsPerSecond: number;
  readonly serviceSeconds: number;
  readonly patienceSeconds: number;
}): number {
  const { exponential } = draws(20_26);
  const freeAt = Array.from({ length: queue.servers }, () => 0);
  const turns = 150_000;
  let now = 0;
  let inTime = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    now += exponential() / queue.turnsPerSecond;
    const free = Math.min(...freeAt);
    const start = Math.max(now, free);
    freeAt[freeAt.indexOf(free)] = start + exponential() * queue.serviceSeconds;
    if (start - now <= queue.patienceSeconds) inTime += 1;
  }
  return inTime / turns;
}

describe("TTFT against a queue played out turn by turn", () => {
  interface Case {
    readonly model: typeof SHARED;
    readonly load: Load;
    readonly racks?: number;
    readonly thresholdMs?: number;
    /** By hand: cold tokens over the unit's rate; the threshold less 0.1 s, less that. */
    readonly queue: readonly [servers: number, serviceSeconds: number, patienceSeconds: number];
  }
  const cases: Readonly<Record<string, Case>> = {
    "one rack, light": { model: SHARED, load: load(6), queue: [8, 0.75, 1.65] },
    "one rack, busy": { model: SHARED, load: load(10), queue: [8, 0.75, 1.65] },
    "one rack, impatient": {
      model: SHARED,
      load: load(9),
      thresholdMs: 1_000,
      queue: [8, 0.75, 0.15],
    },
    "three racks, busy": {
      model: SHARED,
      load: load(30),
      racks: 3,
      thresholdMs: 1_200,
      queue: [24, 0.75, 0.35],
    },
    "one rack, little cached": {
      model: SHARED,
      load: load(5, { hitRate: ratio(0.1) }),
      thresholdMs: 3_000,
      queue: [8, 1.35, 1.55],
    },
    "one rack, half for decode": {
      model: SHARED,
      load: load(4, { outputTokensPerTurn: 8_000 }),
      queue: [8, 1.5, 0.9],
    },
    "prefill apart": { model: APART, load: load(4.5), queue: [4, 0.75, 1.65] },
  };

  it.each(Object.entries(cases))("%s: within two points", (_, each) => {
    const { model, racks = 1, thresholdMs = 2_500 } = each;
    const objective = within("TTFT", thresholdMs);
    const predicted = attainment(objective, racks, { ...model, load: each.load });
    const [servers, serviceSeconds, patienceSeconds] = each.queue;
    const { turnsPerSecond } = each.load;
    const played = simulated({ servers, turnsPerSecond, serviceSeconds, patienceSeconds });
    expect(Math.abs(predicted - played)).toBeLessThan(0.02);
  });
});

describe("ITL", () => {
  // 64 GPUs: 64,000 output tokens/s are 1 per ms and GPU, so ITL = 10 / (1 − 0.5) = 20 ms; from the
  // other side, 20 sequences a GPU take 10 + 0.5 x 20 = 20 ms.
  it.each([
    ["at the median", 8, 20, 0.5],
    // ln(30/20) / 0.25 = 1.62186.
    ["at one and a half times the median", 8, 30, 0.947584],
    // ITL = 10 / (1 − 0.25) = 13.333; ln(20/13.333) / 0.25 is the same again.
    ["at half the load", 4, 20, 0.947584],
    ["at twice the load, which the GPUs cannot decode", 16, 1_000, 0],
    // ln(12/10) / 0.25 = 0.72929.
    ["of an idle fleet", 0, 12, 0.767086],
  ])("%s", (_, turns, thresholdMs, expected) => {
    const each = load(turns, { outputTokensPerTurn: 8_000 });
    const share = attainment(within("ITL", thresholdMs), 1, { ...SHARED, load: each });
    expect(share).toBeCloseTo(expected, 4);
  });

  it("counts the decoding GPUs only, half as many where prefill has the rest", () => {
    const each = load(4, { outputTokensPerTurn: 8_000 });
    const share = attainment(within("ITL", 20), 1, { ...APART, load: each });
    expect(share).toBeCloseTo(0.5, 4);
  });
});

describe("prefill load", () => {
  it.each([
    // 16 turns/s x 3,000 cold tokens over 2 x 32,000.
    ["16 turns/s on two racks", 16, 2, 0.75],
    ["the same on one: more than it can", 16, 1, 1.5],
    ["no turns", 0, 1, 0],
  ])("of %s", (_, turns, racks, expected) => {
    expect(prefillLoad(racks, SHARED.capacity, load(turns))).toBeCloseTo(expected, 12);
  });

  it("is beyond all bounds without racks, not a division by zero", () => {
    expect(prefillLoad(0, SHARED.capacity, load(1))).toBeGreaterThan(1e6);
    expect(prefillLoad(0, SHARED.capacity, load(0))).toBe(0);
  });

  it("is cold work: what the cache serves costs nothing", () => {
    expect(coldTokensPerTurn(load(1, { hitRate: ratio(0.9) }))).toBeCloseTo(600, 9);
  });
});

describe("attainment, whatever the fleet", () => {
  const loads = fc.record({
    turnsPerSecond: fc.double({ min: 0, max: 500, noNaN: true }),
    promptTokensPerTurn: fc.double({ min: 0, max: 200_000, noNaN: true }),
    outputTokensPerTurn: fc.double({ min: 0, max: 5_000, noNaN: true }),
    hitRate: fc.double({ min: 0, max: 1, noNaN: true }).map(ratio),
  });
  const objective = fc
    .tuple(fc.constantFrom("TTFT" as const, "ITL" as const), fc.integer({ min: 1, max: 20_000 }))
    .map(([metric, thresholdMs]) => within(metric, thresholdMs));
  const model = fc.constantFrom(SHARED, APART);
  const racks = fc.integer({ min: 0, max: 30 });

  it("is a share between 0 and 1", () => {
    fc.assert(
      fc.property(objective, racks, model, loads, (each, count, { engine, capacity }, seen) => {
        const share = attainment(each, count, { engine, capacity, load: seen });
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    ["a rack more", (seen: Load) => seen, 1, 0],
    [
      "half the turns",
      (seen: Load) => ({ ...seen, turnsPerSecond: seen.turnsPerSecond / 2 }),
      0,
      0,
    ],
    [
      "shorter prompts",
      (seen: Load) => ({ ...seen, promptTokensPerTurn: seen.promptTokensPerTurn / 2 }),
      0,
      0,
    ],
    [
      "a better hit rate",
      (seen: Load) => ({ ...seen, hitRate: ratio((seen.hitRate + 1) / 2) }),
      0,
      0,
    ],
    ["a laxer threshold", (seen: Load) => seen, 0, 500],
  ] as const)("is never lowered by %s", (_, easier, more, laxerMs) => {
    fc.assert(
      fc.property(objective, racks, model, loads, (each, count, { engine, capacity }, seen) => {
        const lax = { ...each, thresholdMs: millis(each.thresholdMs + laxerMs) };
        const hard = attainment(each, count, { engine, capacity, load: seen });
        const easy = attainment(lax, count + more, { engine, capacity, load: easier(seen) });
        expect(easy).toBeGreaterThanOrEqual(hard - 1e-9);
      }),
      { numRuns: 500 },
    );
  });
});
