import { describe, expect, it } from "vitest";
import { overrideGuard } from "../../../../src/core/gate/guards/override.ts";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { rackCount } from "../../../../src/core/units.ts";
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
    ["growth passes up to a ceiling", growthTo(6), [{ ceilingRacks: rackCount(6) }]],
    ["scale-in passes a ceiling", A_SHRINK, [{ ceilingRacks: rackCount(0) }]],
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

  /** Four racks are held in the pool, and as many again in another one that is to be left. */
  const elsewhere = { heldRacks: rackCount(8), heldInPool: rackCount(4) };

  it("growth stops at the lowest ceiling, racks of other pools included", () => {
    const overrides = [9, 10].map((racks) => anOverride({ ceilingRacks: rackCount(racks) }));
    const context = aGateContext({ seen: { overrides } }, elsewhere);
    expect(overrideGuard.check(growthTo(6), context)).toMatchObject({
      kind: "Limit",
      to: 5,
      reason: { code: "fleet-limit", text: expect.stringContaining("8 held") },
    });
  });

  it.each([8, 7])("nothing grows where %i racks are allowed and eight held", (racks) => {
    const overrides = [anOverride({ ceilingRacks: rackCount(racks) })];
    const context = aGateContext({ seen: { overrides } }, elsewhere);
    expect(overrideGuard.check(growthTo(5), context)).toMatchObject({
      kind: "Hold",
      reason: { code: "fleet-limit" },
    });
  });

  it("a rack that is called back was held already: no ceiling holds it, a pause does", () => {
    const reclaim = { ...growthTo(5), loan: "Reclaim" as const };
    const check = (override: Parameters<typeof anOverride>[0]) =>
      overrideGuard.check(reclaim, aGateContext({ seen: { overrides: [anOverride(override)] } }));
    expect(check({ ceilingRacks: rackCount(4) })).toEqual({ kind: "Pass" });
    expect(check({ pauseOut: true })).toMatchObject({ reason: { code: "paused" } });
  });
});
