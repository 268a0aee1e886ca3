import { describe, expect, it } from "vitest";
import type { GroupObservation, RackObservation } from "../../../src/core/observation.ts";
import { HOUR_MS, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import {
  withCount,
  withFloor,
  withFleet,
  withOverride,
  withPool,
  withRack,
} from "../../support/builders/edits.ts";
import { aGroupObservation, aRack, someRacks } from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";
import { Story, labelOf } from "../../support/model/run.ts";

const forcing = aSmallGroup({ drain: { ...aSmallFleet().drain, onDeadline: "Force" } });

/** Four racks held; for three hours one would have done; demand is one turn a second. */
const aSurplus = (group = aSmallGroup()) =>
  new Story(group, { world: aGroupObservation(), memory: aMemory() });

/** The drain of `rack-0`, cordoned, its pods not yet evicted. */
const aCordonedSurplus = (group = aSmallGroup()) => aSurplus(group).ticks(2);

describe("a rack is given back", () => {
  it("in this order: cordon, evict, empty, one rack less, gone, done", () => {
    const story = aSurplus(
      aSmallGroup({ racks: { ...aSmallFleet().racks, min: rackCount(3) } }),
    ).ticks(8);
    expect(story.kinds()).toEqual([
      ["OpenIntent"],
      ["SetPhase Executing", "Cordon"],
      ["Evict"],
      ["SetCount 4 → 3"],
      ["SetPhase Done"],
    ]);
    expect(story.desired()).toBe(3);
    expect(story.world.pools[0]?.racks.map(({ id }) => id)).toEqual(["rack-1", "rack-2", "rack-3"]);
  });

  it("one at a time, down to what is wanted and no further", () => {
    const story = aSurplus().ticks(140);
    const counts = story
      .kinds()
      .flat()
      .filter((label) => label.startsWith("SetCount"));
    expect(counts).toEqual(["SetCount 4 → 3", "SetCount 3 → 2", "SetCount 2 → 1"]);
  });

  it("waits while its pods are ending", () => {
    const story = aCordonedSurplus().change(withRack("rack-0", { pod: { terminating: true } }));
    expect(story.tick().decision).toMatchObject({
      plan: [],
      progress: [{ state: "Waiting", reason: { code: "evicting" } }],
    });
  });

  it("asks again for an eviction that a disruption budget refused", () => {
    const story = aCordonedSurplus();
    const before = story.world;
    expect(labels(story)).toEqual(["Evict"]);
    story.change(() => before);
    expect(labels(story)).toEqual(["Evict"]);
  });

  it("cordons a node that came up in the rack meanwhile", () => {
    const story = aCordonedSurplus();
    const repaired = aRack("rack-0", { nodes: 1, node: { name: "spare", uid: "uid-spare" } });
    story.change((world) => withPool({ racks: extended(world, repaired.nodes) })(world));
    expect(story.tick().decision.plan).toMatchObject([
      { kind: "Cordon", nodes: [{ name: "spare" }] },
    ]);
  });

  it("does not take a rack for empty whose domain label is missing", () => {
    const story = aCordonedSurplus();
    story.change((world) => withPool({ racks: relabelled(world) })(world));
    expect(labels(story)).toEqual(["Evict"]);
  });
});

describe("a drain is given up before the count is lowered", () => {
  it("when demand returns: routing back first, then the phase", () => {
    const story = aCordonedSurplus().change(withFloor(4));
    const { decision } = story.tick();
    expect(decision.plan.map(({ kind }) => kind)).toEqual(["Uncordon", "SetPhase"]);
    expect(decision.progress[0]?.reason.code).toBe("demand-returned");
    story.ticks(2);
    expect(story.phases()).toEqual([["gb200-east-in-1", "Cancelled"]]);
    expect(story.desired()).toBe(4);
    expect(cordoned(story)).toBe(0);
  });

  it("not once the count is lowered: the rack leaves, growth is asked for afterwards", () => {
    const story = aCordonedSurplus().ticks(2);
    expect(story.desired()).toBe(3);
    story.change(withFloor(4)).ticks(6);
    expect(story.kinds().slice(4)).toEqual([
      ["SetPhase Done"],
      ["OpenIntent"],
      ["SetPhase Executing", "SetCount 3 → 4"],
      ["SetPhase Done"],
    ]);
  });

  it("when the rack is not empty by its deadline, where the fleet says Cancel", () => {
    const story = aCordonedSurplus().change(withRack("rack-0", { pod: { terminating: true } }));
    story.tick(millis(3 * HOUR_MS));
    const { decision } = story.tick();
    expect(decision.plan.map(({ kind }) => kind)).toEqual(["Uncordon", "SetPhase"]);
    expect(decision.plan[1]).toMatchObject({ phase: "Cancelled" });
    expect(decision.progress[0]?.reason.code).toBe("drain-deadline");
  });

  it("but where the fleet says Force, the count is lowered past the deadline, pods or not", () => {
    const story = aCordonedSurplus(forcing);
    story.change(withRack("rack-0", { pod: { terminating: true } }));
    story.tick(millis(3 * HOUR_MS));
    expect(labels(story)).toEqual(["SetCount 4 → 3"]);
  });

  it("when somebody else changed the count: the rack serves again, nothing is written", () => {
    const story = aCordonedSurplus().change(withCount({ desired: rackCount(5) }));
    const { decision } = story.tick();
    expect(decision.plan.map(({ kind }) => kind)).toEqual(["Uncordon", "SetPhase"]);
    expect(decision.plan[1]).toMatchObject({ phase: "Failed", reason: { code: "count-conflict" } });
  });
});

describe("verification that the right rack left", () => {
  /** The count is lowered, `rack-0` is empty, the provider has not acted. */
  const aReleasing = () => {
    const story = aCordonedSurplus().ticks(1);
    const before = story.world;
    story.tick();
    return story.change((world) => ({
      ...world,
      pools: world.pools.map((pool) => ({ ...pool, racks: before.pools[0]?.racks ?? [] })),
    }));
  };

  it("waits while the provider takes its time", () => {
    const story = aReleasing();
    expect(story.tick().decision.progress).toMatchObject([
      { state: "Waiting", reason: { code: "releasing" } },
    ]);
  });

  it("fails when another rack left, and stops scale-in until the pool is edited", () => {
    const story = aReleasing();
    story.change(withPool({ racks: someRacks(3).filter(({ id }) => id !== "rack-2") }));
    const { decision, memory } = story.tick();
    expect(decision.plan.at(-1)).toMatchObject({
      phase: "Failed",
      reason: { code: "wrong-node-left" },
    });
    expect(memory.pools["gb200-east"]?.wrongNodeGeneration).toBe(1);
    story.ticks(4);
    expect(story.decisions.at(-1)?.fleets[0]?.reasons.map(({ code }) => code)).toContain(
      "wrong-node-left",
    );
    expect(story.intent("gb200-east-in-2")).toBeUndefined();
    const edited = new Story(aSmallGroup({}, { generation: 2 }), story);
    edited.ticks(2);
    expect(edited.intent("gb200-east-in-2")).toBeDefined();
  });

  it("fails when nodes of another rack left instead of some of its own", () => {
    const story = aReleasing();
    const short = (rack: RackObservation): RackObservation => {
      const left = { "rack-0": 4, "rack-2": rack.nodes.length - 4 }[rack.id];
      return { ...rack, nodes: rack.nodes.slice(0, left) };
    };
    const racks = (story.world.pools[0]?.racks ?? []).map(short);
    story.change(withPool({ racks }));
    expect(story.tick().decision.progress[0]?.reason.code).toBe("releasing");
    story.change(withPool({ racks }));
    const { decision, memory } = story.tick();
    expect(decision.plan.map(({ kind }) => kind)).toEqual(["Uncordon", "SetPhase"]);
    expect(decision.plan.at(-1)).toMatchObject({
      phase: "Failed",
      reason: {
        code: "wrong-node-left",
        text: expect.stringContaining("Rack rack-0 was emptied, but 4 nodes of rack-2 left."),
      },
    });
    expect(memory.pools["gb200-east"]?.wrongNodeGeneration).toBe(1);
  });

  it("does not take a rack for lost whose label is missing for a while", () => {
    const story = aReleasing();
    const racks = story.world.pools[0]?.racks ?? [];
    const hidden = racks.map((rack) =>
      rack.id === "rack-2" ? { ...rack, id: "unlabelled" } : rack,
    );
    story.change((world) => ({
      ...world,
      pools: world.pools.map((p) => ({ ...p, racks: hidden })),
    }));
    expect(story.tick().decision.progress).toMatchObject([{ reason: { code: "releasing" } }]);
  });

  it("does not bar growth for ever when the provider never takes the rack", () => {
    const story = aReleasing();
    const racks = story.world.pools[0]?.racks ?? [];
    story.tick(millis(3 * HOUR_MS));
    story.change(withPool({ racks }));
    expect(story.tick().decision.plan).toMatchObject([
      { kind: "Uncordon", reason: { code: "drain-deadline" } },
      { phase: "Failed", reason: { code: "drain-deadline" } },
    ]);
  });
});

describe("scale-in waits", () => {
  it.each([
    ["until the window has been watched", aMemory(aFleetMemory({ hours: 1 })), "memory-young"],
    ["while more was wanted in the window", aMemory(aFleetMemory({ racks: 4 })), "stabilization"],
  ])("%s", (_, memory, code) => {
    const story = new Story(aSmallGroup(), { world: aGroupObservation(), memory });
    const { decision } = story.tick();
    expect(decision.plan).toEqual([]);
    expect(decision.fleets[0]?.reasons[0]?.code).toBe(code);
  });

  it("while a rollout is in progress", () => {
    const { decision } = aSurplus()
      .change(withFleet({ rollout: true }))
      .tick();
    expect(decision.plan).toEqual([]);
    expect(decision.fleets[0]?.reasons[0]?.code).toBe("rollout");
  });

  it("but a pause does not keep a drain going that nobody needs: the rack comes back", () => {
    const story = aCordonedSurplus();
    story.change(withOverride({ pauseIn: true, floorRacks: rackCount(4) }));
    expect(story.tick().decision.plan.map(({ kind }) => kind)).toEqual(["Uncordon", "SetPhase"]);
    expect(cordoned(story.tick() && story)).toBe(0);
  });

  it("while the fleet is in Shadow: a drain under way gives its rack back", () => {
    const { world, memory } = aCordonedSurplus();
    const shadow = aSmallGroup({ mode: { scaleOut: "Auto", scaleIn: "Shadow" } });
    const story = new Story(shadow, { world, memory });
    const { decision } = story.tick();
    expect(decision.plan.map(labelOf)).toEqual(["Uncordon", "SetPhase Cancelled"]);
    expect(decision.progress[0]?.reason.code).toBe("shadow");
    expect(labels(story)).toEqual([]);
  });

  it("while it is paused: a drain under way gives its rack back, and begins anew", () => {
    const story = aCordonedSurplus().change(withOverride({ pauseIn: true }));
    const { decision } = story.tick();
    expect(decision.plan.map(labelOf)).toEqual(["Uncordon", "SetPhase Cancelled"]);
    expect(decision.progress[0]?.reason.code).toBe("paused");
    expect(cordoned(story)).toBe(0);
    expect(labels(story)).toEqual([]);
    story.change(withOverride(null));
    expect(labels(story)).toEqual(["OpenIntent"]);
  });
});

const labels = (story: Story): readonly string[] => story.tick().decision.plan.map(labelOf);

const cordoned = ({ world }: Story): number =>
  world.pools.flatMap(({ racks }) => racks.flatMap(({ nodes }) => nodes)).filter((n) => n.cordoned)
    .length;

const racksOf = (world: GroupObservation): readonly RackObservation[] =>
  world.pools[0]?.racks ?? [];

const extended = (world: GroupObservation, nodes: RackObservation["nodes"]) =>
  racksOf(world).map((rack) =>
    rack.id === "rack-0" ? { ...rack, nodes: [...rack.nodes, ...nodes] } : rack,
  );

/** The plugin that labels nodes restarts on `rack-0`. */
const relabelled = (world: GroupObservation) =>
  racksOf(world).map((rack) => (rack.id === "rack-0" ? { ...rack, id: "unlabelled" } : rack));
