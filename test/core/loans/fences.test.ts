import { describe, expect, it } from "vitest";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import { fenceUpkeep, upkeepOf } from "../../../src/core/loans/fences.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import { FENCE, aFencedRack, aLentRack, aLoanPool } from "../../support/builders/loans.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW, aPoolObservation, aRack, anIntent } from "../../support/builders/observed.ts";
import { aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

const stateOf = (racks: readonly RackObservation[], pool: CompiledPool = aLoanPool()) =>
  poolState({
    pool,
    observed: aPoolObservation(racks.length, { racks }),
    fleets: [],
    intents: [],
    memory: aPoolMemory(racks.length),
    now: NOW,
  });
const view = { leading: true, intents: [], fleets: [aSmallFleet()] };
const open = (id: string) => aRack(id, { nodes: 2, pods: 0 });

describe("the fence", () => {
  it("comes onto every node of a rack that is neither lent nor used", () => {
    expect(fenceUpkeep(stateOf([open("rack-0"), aFencedRack("rack-1")]), view)).toMatchObject([
      { kind: "Fence", taint: FENCE, intent: upkeepOf("gb200-east"), nodes: [{}, {}] },
    ]);
  });

  it.each([
    ["a rack that is lent", [{ ...aLentRack("rack-0"), pods: [] }]],
    ["one that runs the loan's pods", [aLentRack("rack-0", { node: {} })]],
    ["one that runs a fleet's, which may lack the toleration", [aRack("rack-0")]],
    ["nodes of which nobody knows the rack", [open(UNLABELLED)]],
  ])("spares %s", (_what, racks) => {
    expect(fenceUpkeep(stateOf(racks), view)).toEqual([]);
  });

  it.each([
    ["a standby does not hold the lease", { leading: false }],
    [
      "every fleet is in shadow",
      { fleets: [aSmallFleet({ mode: { scaleOut: "Shadow", scaleIn: "Shadow" } })] },
    ],
    [
      "a decision is handing the rack over",
      { intents: [anIntent({ direction: "Lend", rack: "rack-0" })] },
    ],
  ])("stays away while %s", (_what, changes) => {
    expect(fenceUpkeep(stateOf([open("rack-0")]), { ...view, ...changes })).toEqual([]);
  });

  it("of a loan that is no more comes off every node, whoever runs there, key by key", () => {
    const marked = (id: string, loanLeft: string, pods: number) =>
      aRack(id, { nodes: 1, pods, node: { loanLeft } });
    const racks = [marked("rack-0", FENCE, 1), marked("rack-1", "", 0), marked("rack-2", FENCE, 0)];
    const state = stateOf([...racks, open("rack-3")], aPool());
    const plan = fenceUpkeep(state, view);
    expect(plan).toMatchObject([
      { kind: "Unfence", taint: "", at: null, nodes: [{ name: "rack-1-n0" }] },
      { kind: "Unfence", taint: FENCE, nodes: [{ name: "rack-0-n0" }, { name: "rack-2-n0" }] },
    ]);
    expect(fenceUpkeep(state, { ...view, leading: false })).toEqual([]);
  });

  it("is unknown to a pool without a loan", () => {
    expect(fenceUpkeep(stateOf([open("rack-0")], aPool()), view)).toEqual([]);
  });
});
