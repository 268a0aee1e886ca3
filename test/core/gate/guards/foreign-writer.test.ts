import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { foreignWriterGuard } from "../../../../src/core/gate/guards/foreign-writer.ts";
import { after, millis } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { NOW, aPoolObservation } from "../../../support/builders/observed.ts";
import { aPoolMemory } from "../../../support/builders/remembered.ts";

const { count } = aPoolObservation(5);
if (count === null) throw new Error("the count is known");

const held = (untilMs: number | null, lastWriter = "kubectl-edit") =>
  aGateContext(
    {},
    {
      count: { ...count, lastWriter },
      poolMemory: aPoolMemory(5, {
        foreignHoldUntil: untilMs === null ? null : after(NOW, millis(untilMs)),
      }),
    },
  );

describe("the foreign-writer guard", () => {
  it.each([
    ["when nobody wrote", null],
    ["when the hold ends now", 0],
    ["when the hold has ended", -1],
  ])("passes %s", (_, untilMs) => {
    expect(foreignWriterGuard.check(growthTo(6), held(untilMs))).toEqual(PASS);
  });

  it.each([growthTo(6), A_SHRINK])("holds either direction ($direction)", (proposal) => {
    expect(foreignWriterGuard.check(proposal, held(90_000))).toMatchObject({
      kind: "Hold",
      reason: {
        code: "foreign-write",
        text: expect.stringContaining("kubectl-edit set 5 racks; holding for 90 s more"),
      },
    });
  });

  it("says so when the writer is not recorded", () => {
    expect(foreignWriterGuard.check(growthTo(6), held(1_000, ""))).toMatchObject({
      reason: { text: expect.stringContaining("an unknown writer") },
    });
  });
});
