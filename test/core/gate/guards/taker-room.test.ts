import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { takerRoomGuard } from "../../../../src/core/gate/guards/taker-room.ts";
import { rackCount } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { CODER } from "../../../support/builders/observed.ts";

const move = { taker: CODER, ground: "Spare" as const };
const taking = { ...growthTo(5), move };

describe("a fleet that gets a rack by a move", () => {
  it.each([
    ["may have it below its limits", {}, "Pass"],
    ["not at its own maximum", { heldRacks: rackCount(10) }, "Hold"],
    ["not at its share of the pool", { heldInPool: rackCount(10) }, "Hold"],
    ["racks that nobody counts on may still come", { askedRacks: rackCount(10) }, "Hold"],
    ["and in the pool too", { askedInPool: rackCount(10) }, "Hold"],
  ])("%s", (_what, changes, kind) => {
    expect(takerRoomGuard.check(taking, aGateContext({}, changes)).kind).toBe(kind);
  });

  it("draws on the pool", () => {
    const context = aGateContext({ pool: { consumers: [] } });
    expect(takerRoomGuard.check(taking, context)).toMatchObject({
      reason: { code: "not-a-consumer" },
    });
  });

  it("is no question for the giver, nor for a purchase", () => {
    const full = aGateContext({}, { heldRacks: rackCount(10) });
    expect(takerRoomGuard.check({ ...A_SHRINK, move }, full)).toEqual(PASS);
    expect(takerRoomGuard.check(growthTo(5), full)).toEqual(PASS);
  });
});
