import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { rolloutGuard } from "../../../../src/core/gate/guards/rollout.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";

describe("the rollout guard", () => {
  it("passes while no pods are replaced", () => {
    expect(rolloutGuard.check(growthTo(5), aGateContext())).toEqual(PASS);
  });

  it.each([growthTo(5), A_SHRINK])("holds either direction during one ($direction)", (proposal) => {
    expect(rolloutGuard.check(proposal, aGateContext({ seen: { rollout: true } }))).toMatchObject({
      kind: "Hold",
      reason: { code: "rollout" },
    });
  });
});
