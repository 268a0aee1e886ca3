import { describe, expect, it } from "vitest";
import { rackCapacity } from "../../../src/core/capacity/rack-capacity.ts";
import type { CompiledWorkload } from "../../../src/core/compiled.ts";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import type { EngineProfile } from "../../../src/core/profiles/engine-profiles.ts";
import { gpuCount } from "../../../src/core/units.ts";
import { EIGHT_UNITS, aSmallFleet } from "../../support/builders/compiled.ts";

function profile(name: string): EngineProfile {
  const found = ENGINE_PROFILES[name];
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

const TEST_SMALL = profile("test-small");
const withWorkloads = (...workloads: readonly CompiledWorkload[]) =>
  rackCapacity(aSmallFleet({ workloads }), TEST_SMALL);

const PREFILL: CompiledWorkload = {
  ...EIGHT_UNITS,
  name: "prefill",
  role: "Prefill",
  gpusPerUnit: gpuCount(4),
  unitsPerRack: 6,
};
const DECODE: CompiledWorkload = {
  ...EIGHT_UNITS,
  name: "decode",
  role: "Decode",
  gpusPerUnit: gpuCount(40),
  unitsPerRack: 1,
};

describe("what one rack offers", () => {
  it("aggregated: eight units of eight GPUs, prefill and decode on the same 64", () => {
    expect(withWorkloads(EIGHT_UNITS)).toEqual({
      prefillUnits: 8,
      // 8 GPUs x 500 tokens/s.
      prefillTokensPerSecondPerUnit: 4_000,
      // 8 units x 4,000.
      prefillTokensPerSecond: 32_000,
      decodeGpus: 64,
      // 64 GPUs x 1,000.
      decodeTokensPerSecond: 64_000,
      shared: true,
      // 64 GPUs x 100,000.
      kvTokens: 6_400_000,
    });
  });

  it("apart: 6 prefill units of 4 GPUs beside one decode unit of 40", () => {
    expect(withWorkloads(PREFILL, DECODE)).toEqual({
      prefillUnits: 6,
      // 4 GPUs x 500.
      prefillTokensPerSecondPerUnit: 2_000,
      // 24 GPUs x 500.
      prefillTokensPerSecond: 12_000,
      decodeGpus: 40,
      decodeTokensPerSecond: 40_000,
      shared: false,
      // Only the prefill units hold prefixes: 24 GPUs x 100,000.
      kvTokens: 2_400_000,
    });
  });

  it("only decode units: no prefill and no prefix cache, and no division by zero", () => {
    expect(withWorkloads(DECODE)).toMatchObject({
      prefillUnits: 0,
      prefillTokensPerSecondPerUnit: 0,
      prefillTokensPerSecond: 0,
      kvTokens: 0,
    });
  });

  it("nothing without workloads", () => {
    expect(Object.values(withWorkloads()).filter((value) => value !== 0)).toEqual([false]);
  });

  it("GB200 by its own table, for the turns of coding agents", () => {
    const gb200 = profile("dsr1-fp4-gb200");
    const { prefillTokensPerSecond } = rackCapacity(aSmallFleet(), gb200);
    expect(prefillTokensPerSecond).toBe(64 * gb200.prefillTokensPerSecondPerGpu);
    // Attention over 100 K tokens of context costs an order more than the new token itself.
    expect(gb200.prefillTokensPerSecondPerGpu).toBeLessThan(26_156 / 10);
  });
});
