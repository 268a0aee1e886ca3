import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { drainSafetyGuard } from "../../../../src/core/gate/guards/drain-safety.ts";
import { rackCount } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { aPoolMemory } from "../../../support/builders/remembered.ts";
import { rackOf } from "../../../support/reports/report.ts";

const wrongNode = (generation: number) =>
  aGateContext({}, { poolMemory: aPoolMemory(4, { wrongNodeGeneration: generation }) });

describe("the drain-safety guard", () => {
  it("passes when there is a rack to drain and none drains", () => {
    expect(drainSafetyGuard.check(A_SHRINK, aGateContext())).toEqual(PASS);
  });

  it.each(["Draining", "Releasing"] as const)(
    "holds while the only allowed rack is %s",
    (phase) => {
      const context = aGateContext({}, { summaries: [rackOf("rack-1", phase)] });
      expect(drainSafetyGuard.check(A_SHRINK, context)).toMatchObject({
        kind: "Hold",
        reason: { code: "drain-limit", text: expect.stringContaining("1 of 1") },
      });
    },
  );

  it("holds when no rack can be drained", () => {
    expect(drainSafetyGuard.check(A_SHRINK, aGateContext({}, { victim: null }))).toMatchObject({
      reason: { code: "no-victim" },
    });
  });

  it("holds after a wrong node left, until the RackPool was edited", () => {
    expect(drainSafetyGuard.check(A_SHRINK, wrongNode(1))).toMatchObject({
      reason: { code: "wrong-node-left" },
    });
    expect(drainSafetyGuard.check(A_SHRINK, wrongNode(0))).toEqual(PASS);
  });

  it("holds a rack that serves while those that serve are needed, whatever else is held", () => {
    const serving = (awarded: number) =>
      drainSafetyGuard.check(A_SHRINK, aGateContext({}, { awardedRacks: rackCount(awarded) }));
    expect(serving(3)).toEqual(PASS);
    expect(serving(4)).toMatchObject({
      kind: "Hold",
      reason: { code: "no-victim", text: expect.stringContaining("4 racks serve, 4 are needed") },
    });
  });

  it("never holds growth", () => {
    expect(drainSafetyGuard.check(growthTo(5), wrongNode(1))).toEqual(PASS);
  });
});
