import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { openIntentGuard } from "../../../../src/core/gate/guards/open-intent.ts";
import type { IntentPhase } from "../../../../src/core/observation.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { CHAT } from "../../../support/builders/moves.ts";
import { CODER, aDrain, anIntent } from "../../../support/builders/observed.ts";

const growing = (phase: IntentPhase) => aGateContext({}, { intents: [anIntent({ phase })] });
const draining = (phase: IntentPhase) => aGateContext({}, { intents: [aDrain({ phase })] });

describe("the open-intent guard", () => {
  it.each(["Pending", "Approved", "Executing"] as const)(
    "holds a second growth while one is %s",
    (phase) => {
      expect(openIntentGuard.check(growthTo(6), growing(phase))).toMatchObject({
        kind: "Hold",
        reason: { code: "open-intent", text: expect.stringContaining("gb200-east-out-1") },
      });
    },
  );

  it.each(["Rejected", "Expired", "Superseded", "Done", "Cancelled", "Failed"] as const)(
    "passes once the earlier one is %s",
    (phase) => {
      expect(openIntentGuard.check(growthTo(6), growing(phase))).toEqual(PASS);
    },
  );

  it("holds either direction while the other executes", () => {
    const code = { reason: { code: "opposite-intent" } };
    expect(openIntentGuard.check(A_SHRINK, growing("Executing"))).toMatchObject(code);
    expect(openIntentGuard.check(growthTo(6), draining("Executing"))).toMatchObject(code);
  });

  it("passes growth while a drain only waits for people", () => {
    expect(openIntentGuard.check(growthTo(6), draining("Pending"))).toEqual(PASS);
  });

  it("minds its own pool only", () => {
    const context = aGateContext({}, { intents: [anIntent({ pool: "gb200-west" })] });
    expect(openIntentGuard.check(growthTo(6), context)).toEqual(PASS);
  });

  const loans = (direction: "Lend" | "Reclaim", phase: IntentPhase) =>
    aGateContext({}, { intents: [anIntent({ direction, phase })] });
  const RECLAIM = { ...growthTo(5), loan: "Reclaim" as const };
  const LEND = { ...A_SHRINK, loan: "Lend" as const };

  it("racks are called back one beside the other, and beside racks that are bought", () => {
    expect(openIntentGuard.check(RECLAIM, loans("Reclaim", "Executing"))).toEqual(PASS);
    expect(openIntentGuard.check(RECLAIM, growing("Executing"))).toEqual(PASS);
    expect(openIntentGuard.check(growthTo(6), loans("Reclaim", "Executing"))).toEqual(PASS);
  });

  it("none is called back, bought or given back while one is lent, and the other way round", () => {
    const held = { kind: "Hold" };
    expect(openIntentGuard.check(RECLAIM, loans("Lend", "Executing"))).toMatchObject(held);
    expect(openIntentGuard.check(growthTo(6), loans("Lend", "Executing"))).toMatchObject(held);
    expect(openIntentGuard.check(A_SHRINK, loans("Lend", "Pending"))).toMatchObject(held);
    expect(openIntentGuard.check(LEND, draining("Pending"))).toMatchObject(held);
    expect(openIntentGuard.check(LEND, loans("Reclaim", "Executing"))).toMatchObject(held);
  });

  const MOVE = { ...A_SHRINK, move: { taker: "agents/chat", ground: "Spare" } as const };
  const moving = (phase: IntentPhase, fleet = CHAT) =>
    aGateContext({}, { intents: [anIntent({ direction: "Move", phase, fleet })] });

  it("one rack is moved at a time, and growth does not wait for it", () => {
    const held = { kind: "Hold" };
    expect(openIntentGuard.check(MOVE, moving("Pending"))).toMatchObject(held);
    expect(openIntentGuard.check(MOVE, draining("Executing"))).toMatchObject(held);
    expect(openIntentGuard.check(growthTo(6), moving("Executing"))).toEqual(PASS);
    expect(openIntentGuard.check(RECLAIM, moving("Executing"))).toEqual(PASS);
    expect(openIntentGuard.check(A_SHRINK, moving("Executing"))).toMatchObject(held);
    expect(openIntentGuard.check(A_SHRINK, moving("Pending"))).toEqual(PASS);
    // The fleet itself gives one at a time, whatever becomes of it.
    expect(openIntentGuard.check(A_SHRINK, moving("Pending", CODER))).toMatchObject(held);
  });
});
