import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { signalsGuard } from "../../../../src/core/gate/guards/signals.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { someSignals } from "../../../support/builders/observed.ts";

const blind = aGateContext({ seen: { signals: someSignals({ waitingTurns: null }) } });

describe("the signals guard", () => {
  it("passes either direction while every signal is trusted", () => {
    expect(signalsGuard.check(A_SHRINK, aGateContext())).toEqual(PASS);
    expect(signalsGuard.check(growthTo(5), aGateContext())).toEqual(PASS);
  });

  it("holds scale-in on a missing one and names it (INV-7)", () => {
    expect(signalsGuard.check(A_SHRINK, blind)).toMatchObject({
      kind: "Hold",
      reason: {
        code: "signals-untrusted",
        text: expect.stringContaining("waitingTurns is missing"),
      },
    });
  });

  it("passes growth without it: how much may be bought then is decided by the want", () => {
    expect(signalsGuard.check(growthTo(5), blind)).toEqual(PASS);
  });
});
