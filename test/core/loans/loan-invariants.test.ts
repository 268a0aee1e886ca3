import { describe, expect, it } from "vitest";
import {
  brokenByEviction,
  brokenByFence,
  brokenByLending,
} from "../../../src/core/loans/loan-invariants.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import { podRefs } from "../../../src/core/racks/draining.ts";
import { reason } from "../../../src/core/reasons.ts";
import { rackCount } from "../../../src/core/units.ts";
import {
  FENCE,
  aFencedRack,
  aLentRack,
  aLoanPool,
  aLoanWorld,
  aServingRack,
} from "../../support/builders/loans.ts";
import { NOW, anIntent } from "../../support/builders/observed.ts";

const why = reason("loan-grace");
const of = { intent: "gb200-east-reclaim-1", pool: "gb200-east", reason: why };
const check = (...racks: readonly RackObservation[]) => ({
  pool: aLoanPool(),
  observation: aLoanWorld(racks),
});
const refs = (rack: RackObservation) => rack.nodes.map(({ name, uid }) => ({ name, uid }));
const fenced = (rack: RackObservation): RackObservation => ({
  ...rack,
  nodes: aFencedRack(rack.id).nodes,
});
const spanning = [aLentRack("rack-2", { gang: "big" }), aLentRack("rack-3", { gang: "big" })].map(
  fenced,
);
const intent = anIntent({
  name: of.intent,
  direction: "Reclaim",
  rack: "rack-2",
  victimNodeUids: spanning.flatMap((rack) => rack.nodes.map(({ uid }) => uid)),
});
const evicting = (...racks: readonly RackObservation[]) => ({
  kind: "Evict" as const,
  ...of,
  pods: racks.flatMap((rack) => podRefs(rack.pods)),
});
const lending = (rack: RackObservation) => ({
  kind: "Unfence" as const,
  ...of,
  taint: FENCE,
  at: NOW,
  nodes: refs(rack),
});

describe("INV-15", () => {
  it("an eviction behind the fence, gang whole, is as it should be", () => {
    expect(brokenByEviction(evicting(...spanning), intent, check(...spanning))).toBeNull();
  });

  it.each([
    ["a node without the fence", [aLentRack("rack-2", { gang: "big" })], "is not fenced"],
    ["a gang of which a part is left", spanning, "is left of its gang"],
    ["a fleet's pod", [aServingRack("rack-2")], "is not the loan's"],
  ])("%s breaks it", (_what, racks, text) => {
    const [first = aLentRack("rack-2")] = racks;
    const broken = brokenByEviction(evicting(first), intent, check(...racks));
    expect(broken).toMatchObject({ invariant: "INV-15", text: expect.stringContaining(text) });
  });

  it("a fence without a decision is for empty racks", () => {
    const upkeep = { kind: "Fence" as const, ...of, intent: "gb200-east/fence", taint: FENCE };
    const serving = aServingRack("rack-0");
    const empty = aFencedRack("rack-1");
    expect(brokenByFence({ ...upkeep, nodes: refs(serving) }, check(serving))).not.toBeNull();
    expect(brokenByFence({ ...upkeep, nodes: refs(empty) }, check(empty))).toBeNull();
  });
});

describe("INV-16", () => {
  const [zero, one] = [aServingRack("rack-0"), aFencedRack("rack-1")];

  it("an empty rack beyond what is guaranteed may be lent", () => {
    expect(brokenByLending(lending(one), check(zero, one))).toBeNull();
  });

  it("what runs a fleet's pods, or is guaranteed, may not", () => {
    expect(brokenByLending({ ...lending(one), at: null }, check(zero, one))).toMatchObject({
      text: expect.stringContaining("has a loan"),
    });
    expect(brokenByLending(lending(zero), check(zero, one))).toMatchObject({ invariant: "INV-16" });
    const two = rackCount(2);
    const pool = aLoanPool();
    const consumers = pool.consumers.map((consumer) => ({ ...consumer, guaranteed: two }));
    const strict = { ...check(zero, one), pool: { ...pool, consumers } };
    expect(brokenByLending(lending(one), strict)).toMatchObject({
      text: expect.stringContaining("2 are guaranteed"),
    });
  });
});
