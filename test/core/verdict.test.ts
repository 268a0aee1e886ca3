import { describe, expect, it } from "vitest";
import type { Award } from "../../src/core/arbitrate.ts";
import type { PoolProposal } from "../../src/core/gate/propose.ts";
import { proposeForPool } from "../../src/core/gate/propose.ts";
import { reason } from "../../src/core/reasons.ts";
import { HOUR_MS, after, rackCount } from "../../src/core/units.ts";
import { fleetDecision } from "../../src/core/verdict.ts";
import { aStage } from "../support/builders/gate.ts";
import type { Scene } from "../support/builders/gate.ts";
import { CODER, NOW, aGroupObservation, someSignals } from "../support/builders/observed.ts";
import { aFleetMemory } from "../support/builders/remembered.ts";

const awardOf = (racks: number): Award => ({
  fleet: CODER,
  byPool: { "gb200-east": rackCount(racks) },
  total: rackCount(racks),
});

/** Four racks held, `awarded` given; what then became of it. */
function verdict(awarded: number, scene: Scene = {}, others: readonly PoolProposal[] = []) {
  const { state, picture } = aStage(scene);
  const held = { [CODER]: rackCount(4) };
  const awards = [awardOf(awarded)];
  const proposal = proposeForPool({
    state,
    fleets: [picture],
    awards,
    held: { "gb200-east": held },
    observation: aGroupObservation(),
  });
  return fleetDecision(picture, { awards, held: [held], proposals: [proposal, ...others] });
}

const codes = (decided: ReturnType<typeof verdict>) => decided.reasons.map(({ code }) => code);

describe("what became of a fleet", () => {
  it.each([
    ["Grow", 6, 6],
    ["Shrink", 2, 3],
    ["Hold", 4, 4],
  ])("%s, when awarded %i of four held: the target is %i", (outcome, awarded, target) => {
    expect(verdict(awarded)).toMatchObject({
      fleet: CODER,
      outcome,
      heldRacks: 4,
      servingRacks: 4,
      awardedRacks: awarded,
      targetRacks: target,
    });
  });

  it("holds with every guard's reason first, then the want's", () => {
    const decided = verdict(6, { seen: { rollout: true } });
    expect(decided).toMatchObject({ outcome: "Hold", targetRacks: 4 });
    expect(codes(decided)[0]).toBe("rollout");
    expect(codes(decided)).toContain(decided.want.reason.code);
  });

  it("says what limits a growth that goes ahead", () => {
    const decided = verdict(9);
    expect(decided).toMatchObject({ outcome: "Grow", targetRacks: 7 });
    expect(codes(decided)).toContain("step-limit");
  });

  it("says how many people are waited for", () => {
    const fleet = { mode: { scaleOut: "Approve", scaleIn: "Auto" } } as const;
    const decided = verdict(6, { fleet });
    expect(decided.reasons.at(-1)).toMatchObject({
      code: "awaiting-approval",
      text: expect.stringContaining("1 needed"),
    });
  });

  it("says when others have the stronger claim", () => {
    const min = {
      racks: { min: rackCount(6), max: rackCount(9), surviveRackLosses: rackCount(0) },
    };
    const decided = verdict(4, { fleet: min });
    expect(decided.reasons.at(-1)).toMatchObject({
      code: "arbitration",
      text: expect.stringContaining("6 wanted, 4 awarded"),
    });
  });

  it("puts problems of the specification before all else", () => {
    const problem = reason("objective-unmeasurable", "spec.objectives[0].threshold");
    expect(codes(verdict(6, { seen: { problems: [problem] } }))[0]).toBe("objective-unmeasurable");
  });

  it("names the refusal of a pool it draws on, not of others", () => {
    const refusing = (pool: string): PoolProposal => ({
      pool,
      fleet: null,
      proposal: null,
      passage: null,
      open: null,
      refusals: [reason("pool-refused", pool)],
    });
    const found = codes(verdict(4, {}, [refusing("gb200-east"), refusing("elsewhere")]));
    expect(found.filter((code) => code === "pool-refused")).toHaveLength(1);
  });
});

describe("the steps of a decision", () => {
  it("name signals that are not trusted", () => {
    const scene = { seen: { signals: someSignals({ arrivals: null }) } };
    const [trust] = verdict(4, scene).steps;
    expect(trust).toMatchObject({ stage: "trust", text: expect.stringContaining("arrivals") });
    expect(trust?.numbers["gaps"]).toBe(1);
  });

  it("leave the forecast out where nothing was ever seen", () => {
    const signals = someSignals({ arrivals: null });
    const memory = { ...aFleetMemory(), demand: null };
    const { steps, forecast } = verdict(4, { seen: { signals }, memory });
    expect(forecast).toBeNull();
    expect(steps.map(({ stage }) => stage)).not.toContain("forecast");
  });

  it("carry the numbers of forecast, lead time and schedule", () => {
    const schedule = [
      {
        name: "launch",
        readyFrom: NOW,
        from: NOW,
        until: after(NOW, HOUR_MS),
        floorRacks: rackCount(5),
        factor: 2,
      },
    ];
    const { steps } = verdict(4, { fleet: { schedule } });
    const named = (name: string) => steps.find((step) => step.name === name);
    expect(named("demand")?.numbers).toHaveProperty("p90");
    expect(named("lead-time")?.text).toMatch(/serves within \d+ min at p95/);
    expect(named("schedule")).toMatchObject({
      text: expect.stringContaining("launch: floor 5 racks, demand x 2"),
      numbers: { floorRacks: 5, factor: 2 },
    });
  });
});
