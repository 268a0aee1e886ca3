import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { leaderGuard } from "../../../../src/core/gate/guards/leader.ts";
import { aGateContext, growthTo } from "../../../support/builders/gate.ts";

describe("the leader guard", () => {
  it("passes the holder of the lease", () => {
    expect(leaderGuard.check(growthTo(5), aGateContext())).toEqual(PASS);
  });

  it("holds a standby", () => {
    expect(leaderGuard.check(growthTo(5), aGateContext({}, { leading: false }))).toMatchObject({
      kind: "Hold",
      reason: { code: "not-leader" },
    });
  });
});
