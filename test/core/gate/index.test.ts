import { describe, expect, it } from "vitest";
import { GUARDS, passGuards, shadowHold } from "../../../src/core/gate/index.ts";
import { HOUR_MS, SECOND_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../support/builders/gate.ts";
import { NOW, anIntent, anOverride } from "../../support/builders/observed.ts";

describe("the order of the guards", () => {
  it("is policy: people first, then who may write, then what is known, then amounts", () => {
    expect(GUARDS.map(({ name }) => name)).toEqual([
      "override",
      "leader",
      "specification",
      "unproven",
      "foreign-writer",
      "rollout",
      "open-intent",
      "signals",
      "rise",
      "stabilization",
      "step",
      "limits",
      "request-rate",
      "drain-safety",
      "removal-order",
      "pace",
      "lend-terms",
      "reclaim-terms",
      "cache-safety",
      "cache-veto",
      "reserved",
      "budget",
    ]);
  });
});

describe("the gate", () => {
  it.each([growthTo(6), A_SHRINK])("lets $direction through when no guard minds", (proposal) => {
    expect(passGuards(proposal, aGateContext())).toEqual({
      to: proposal.to,
      holds: [],
      limits: [],
      approvers: 0,
      steps: [],
    });
  });

  it("names everything that holds, in order, and lets nothing through", () => {
    const overrides = [anOverride({ pauseOut: true })];
    const context = aGateContext({ seen: { overrides, rollout: true } }, { intents: [anIntent()] });
    const passage = passGuards(growthTo(6), context);
    expect(passage.holds.map(({ code }) => code)).toEqual(["paused", "rollout", "open-intent"]);
    expect(passage.to).toBe(4);
    expect(passage.steps.map(({ name }) => name)).toEqual(["override", "rollout", "open-intent"]);
  });

  it("hands each guard what the earlier ones left: the lowest limit wins", () => {
    const limits = { maxRacks: rackCount(6), maxDraining: rackCount(1), maxRequestsPerHour: 2 };
    const passage = passGuards(growthTo(9), aGateContext({ pool: { limits } }));
    expect(passage.to).toBe(6);
    expect(passage.limits.map(({ code }) => code)).toEqual(["step-limit", "pool-limit"]);
  });
});

describe("a limit never widens what an earlier one left", () => {
  it("eight racks would be allowed, a step of three comes first", () => {
    const limits = { maxRacks: rackCount(8), maxDraining: rackCount(1), maxRequestsPerHour: 2 };
    const passage = passGuards(growthTo(9), aGateContext({ pool: { limits } }));
    expect(passage.to).toBe(7);
    expect(passage.limits.map(({ code }) => code)).toEqual(["step-limit"]);
  });
});

describe("a rack that is called back from the loan", () => {
  const called = (rising: boolean): readonly string[] => {
    const context = aGateContext();
    const { demand } = context.situation;
    if (demand === null) throw new Error("the scene has demand");
    const risingSince = rising ? after(NOW, millis(-30 * SECOND_MS)) : null;
    const situation = { ...context.situation, demand: { ...demand, risingSince } };
    const proposal = { ...growthTo(5), loan: "Reclaim" as const };
    return passGuards(proposal, { ...context, situation }).holds.map(({ code }) => code);
  };

  it("waits, like a purchase, until a rise was measured on samples of its own", () => {
    expect(called(true)).toEqual(["rising"]);
    expect(called(false)).toEqual([]);
  });

  it("asks nothing about who wrote the count", () => {
    const memory = { ...aGateContext().poolMemory, foreignHoldUntil: after(NOW, HOUR_MS) };
    const holds = (loan: object): number =>
      passGuards({ ...growthTo(5), ...loan }, aGateContext({}, { poolMemory: memory })).holds
        .length;
    expect([holds({}), holds({ loan: "Reclaim" })]).toEqual([1, 0]);
  });
});

describe("Shadow mode", () => {
  it("holds; the other modes do not", () => {
    expect(shadowHold("Shadow")?.code).toBe("shadow");
    expect([shadowHold("Approve"), shadowHold("Auto")]).toEqual([null, null]);
  });
});
