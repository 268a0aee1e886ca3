import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { specificationGuard } from "../../../../src/core/gate/guards/specification.ts";
import { reason } from "../../../../src/core/reasons.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";

describe("the specification guard", () => {
  it("passes a fleet without problems", () => {
    expect(specificationGuard.check(growthTo(5), aGateContext())).toEqual(PASS);
  });

  it.each([
    ["growth", growthTo(5)],
    ["scale-in", A_SHRINK],
  ])("holds %s on the first problem", (_, proposal) => {
    const problems = [
      reason("not-a-consumer", "spec.pools[0].name: gb200-west"),
      reason("objective-unmeasurable", "spec.objectives[1].threshold: 3s"),
    ];
    const context = aGateContext({ seen: { problems } });
    expect(specificationGuard.check(proposal, context)).toEqual({
      kind: "Hold",
      reason: problems[0],
    });
  });
});
