import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { reservedGuard } from "../../../../src/core/gate/guards/reserved.ts";
import { reason } from "../../../../src/core/reasons.ts";
import { rackCount } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";

const committed = (racks: number) =>
  aGateContext({
    pool: { supply: { kind: "Reserved", committedRacks: rackCount(racks), windows: [] } },
  });

describe("the reserved guard, of a shrink from four racks to three", () => {
  it.each([
    [0, "Pass"],
    [3, "Pass"],
    [4, "Hold"],
    [9, "Hold"],
  ])("with %s racks committed answers %s", (racks, kind) => {
    expect(reservedGuard.check(A_SHRINK, committed(racks)).kind).toBe(kind);
  });

  it("says what is committed", () => {
    expect(reservedGuard.check(A_SHRINK, committed(4))).toMatchObject({
      reason: { code: "reserved", text: expect.stringContaining("has 4 racks committed, 3") },
    });
  });

  it("lets a rack go that a person no longer wants the fleet to have", () => {
    const lowered = { ...A_SHRINK, reason: reason("above-maximum") };
    expect(reservedGuard.check(lowered, committed(9))).toEqual(PASS);
  });

  it("never holds growth", () => {
    expect(reservedGuard.check(growthTo(5), committed(9))).toEqual(PASS);
  });
});
