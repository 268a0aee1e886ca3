import { describe, expect, it } from "vitest";
import type { Award } from "../../../src/core/arbitrate.ts";
import { proposeForPool } from "../../../src/core/gate/propose.ts";
import type { ProposeInput } from "../../../src/core/gate/propose.ts";
import {
  HOUR_MS,
  MINUTE_MS,
  after,
  millis,
  rackCount,
  usdPerHour,
} from "../../../src/core/units.ts";
import { aStage } from "../../support/builders/gate.ts";
import type { Scene } from "../../support/builders/gate.ts";
import { aRackOf, aSetCount, aSetObservation } from "../../support/builders/object-sets.ts";
import { CODER, NOW, aDrain, aGroupObservation } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

/** Four racks held by the one fleet, `awarded` given to it. */
function anInput(awarded: number, scene: Scene = {}, changes: Partial<ProposeInput> = {}) {
  const { state, picture } = aStage(scene);
  const award: Award = {
    fleet: CODER,
    byPool: { "gb200-east": rackCount(awarded) },
    total: rackCount(awarded),
  };
  return {
    state,
    fleets: [picture],
    awards: [award],
    held: { "gb200-east": { [CODER]: rackCount(4) } },
    observation: aGroupObservation(),
    ...changes,
  } satisfies ProposeInput;
}

describe("a proposal for one pool", () => {
  it.each([
    ["none when the award is what stands", 4, null],
    ["the whole growth at once", 7, { direction: "Out", from: 4, to: 7 }],
    ["one rack less, however large the surplus", 1, { direction: "In", from: 4, to: 3 }],
  ])("%s", (_, awarded, proposal) => {
    const { proposal: found } = proposeForPool(anInput(awarded));
    if (proposal === null) expect(found).toBeNull();
    else expect(found).toMatchObject(proposal);
  });

  it("none while the racks too many are already being drained", () => {
    const observation = aGroupObservation({ intents: [aDrain()] });
    expect(proposeForPool(anInput(3, {}, { observation })).proposal).toBeNull();
  });

  it.each([
    ["the pool refuses", { refusals: [{ code: "pool-refused", text: "no" }] }, "pool-refused"],
    ["the pool was not read", { count: null }, "pool-unknown"],
  ] as const)("none when %s, and that is the reason", (_, observed, code) => {
    const { proposal, refusals } = proposeForPool(anInput(7, { observed }));
    expect(proposal).toBeNull();
    expect(refusals[0]?.code).toBe(code);
  });

  it("none of Shadow is opened, though it passed every other guard", () => {
    const fleet = { mode: { scaleOut: "Shadow", scaleIn: "Shadow" } } as const;
    const { proposal, passage, open } = proposeForPool(anInput(7, { fleet }));
    expect(proposal).not.toBeNull();
    expect(open).toBeNull();
    expect(passage?.holds.map(({ code }) => code)).toEqual(["shadow"]);
  });
});

