import { describe, expect, it } from "vitest";
import { overrideGuard } from "../../../../src/core/gate/guards/override.ts";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { anOverride } from "../../../support/builders/observed.ts";

const inForce = (...pauses: readonly Parameters<typeof anOverride>[0][]) =>
  aGateContext({ seen: { overrides: pauses.map(anOverride) } });

describe("the override guard", () => {
  it.each([
    ["growth passes without override", growthTo(6), []],
    ["growth passes a pause of scale-in", growthTo(6), [{ pauseIn: true }]],
    ["scale-in passes a pause of growth", A_SHRINK, [{ pauseOut: true }]],
    ["a floor pauses nothing", A_SHRINK, [{}]],
  ])("%s", (_, proposal, pauses) => {
    expect(overrideGuard.check(proposal, inForce(...pauses))).toEqual(PASS);
  });

  it.each([
    ["growth", growthTo(6), { pauseOut: true }],
    ["scale-in", A_SHRINK, { pauseIn: true }],
  ])(
    "%s is held by a pause, the most restrictive override wins, and its reason is told",
    (_, proposal, pause) => {
      const context = inForce({ name: "calm" }, { name: "freeze", reason: "INC-1", ...pause });
      expect(overrideGuard.check(proposal, context)).toMatchObject({
        kind: "Hold",
        reason: { code: "paused", text: expect.stringContaining("FleetOverride freeze: INC-1") },
      });
    },
  );
});
