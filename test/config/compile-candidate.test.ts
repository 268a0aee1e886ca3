import { describe, expect, it } from "vitest";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import { epochMs } from "../../src/core/units.ts";
import { type Raw, rawFleet } from "../support/raw-objects.ts";

const NOW = epochMs(Date.parse("2026-11-01T00:00:00Z"));

const candidateOf = (candidate: Raw) => {
  const compiled = compileFleet(rawFleet({ candidate }), NOW);
  return compiled.ok ? compiled.value.candidate : describeErrors(compiled.errors);
};

describe("a candidate", () => {
  it("has only the fields that were written: the fleet's own stand for the others", () => {
    expect(candidateOf({})).toEqual({});
    expect(candidateOf({ headroom: "Safe" })).toEqual({ headroom: "Safe" });
    expect(candidateOf({ racks: { max: 9 } })).toEqual({
      racks: { min: 1, max: 9, surviveRackLosses: 0 },
    });
  });

  it("may be of every field that says how the controller acts", () => {
    const launch = { name: "launch", start: "2026-12-01T18:00:00", for: "6h", floorRacks: 8 };
    const whole = candidateOf({
      mode: { scaleOut: "Auto" },
      behavior: { maxStepOut: 5 },
      schedule: [launch],
      budget: { usdPerDay: "100" },
      cacheVeto: "Hold",
      confirm: [{ name: "big", when: { minRacks: 3 } }],
    });
    expect(whole).toMatchObject({
      mode: { scaleOut: "Auto", scaleIn: "Shadow" },
      behavior: { maxStepOut: 5, scaleInStabilizationMs: 7_200_000 },
      schedule: [{ name: "launch", floorRacks: 8 }],
      budget: { usdPerDay: 100 },
      cacheVeto: "Hold",
      confirm: [{ name: "big", approvers: 1 }],
    });
  });

  it("is checked as the fleet is", () => {
    expect(candidateOf({ racks: { min: 9, max: 3 } })).toContain("candidate.racks.min");
    expect(candidateOf({ headroom: "Huge" })).toContain("spec.candidate.headroom");
  });

  it("is absent where none was written", () => {
    const compiled = compileFleet(rawFleet({}), NOW);
    expect(compiled.ok && "candidate" in compiled.value).toBe(false);
  });
});
