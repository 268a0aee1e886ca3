import { describe, expect, it } from "vitest";
import type { CompiledGroup } from "../../src/core/compiled.ts";
import { decide } from "../../src/core/decide.ts";
import type { Decision } from "../../src/core/decision.ts";
import { EMPTY_MEMORY, EMPTY_POOL_MEMORY } from "../../src/core/memory.ts";
import type { GroupObservation } from "../../src/core/observation.ts";
import { reason } from "../../src/core/reasons.ts";
import { rackCount } from "../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { withFleet, withFloor, withOverride, withPool } from "../support/builders/edits.ts";
import {
  CODER,
  NOW,
  aFleetObservation,
  aGroupObservation,
  aLoad,
  aPoolObservation,
  anIntent,
  someRacks,
  someSignals,
} from "../support/builders/observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "../support/builders/remembered.ts";
import { Story } from "../support/model/run.ts";
import { aPool } from "../support/reports/compiled.ts";

const quietly = withFleet({ signals: someSignals(aLoad(1)) });
const wanting = (racks: number) => aMemory(aFleetMemory({ racks }));

function decisionOn(
  observation: GroupObservation,
  group: CompiledGroup = aSmallGroup(),
  memory = wanting(4),
): Decision {
  return decide(group, observation, memory).decision;
}

const first = ({ fleets }: Decision) => {
  const [fleet] = fleets;
  if (fleet === undefined) throw new Error("no fleet decided");
  return fleet;
};

describe("a fleet that has what it wants", () => {
  const min = { racks: { ...aSmallFleet().racks, min: rackCount(4) } };

  it("is left as it is, and that is said with the numbers", () => {
    const decision = decisionOn(quietly(aGroupObservation()), aSmallGroup(min));
    expect(decision.plan).toEqual([]);
    expect(first(decision)).toMatchObject({
      fleet: CODER,
      outcome: "Hold",
      heldRacks: 4,
      servingRacks: 4,
      awardedRacks: 4,
      targetRacks: 4,
      want: { racks: 4, shrinkable: true },
      reasons: [{ code: "steady", text: expect.stringContaining("racks.min is 4") }],
    });
    expect(first(decision).steps.map(({ stage }) => stage)).toEqual([
      "trust",
      "diagnose",
      "forecast",
      "supply",
      "supply",
      "capacity",
      "capacity",
      "want",
    ]);
  });

  it("is not sized at all by a controller that has just begun to watch", () => {
    const { decision, memory } = decide(
      aSmallGroup(min),
      quietly(aGroupObservation()),
      EMPTY_MEMORY,
    );
    expect(first(decision).want).toMatchObject({
      racks: 4,
      shrinkable: false,
      shrinkHold: { code: "memory-young" },
    });
    expect(memory.fleets[CODER]).toMatchObject({ wants: [], lastTrustedWant: null });
  });

  it("is remembered: demand, want and the count", () => {
    const observation = quietly(aGroupObservation());
    const before = aMemory(aFleetMemory({ racks: 3 }), EMPTY_POOL_MEMORY);
    const { memory } = decide(aSmallGroup(min), observation, before);
    expect(memory.fleets[CODER]).toMatchObject({
      lastReviewAt: NOW,
      lastTrustedWant: 4,
      demand: { lastAt: NOW, promptTokensPerTurn: 6_000 },
    });
    expect(memory.fleets[CODER]?.wants.at(-1)).toEqual({ at: NOW, racks: 4 });
    expect(memory.pools["gb200-east"]).toMatchObject({ expectedRacks: 4, foreignHoldUntil: null });
  });
});

describe("what goes in", () => {
  it("must hold every fleet of the group", () => {
    const observation = aGroupObservation({ fleets: [] });
    expect(() => decisionOn(observation)).toThrow("fleet agents/coder: not in the observation");
  });

  it("may lack a pool: then its count is unknown", () => {
    const decision = decisionOn(quietly(aGroupObservation({ pools: [] })));
    expect(decision.pools[0]).toMatchObject({ pool: "gb200-east", desiredRacks: null });
    expect(first(decision).reasons[0]?.code).toBe("pool-unknown");
  });

  it("is not changed", () => {
    const observation = withFloor(7)(quietly(aGroupObservation()));
    const group = aSmallGroup();
    const memory = wanting(4);
    const before = JSON.stringify({ group, observation, memory });
    decide(group, observation, memory);
    expect(JSON.stringify({ group, observation, memory })).toBe(before);
  });
});

