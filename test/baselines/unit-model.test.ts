/** A unit of 8 test-small GPUs: 10 ms an iteration, 2,000 / 8 us a token, 500 / 8 us a sequence. */
import { describe, expect, it } from "vitest";
import { NO_DECODING, unitModel } from "../../src/baselines/unit-model.ts";
import { gpuCount } from "../../src/core/units.ts";
import { EIGHT_UNITS, aSmallFleet } from "../support/builders/compiled.ts";

describe("what is known of an engine before it serves", () => {
  const unit = unitModel(aSmallFleet(), "Aggregated");

  it("its arguments, as many times as it has GPUs", () => {
    expect(unit).toMatchObject({ batchTokens: 1_024, sequences: 160, kvTokens: 800_000 });
  });

  it("the time of an iteration", () => {
    // 10 ms + 100 x 0.25 ms + 4 x 0.0625 ms = 35.25 ms.
    const work = { prefillTokens: 100, prefillContext: 50, sequences: 4, contextTokens: 9_999 };
    expect(unit.iterationS(work)).toBeCloseTo(0.035_25, 12);
  });

  it("its calibrated prefill speed: one chunk on an idle unit, from the request on", () => {
    // 100 ms before any prefill, 10 ms, 1,024 x 0.25 ms = 256 ms: 1,024 tokens in 0.366 s.
    expect(unit.prefillTokensPerSecond).toBeCloseTo(1_024 / 0.366, 9);
  });

  it("counts attention where the profile has it", () => {
    const fleet = aSmallFleet({
      model: { name: "r1", profile: "dsr1-fp4-gb200", revisionLabel: "r" },
      workloads: [{ ...EIGHT_UNITS, gpusPerUnit: gpuCount(8) }],
    });
    const { iterationS } = unitModel(fleet, "Aggregated");
    const after = (prefillContext: number): number =>
      iterationS({ prefillTokens: 1_000, prefillContext, ...NO_DECODING });
    expect(after(100_000)).toBeGreaterThan(after(1_000));
  });

  it("is not made up for a role or an engine that nobody knows", () => {
    expect(() => unitModel(aSmallFleet(), "Decode")).toThrow("no Decode unit");
    const model = { name: "x", profile: "unheard-of", revisionLabel: "r" };
    expect(() => unitModel(aSmallFleet({ model }), "Aggregated")).toThrow("unheard-of");
  });
});
