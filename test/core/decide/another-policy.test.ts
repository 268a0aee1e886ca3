import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import { EMPTY_MEMORY } from "../../../src/core/memory.ts";
import type { GroupObservation } from "../../../src/core/observation.ts";
import { SECOND_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import { withOverride } from "../../support/builders/edits.ts";
import {
  CODER,
  NOW,
  aDrain,
  aFleetObservation,
  aGroupObservation,
  aPoolObservation,
  someRacks,
  someSignals,
} from "../../support/builders/observed.ts";
import { aPolicy } from "../../support/builders/peer.ts";
import { aMemory } from "../../support/builders/remembered.ts";

interface Scene {
  readonly fleet?: Partial<CompiledFleet>;
  readonly world?: GroupObservation;
  readonly memory?: GroupMemory;
}

function decided(units: number, { fleet, world, memory }: Scene = {}) {
  const given = aSmallGroup(fleet);
  return decide(
    given,
    world ?? aGroupObservation(),
    memory ?? aMemory(),
    aPolicy(() => units),
  );
}

const opened = (units: number, scene: Scene = {}) =>
  decided(units, scene).decision.plan.flatMap((action) =>
    action.kind === "OpenIntent" ? [action.intent] : [],
  );

describe("another policy on the same tick", () => {
  it("grows by what it wants at once", () => {
    expect(opened(60)).toMatchObject([
      { direction: "Out", fromRacks: 4, toRacksAtMost: 8, phase: "Approved" },
    ]);
  });

  it("gives one rack back, chosen and drained as ours are", () => {
    expect(opened(8)).toMatchObject([
      { direction: "In", fromRacks: 4, toRacksAtMost: 3, rack: "rack-0", phase: "Approved" },
    ]);
  });

  it("says so, and names itself in the step", () => {
    const [fleet] = decided(60).decision.fleets;
    expect(fleet).toMatchObject({ outcome: "Grow", awardedRacks: 8 });
    expect(fleet?.reasons[0]?.code).toBe("policy-want");
    expect(fleet?.steps.map(({ name }) => name)).toContain("as-told");
  });

  const { behavior } = aSmallFleet();
  const held: readonly (readonly [string, Partial<CompiledFleet>])[] = [
    ["people who must approve", { mode: { scaleOut: "Approve", scaleIn: "Approve" } }],
    ["shadow mode", { mode: { scaleOut: "Shadow", scaleIn: "Shadow" } }],
    ["a step limit", { behavior: { ...behavior, maxStepOut: rackCount(1) } }],
  ];
  it.each(held)("is not held by %s", (_, fleet) => {
    expect(opened(80, { fleet })).toMatchObject([{ toRacksAtMost: 10, phase: "Approved" }]);
  });

  it("is not held by what only we hold for: signals, a short memory, a pause", () => {
    const blind = someSignals({ arrivals: null, computedPromptTokens: null });
    const world = withOverride({ pauseIn: true })(
      aGroupObservation({ fleets: [aFleetObservation({ signals: blind })] }),
    );
    expect(opened(8, { world, memory: EMPTY_MEMORY })).toMatchObject([{ direction: "In" }]);
  });

  it("is held by the pool's limits as we are", () => {
    const racks = { min: rackCount(1), max: rackCount(40), surviveRackLosses: rackCount(0) };
    expect(opened(320, { fleet: { racks } })).toMatchObject([{ toRacksAtMost: 10 }]);
    const full = aMemory();
    const pool = full.pools["gb200-east"];
    if (pool === undefined) throw new Error("the memory has the pool");
    const asked = { ...full, pools: { "gb200-east": { ...pool, requests: [NOW, NOW] } } };
    expect(opened(80, { memory: asked })).toEqual([]);
  });

  it("drains one rack at a time as we do", () => {
    const racks = someRacks(4, { node: { cordoned: true } });
    const world = aGroupObservation({
      pools: [aPoolObservation(4, { racks })],
      intents: [aDrain()],
    });
    expect(opened(8, { world })).toEqual([]);
  });

  it("gives a drain up when it wants the rack after all", () => {
    const world = aGroupObservation({ intents: [aDrain()] });
    expect(decided(8, { world }).decision.progress).toMatchObject([{ state: "Acting" }]);
    expect(decided(32, { world }).decision.progress).toMatchObject([{ state: "Cancelled" }]);
  });

  it("is remembered in a slice of its own, ours are left empty", () => {
    const { memory } = decided(60);
    expect(memory.fleets[CODER]).toMatchObject({
      demand: null,
      wants: [],
      policy: { policy: "as-told", at: NOW, racks: 8, slice: { numbers: { asked: 1 } } },
    });
  });

  it("is asked again with what it remembered", () => {
    const first = decided(60);
    const world = { ...aGroupObservation(), now: after(NOW, millis(30 * SECOND_MS)) };
    const { memory } = decided(60, { world, memory: first.memory });
    expect(memory.fleets[CODER]?.policy?.slice.numbers).toEqual({ asked: 2 });
  });

  it("leaves our own decisions as they were", () => {
    const ours = decide(aSmallGroup(), aGroupObservation(), aMemory());
    expect(ours.memory.fleets[CODER]).not.toHaveProperty("policy");
    expect(ours.decision.fleets[0]?.reasons[0]?.code).not.toBe("policy-want");
  });
});

describe("two fleets that others size, on a pool that is too small", () => {
  it("keep the racks they have", () => {
    const [coder] = aSmallGroup().fleets;
    const [pool] = aSmallGroup().pools;
    if (coder === undefined || pool === undefined) throw new Error("one fleet, one pool");
    const writer = { ...coder, key: "agents/writer" as const, name: "writer" };
    const consumer = { guaranteed: rackCount(0), max: rackCount(12), weight: 1 };
    const consumers = [coder, writer].map(({ namespace, name }) => ({
      ...consumer,
      fleet: { namespace, name },
    }));
    const limits = { ...pool.limits, maxRacks: rackCount(8) };
    const racks = someRacks(8).map((rack, n) => ({
      ...rack,
      pods: rack.pods.map((pod) => ({ ...pod, fleet: n < 4 ? coder.key : writer.key })),
    }));
    const world = aGroupObservation({
      pools: [aPoolObservation(8, { racks })],
      fleets: [coder.key, writer.key].map((key) => aFleetObservation({ key })),
    });
    const group = { ...aSmallGroup(), pools: [{ ...pool, limits, consumers }] };
    const { decision } = decide({ ...group, fleets: [coder, writer] }, world, EMPTY_MEMORY, {
      ...aPolicy(() => 80),
    });
    expect(decision.fleets.map(({ awardedRacks }) => awardedRacks)).toEqual([4, 4]);
    expect(decision.plan).toEqual([]);
  });
});