describe("the intent that is opened", () => {
  const opened = (awarded: number, scene: Scene = {}) =>
    proposeForPool(anInput(awarded, scene)).open?.intent;

  it("of a growth: an envelope with price, and times to decide and to act", () => {
    const price = { usdPerRackHour: usdPerHour(100), billedFrom: "Booted" } as const;
    const supply = { kind: "Reserved", committedRacks: rackCount(5), windows: [] } as const;
    const intent = opened(7, { pool: { price, supply } });
    expect(intent).toMatchObject({
      name: "gb200-east-out-1",
      fleet: CODER,
      direction: "Out",
      fromRacks: 4,
      toRacksAtMost: 7,
      maxUsdPerHour: 200,
      rack: null,
      victimNodeUids: [],
      requiredApprovals: 0,
      phase: "Approved",
      createdAt: NOW,
      expiresAt: after(NOW, millis(15 * MINUTE_MS)),
      drainDeadline: null,
      askedRacks: null,
    });
    expect(intent?.actBefore).toBeGreaterThan(intent?.expiresAt ?? 0);
    expect(intent?.actBefore).toBeLessThan(after(NOW, HOUR_MS));
  });

  it("of a drain: the rack and its nodes by uid, and a deadline", () => {
    const intent = opened(3);
    expect(intent).toMatchObject({
      name: "gb200-east-in-1",
      direction: "In",
      toRacksAtMost: 3,
      rack: "rack-0",
      drainDeadline: after(NOW, millis((15 + 45) * MINUTE_MS)),
    });
    expect(intent?.victimNodeUids).toHaveLength(18);
  });

  it("names no object where one object has the count", () => {
    expect(opened(7)).not.toHaveProperty("objects");
    expect(opened(3)).not.toHaveProperty("objects");
  });

  it("of a set names the objects to ask, those out of stock last", () => {
    const observed = aSetObservation({
      count: aSetCount([0, 1, 2, 3], 8, { "sub-4": "stockout" }),
    });
    expect(opened(7, { observed })).toMatchObject({
      toRacksAtMost: 7,
      objects: ["sub-5", "sub-6", "sub-7"],
    });
  });

  it("of a set names the object whose rack goes", () => {
    expect(opened(3, { observed: aSetObservation() })).toMatchObject({
      rack: "rack-0",
      objects: ["sub-0"],
    });
  });

  it("of a set takes no rack that is of no object, or of two", () => {
    const odd = aRackOf("rack-0", null);
    const observed = aSetObservation({
      racks: [odd, ...[1, 2, 3].map((n) => aRackOf(`rack-${n}`, `sub-${n}`))],
    });
    expect(opened(3, { observed })).toMatchObject({ rack: "rack-1", objects: ["sub-1"] });
    const blind = aSetObservation({ racks: [0, 1, 2, 3].map((n) => aRackOf(`rack-${n}`, null)) });
    expect(opened(3, { observed: blind })).toBeUndefined();
  });

  it("waits for people where the mode says so", () => {
    const fleet = { mode: { scaleOut: "Approve", scaleIn: "Auto" } } as const;
    expect(opened(7, { fleet })).toMatchObject({ phase: "Pending", requiredApprovals: 1 });
  });
});

describe("several fleets on one pool", () => {
  const other = "agents/writer";

  function shared(
    awards: readonly [coder: number, writer: number],
    held: readonly [number, number],
    listed = true,
  ) {
    const entry = { fleet: { namespace: "agents", name: "writer" }, weight: 1 };
    const bounds = { guaranteed: rackCount(0), max: rackCount(10) };
    const own = aPool().consumers;
    const consumers = listed ? [...own, { ...entry, ...bounds }] : own;
    const { state, picture } = aStage({ pool: { consumers } });
    const { situation } = picture;
    const writer = {
      ...picture,
      situation: { ...situation, fleet: { ...situation.fleet, key: other } },
    } as const;
    const award = (fleet: Award["fleet"], racks: number): Award => ({
      fleet,
      byPool: { "gb200-east": rackCount(racks) },
      total: rackCount(racks),
    });
    return proposeForPool({
      state,
      fleets: [picture, writer],
      awards: [award(CODER, awards[0]), award(other, awards[1])],
      held: { "gb200-east": { [CODER]: rackCount(held[0]), [other]: rackCount(held[1]) } },
      observation: aGroupObservation(),
    });
  }

  it.each([
    ["whoever lacks most grows", [3, 4], [2, 2], [other, 6]],
    ["by no more than the pool as a whole lacks", [1, 4], [3, 1], [other, 5]],
    ["whoever has most too many gives back", [2, 1], [2, 2], [other, 3]],
  ] as const)("%s", (_, awards, held, [fleet, to]) => {
    expect(shared(awards, held)).toMatchObject({ fleet, proposal: { from: 4, to } });
  });

  it("whoever lacks most does not keep the next waiting when it may not act", () => {
    expect(shared([3, 4], [2, 2], false)).toMatchObject({ fleet: CODER, proposal: { to: 5 } });
  });

  it("nobody grows or shrinks when racks only have to change hands", () => {
    expect(shared([3, 1], [1, 3]).proposal).toBeNull();
  });
});