describe("a refusal is a hold that names the place, and nothing is written", () => {
  const refused = (text: string) =>
    withPool({ count: null, refusals: [{ code: "pool-refused", text }] });

  it.each([
    "NodePool gb200-east: spec.autoscaling is true, expected false.",
    "NodePool gb200-east: spec.targetNodes is 20, expected a multiple of 18.",
    "NodePool gb200-east: the count is owned by argocd-controller.",
  ])("of the pool: %s", (text) => {
    const decision = decisionOn(withFloor(7)(refused(text)(quietly(aGroupObservation()))));
    expect(decision.plan).toEqual([]);
    const [why] = first(decision).reasons;
    expect(why?.code).toBe("pool-refused");
    expect(why?.text).toContain(text);
    expect(decision.pools[0]?.holds).toEqual([why]);
  });

  it("of a pool that could not be read, even when an older count is known", () => {
    const text = "RackPool gb200-east: no answer within 5 s.";
    const decision = decisionOn(
      withFloor(7)(withPool({ refusals: [{ code: "pool-unknown", text }] })(aGroupObservation())),
    );
    expect(decision.plan).toEqual([]);
    expect(first(decision).reasons.map(({ code }) => code)).toContain("pool-unknown");
  });

  it.each(["not-a-consumer", "objective-unmeasurable"] as const)(
    "of the fleet's specification: %s",
    (code) => {
      const problem = reason(code, "InferenceFleet agents/coder: spec.pools[0].name.");
      const decision = decisionOn(
        withFleet({ problems: [problem] })(withFloor(7)(quietly(aGroupObservation()))),
      );
      expect(decision.plan).toEqual([]);
      expect(first(decision).reasons[0]).toEqual(problem);
    },
  );

  it("of a pool that does not list the fleet: it gets nothing of it", () => {
    const group = aSmallGroup({}, { consumers: [] });
    const decision = decisionOn(withFloor(7)(quietly(aGroupObservation())), group);
    expect(decision.plan).toEqual([]);
    expect(first(decision)).toMatchObject({ awardedRacks: 0, outcome: "Hold" });
    expect(first(decision).reasons.map(({ code }) => code)).toContain("arbitration");
  });
});

describe("a decision of a fleet that was deleted", () => {
  it("is ended, so that the pool is free for the others", () => {
    const orphan = anIntent({ fleet: "agents/gone", phase: "Executing" });
    const story = new Story(aSmallGroup(), {
      world: withFloor(6)(aGroupObservation({ intents: [orphan] })),
      memory: wanting(4),
    }).ticks(4);
    expect(story.phases()).toEqual([
      ["gb200-east-out-1", "Cancelled"],
      ["gb200-east-out-2", "Done"],
    ]);
    expect(story.desired()).toBe(6);
  });
});

describe("a person's switches", () => {
  const needy = withFloor(7)(quietly(aGroupObservation()));

  it("Shadow: decided, recorded, not carried out", () => {
    const group = aSmallGroup({ mode: { scaleOut: "Shadow", scaleIn: "Shadow" } });
    const decision = decisionOn(needy, group);
    expect(decision.plan).toEqual([]);
    expect(first(decision)).toMatchObject({ outcome: "Hold", want: { racks: 7 } });
    expect(first(decision).reasons[0]?.code).toBe("shadow");
  });

  it.each([
    ["out", { pauseOut: true, floorRacks: rackCount(7) }, 4],
    ["in", { pauseIn: true }, 1],
  ])("a pause of growth or scale-in (%s) opens nothing", (_, pause, wanted) => {
    const decision = decisionOn(
      withOverride(pause)(quietly(aGroupObservation())),
      aSmallGroup(),
      wanting(wanted),
    );
    expect(decision.plan).toEqual([]);
    expect(first(decision).reasons[0]?.text).toContain("FleetOverride incident: INC-4711");
  });

  it("a ceiling wins over a floor", () => {
    const decision = decisionOn(
      withOverride({ floorRacks: rackCount(7), ceilingRacks: rackCount(5) })(
        quietly(aGroupObservation()),
      ),
    );
    expect(first(decision)).toMatchObject({ targetRacks: 5, want: { racks: 5 } });
  });

  it("no lease: a standby decides and writes nothing", () => {
    const decision = decisionOn({ ...needy, leading: false });
    expect(decision.plan).toEqual([]);
    expect(first(decision).reasons[0]?.code).toBe("not-leader");
  });
});

describe("a fleet over two pools", () => {
  const west = aPool("gb200-west");
  const drawing = aSmallFleet({
    pools: ["gb200-east", "gb200-west"].map((name, n) => ({
      name,
      preference: n + 1,
      engineStartPrior: west.leadTimePrior.join,
    })),
  });
  const group: CompiledGroup = {
    ...aSmallGroup(),
    pools: [aPool("gb200-east", { limits: { ...west.limits, maxRacks: rackCount(4) } }), west],
    fleets: [drawing],
  };
  const westRacks = someRacks(2).map((rack) => ({
    ...rack,
    id: `west-${rack.id}`,
    nodes: rack.nodes.map((n) => ({ ...n, name: `west-${n.name}`, uid: `west-${n.uid}` })),
    pods: rack.pods.map((p) => ({ ...p, node: `west-${p.node}`, uid: `west-${p.uid}` })),
  }));
  const world = aGroupObservation({
    pools: [aPoolObservation(4), aPoolObservation(2, { name: "gb200-west", racks: westRacks })],
    fleets: [aFleetObservation()],
  });
  const memoryOf = (racks: number) => ({
    ...wanting(racks),
    pools: { "gb200-east": aPoolMemory(4), "gb200-west": aPoolMemory(2) },
  });

  it("grows where there is room", () => {
    const story = new Story(group, { world: withFloor(7)(world), memory: memoryOf(6) }).ticks(4);
    expect(story.world.pools.map(({ count }) => count?.desired)).toEqual([4, 3]);
  });

  it("gives racks back, counted over both", () => {
    const story = new Story(group, { world, memory: memoryOf(1) }).ticks(8);
    const [east, left] = story.world.pools.map(({ count }) => count?.desired);
    expect([east, left]).not.toEqual([4, 2]);
  });

  it("gives the sixth rack back where five are wanted, whichever pool has it", () => {
    const min = { ...drawing.racks, min: rackCount(5) };
    const five = { ...group, fleets: [{ ...drawing, racks: min }] };
    const story = new Story(five, { world, memory: memoryOf(5) }).ticks(8);
    const [east = 0, left = 0] = story.world.pools.map(({ count }) => count?.desired);
    expect(east + left).toBe(5);
  });
});
