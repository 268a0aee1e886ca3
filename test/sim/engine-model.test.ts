import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineProfile } from "../../src/core/profiles/engine-profiles.ts";
import { ENGINE_PROFILES } from "../../src/core/profiles/engine-profiles.ts";
import {
  UNPERTURBED,
  drawPerturbation,
  engineModel,
  hostTier,
  replicaSettings,
  sharedStore,
} from "../../src/sim/engine-model.ts";
import { millis } from "../../src/core/units.ts";
import { RandomStream } from "../../src/sim/random.ts";

const SUBS = { ns: 1_024, us: 1_024e3, ms: 1_024e6 };
const GPUS = 8;

function profileOf(name: string): EngineProfile {
  const profile = ENGINE_PROFILES[name];
  if (profile === undefined) throw new Error(`no profile ${name}`);
  return profile;
}

describe.each(Object.keys(ENGINE_PROFILES))("an engine of %s", (name) => {
  const profile = profileOf(name);
  const { costs } = profile;
  const engine = engineModel(profile, GPUS);

  it("costs what the profile says, shared by the unit's GPUs", () => {
    expect(engine.iterationSubs / SUBS.ms).toBeCloseTo(costs.iterationMs, 6);
    const shared = [
      [engine.prefillTokenSubs / SUBS.us, costs.prefillTokenGpuUs],
      [engine.prefillPairSubs / SUBS.ns, costs.prefillPairGpuNs],
      [engine.decodeSequenceSubs / SUBS.us, costs.decodeSequenceGpuUs],
      [engine.decodeContextSubs / SUBS.ns, costs.decodeContextGpuNs],
    ];
    for (const [unit = Number.NaN, gpu = Number.NaN] of shared) {
      // Costs are whole 1/1024 ns.
      expect(Math.abs(unit * GPUS - gpu)).toBeLessThan(GPUS / 1_024);
    }
  });

  it("schedules as the profile says, and no more sequences than a budget has tokens for", () => {
    expect(engine.budgetTokens).toBe(Math.round(profile.budgetTokensPerGpu * GPUS));
    expect(engine.maxSequences).toBe(
      Math.min(engine.budgetTokens, profile.maxSequencesPerGpu * GPUS),
    );
  });

  it("holds the profile's KV, and takes its base latency", () => {
    expect(engine.kvTokens).toBe(profile.kvTokensPerGpu * GPUS);
    expect(engine.overheadNs).toBe(profile.baseTtftMs * 1e6);
  });

  it("is all integers, so that sums of costs are exact", () => {
    const factors = fc.double({ min: 0.5, max: 1.5, noNaN: true });
    fc.assert(
      fc.property(factors, fc.integer({ min: 1, max: 72 }), (factor, gpus) => {
        const drawn = engineModel(profile, gpus, {
          ...UNPERTURBED,
          prefill: factor,
          itlBase: factor,
        });
        const { host, cacheOutputs, ...figures } = drawn;
        expect([host, cacheOutputs]).toEqual([null, true]);
        expect(Object.entries(figures).filter(([, value]) => !Number.isInteger(value))).toEqual([]);
        expect(Math.min(...Object.values(figures))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("an engine drawn away from its profile", () => {
  it("is off by the drawn factors, with the same scheduler settings", () => {
    const profile = profileOf("dsr1-fp4-gb200");
    const [straight, off] = [
      engineModel(profile, GPUS),
      engineModel(profile, GPUS, { prefill: 0.8, itlBase: 1.2, itlPerSequence: 1.1 }),
    ];
    expect(off.budgetTokens).toBe(straight.budgetTokens);
    expect(off.prefillTokenSubs / straight.prefillTokenSubs).toBeCloseTo(1 / 0.8, 4);
    expect(off.iterationSubs / straight.iterationSubs).toBeCloseTo(1.2, 6);
    expect(off.decodeSequenceSubs / straight.decodeSequenceSubs).toBeCloseTo(1.1, 4);
  });

  it("draws evenly both ways, as far as the scenario says", () => {
    const stream = new RandomStream(1, "perturb");
    const drawn = Array.from({ length: 500 }, () => drawPerturbation(0.2, stream)).flatMap((all) =>
      Object.values(all).map(Number),
    );
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0.8);
    expect(Math.max(...drawn)).toBeLessThan(1.2);
    const mean = drawn.reduce((sum, factor) => sum + factor, 0) / drawn.length;
    expect(mean).toBeCloseTo(1, 1);
    expect(drawPerturbation(0, stream)).toEqual(UNPERTURBED);
  });
});

describe("a tier on the hosts", () => {
  it("holds as much as the GPUs, and gives it back within about a second", () => {
    const profile = profileOf("dsr1-fp4-gb200");
    const host = hostTier(profile, GPUS);
    expect(host?.tokens).toBe(engineModel(profile, GPUS).kvTokens);
    const seconds = ((host?.loadTokenSubs ?? 0) / SUBS.ms / 1_000) * (host?.tokens ?? 0);
    expect(seconds).toBeCloseTo(1, 1);
  });
});

describe("a shared store", () => {
  it("holds and gives tokens as they weigh, to each GPU its share of the network", () => {
    const profile = profileOf("dsr1-fp4-gb200");
    const size = { terabytes: 100, gigabytesPerSecondPerGpu: 12.5, latencyMs: millis(5) };
    const store = sharedStore(profile, GPUS, size);
    expect(store.tokens).toBe(Math.floor(100e12 / 35_136));
    expect(store.fetchSubs).toBe(5 * SUBS.ms);
    const tokensPerSecond = (1_000 * SUBS.ms) / store.fetchTokenSubs;
    expect(tokensPerSecond / ((12.5e9 * GPUS) / 35_136)).toBeCloseTo(1, 3);
    expect(sharedStore(profile, 2 * GPUS, size).tokens).toBe(store.tokens);
  });
});

describe("a configuration of an engine's caches", () => {
  it.each([
    [0.5, 4_992],
    [1, 9_984],
    [1e-6, 64],
  ])("with a share of %d of the KV has whole blocks, and one at least", (kvFactor, kvTokens) => {
    const engine = { ...engineModel(profileOf("test-small"), 1), kvTokens: 10_000 };
    const config = { kvFactor, prefixCaching: false };
    expect(replicaSettings(config, engine, 64)).toEqual({ kvTokens, prefixCaching: false });
  });
});
