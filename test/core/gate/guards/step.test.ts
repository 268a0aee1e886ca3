import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { stepGuard } from "../../../../src/core/gate/guards/step.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";

/** maxStepOut is 3. */
describe("the step guard", () => {
  it.each([growthTo(5), growthTo(7), A_SHRINK])("passes $from → $to", (proposal) => {
    expect(stepGuard.check(proposal, aGateContext())).toEqual(PASS);
  });

  it("limits a larger growth", () => {
    expect(stepGuard.check(growthTo(9), aGateContext())).toMatchObject({
      kind: "Limit",
      to: 7,
      reason: { code: "step-limit", text: expect.stringContaining("5 racks wanted at once, 3") },
    });
  });
});
