import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { removalOrderGuard } from "../../../../src/core/gate/guards/removal-order.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { aRackOf, aSized, anObject, ofEngine } from "../../../support/builders/workloads.ts";

const FIRST = aRackOf("rack-0", [0, 1]);
const LAST = aRackOf("rack-1", [2, 3]);
const context = (victim: typeof FIRST | null) =>
  aGateContext(
    {
      fleet: { workloads: [aSized()] },
      seen: { workloads: ofEngine(anObject(4)) },
      observed: { racks: [FIRST, LAST] },
    },
    { victim },
  );

describe("the removal-order guard", () => {
  it("holds the rack whose units are not the last of their set", () => {
    expect(removalOrderGuard.check(A_SHRINK, context(FIRST))).toMatchObject({
      kind: "Hold",
      reason: { code: "drain-shuffle", text: expect.stringContaining("on other racks: 2") },
    });
  });

  it("passes the rack whose units are, no rack, and growth", () => {
    expect(removalOrderGuard.check(A_SHRINK, context(LAST))).toEqual(PASS);
    expect(removalOrderGuard.check(A_SHRINK, context(null))).toEqual(PASS);
    expect(removalOrderGuard.check(growthTo(5), context(FIRST))).toEqual(PASS);
  });
});
