import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { riseGuard } from "../../../../src/core/gate/guards/rise.ts";
import { reason } from "../../../../src/core/reasons.ts";
import type { ReasonCode } from "../../../../src/core/reasons.ts";
import { after, millis } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { NOW } from "../../../support/builders/observed.ts";

/** Demand began to rise so long ago; rates are taken over a minute. */
function risingFor(agoSeconds: number | null) {
  const context = aGateContext();
  const { demand } = context.situation;
  if (demand === null) throw new Error("the scene has demand");
  const risingSince = agoSeconds === null ? null : after(NOW, millis(-agoSeconds * 1_000));
  return { ...context, situation: { ...context.situation, demand: { ...demand, risingSince } } };
}

const growth = (code: ReasonCode) => ({ ...growthTo(6), reason: reason(code) });

describe("the rise guard", () => {
  it.each([
    [0, "Hold"],
    [30, "Hold"],
    [59, "Hold"],
    [60, "Pass"],
    [300, "Pass"],
    [null, "Pass"],
  ])("answers growth for demand that rises since %s s with %s", (ago, kind) => {
    expect(riseGuard.check(growth("demand-forecast"), risingFor(ago)).kind).toBe(kind);
  });

  it("says how long it has measured, and how long it will", () => {
    expect(riseGuard.check(growth("burst"), risingFor(30))).toMatchObject({
      reason: { code: "rising", text: expect.stringContaining("30 s of 60 s.") },
    });
  });

  it.each(["schedule-floor", "override-floor", "minimum"] as const)(
    "lets a %s through at once: nothing is left to measure",
    (code) => {
      expect(riseGuard.check(growth(code), risingFor(1))).toEqual(PASS);
    },
  );

  it("has no say in scale-in", () => {
    expect(riseGuard.check(A_SHRINK, risingFor(1))).toEqual(PASS);
  });
});
