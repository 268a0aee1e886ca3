import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { paceGuard } from "../../../../src/core/gate/guards/pace.ts";
import type { Intent } from "../../../../src/core/observation.ts";
import { MINUTE_MS, after, millis } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { NOW, anIntent } from "../../../support/builders/observed.ts";

const since = (minutesAgo: number, changes: Partial<Intent> = {}) =>
  aGateContext(
    {},
    {
      intents: [
        anIntent({
          direction: "In",
          phase: "Done",
          createdAt: after(NOW, millis(-minutesAgo * MINUTE_MS)),
          ...changes,
        }),
      ],
    },
  );

describe("the pace guard", () => {
  it("passes where no rack was given back lately", () => {
    expect(paceGuard.check(A_SHRINK, aGateContext())).toEqual(PASS);
  });

  it.each([
    [1, "Hold"],
    [9.9, "Hold"],
    [10, "Pass"],
    [40, "Pass"],
  ])("answers %s minutes after the last one began with %s", (ago, kind) => {
    expect(paceGuard.check(A_SHRINK, since(ago)).kind).toBe(kind);
  });

  it("minds a rack that was lent as one that was given back", () => {
    expect(paceGuard.check(A_SHRINK, since(1, { direction: "Lend" })).kind).toBe("Hold");
  });

  it.each([
    ["a drain that was cancelled", { phase: "Cancelled" }],
    ["a growth", { direction: "Out" }],
    ["another fleet's rack", { fleet: "agents/writer" }],
  ] as const)("does not count %s", (_, changes) => {
    expect(paceGuard.check(A_SHRINK, since(1, changes))).toEqual(PASS);
  });

  const approvals = [{ by: "alice", verdict: "Reject" as const, reason: "INC-4711" }];

  it.each([
    ["while it is executed", { phase: "Cancelled" }],
    ["before it began", { phase: "Rejected" }],
  ] as const)("holds after a person's no %s, as long as that is listed", (_, changes) => {
    expect(paceGuard.check(A_SHRINK, since(55, { approvals, ...changes }))).toMatchObject({
      kind: "Hold",
      reason: { code: "rejected", text: expect.stringContaining("alice: INC-4711") },
    });
  });

  it.each([
    ["to another fleet's", { fleet: "agents/writer", phase: "Cancelled" }],
    ["to a growth", { direction: "Out", phase: "Cancelled" }],
    ["that the decision has not heeded yet", { phase: "Executing" }],
  ] as const)("does not mind a no %s", (_, changes) => {
    expect(paceGuard.check(A_SHRINK, since(55, { approvals, ...changes }))).toEqual(PASS);
  });

  it("never holds growth", () => {
    expect(paceGuard.check(growthTo(5), since(1))).toEqual(PASS);
  });
});
