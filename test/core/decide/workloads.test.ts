import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledFleet, CompiledWorkload } from "../../../src/core/compiled.ts";
import type { RemovalOrder } from "../../../src/core/observation.ts";
import { MINUTE_MS, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import { withFleet, withFloor, withOverride, withPool } from "../../support/builders/edits.ts";
import {
  aFleetObservation,
  aGroupObservation,
  aNode,
  aPoolObservation,
  aRack,
} from "../../support/builders/observed.ts";
import { aMemory } from "../../support/builders/remembered.ts";
import { anObject, aRackOf, aSized, ofEngine, range } from "../../support/builders/workloads.ts";
import { pendingUnits } from "../../support/model/units.ts";
import { Story } from "../../support/model/run.ts";

interface Scene {
  /** Indices of the units of each rack. */
  readonly racks: readonly (readonly (number | null)[])[];
  readonly replicas?: number;
  readonly removes?: RemovalOrder;
  readonly workload?: Partial<CompiledWorkload>;
  readonly fleet?: Partial<CompiledFleet>;
}

/** Racks that hold such units; one would do, so that they are given back one by one. */
function aStory({ racks, removes = "HighestIndex", workload = {}, fleet = {}, ...scene }: Scene) {
  const replicas = scene.replicas ?? racks.flat().length;
  const workloads = [aSized(workload)];
  const observed = {
    workloads: ofEngine(anObject(replicas, { removes })),
  };
  const world = aGroupObservation({
    fleets: [aFleetObservation(observed)],
    pools: [
      aPoolObservation(racks.length, {
        racks: racks.map((units, n) => aRackOf(`rack-${n}`, units)),
      }),
    ],
  });
  return new Story(aSmallGroup({ workloads, ...fleet }), { world, memory: aMemory() });
}

const keeping = (racks: number) => ({
  racks: { ...aSmallFleet().racks, min: rackCount(racks) },
});
const replicas = (story: Story) =>
  story.world.fleets[0]?.workloads?.[0]?.objects.map((object) => object.replicas);
const planned = (story: Story) => story.kinds();
const FIRST_RACK_LAST = [range(24, 32), range(0, 8), range(8, 16), range(16, 24)];
const none = (): readonly null[] => Array.from({ length: 8 }, () => null);

describe("units follow racks up", () => {
  const joined = { racks: [range(0, 8), []], fleet: keeping(2) };

  it("when a rack has joined, by what it has room for", () => {
    const story = aStory(joined);
    const { plan } = story.tick().decision;
    expect(plan).toMatchObject([
      {
        kind: "SetReplicas",
        object: { kind: "Deployment", name: "engine" },
        changes: [{ workload: "engine", part: null, from: 8, to: 16 }],
        reason: { code: "units-follow" },
      },
    ]);
    expect(pendingUnits(story.world)).toBe(0);
    expect(story.tick().decision.plan).toEqual([]);
  });

  it.each([
    ["its nodes have no quorum", { nodes: 15 }],
    [
      "GPUs are not allocatable",
      { node: { gpusAllocatable: aNode("n").gpusAllocatable, ready: false } },
    ],
  ])("but not while %s", (_, rack) => {
    const story = aStory(joined);
    const racks = [aRackOf("rack-0", range(0, 8)), aRack("rack-1", { pods: 0, ...rack })];
    story.change(withPool({ racks }));
    expect(story.tick().decision.plan).toEqual([]);
  });

  it("and say so in a step, with the numbers", () => {
    const [decided] = aStory(joined).tick().decision.fleets;
    expect(decided?.steps.find(({ name }) => name === "workload/engine")).toMatchObject({
      stage: "plan",
      text: "engine asks for 8 units, 2 racks have room for 16.",
      numbers: { found: 8, wanted: 16, bound: 8, racksUp: 2 },
    });
  });

  it.each([
    ["the fleet is in Shadow", { mode: { scaleOut: "Shadow", scaleIn: "Auto" } as const }],
    ["they are only observed", { workloads: [aSized({ manage: "Observe" })] }],
  ])("but not where %s", (_, fleet) => {
    const story = aStory({ ...joined, fleet: { ...keeping(2), ...fleet } });
    expect(story.tick().decision.plan).toEqual([]);
  });

  it("in Approve as well: who confirmed the rack confirmed its units", () => {
    const mode = { scaleOut: "Approve", scaleIn: "Approve" } as const;
    const story = aStory({ ...joined, fleet: { ...keeping(2), mode } });
    expect(story.tick().decision.plan).toMatchObject([{ kind: "SetReplicas" }]);
  });

  it.each([
    ["growth is paused", withOverride({ pauseOut: true })],
    [
      "a rollout runs",
      (world: ReturnType<typeof aGroupObservation>) => ({
        ...world,
        fleets: world.fleets.map((fleet) => ({ ...fleet, rollout: true })),
      }),
    ],
    [
      "this replica does not lead",
      (world: ReturnType<typeof aGroupObservation>) => ({
        ...world,
        leading: false,
      }),
    ],
  ])("but not while %s", (_, edit) => {
    expect(aStory(joined).change(edit).tick().decision.plan).toEqual([]);
  });

  it("stand for ten minutes where somebody else set them, and follow again then", () => {
    const story = aStory(joined).ticks(2);
    expect(replicas(story)).toEqual([16]);
    story.change(withFleet({ workloads: ofEngine(anObject(12, { lastWriter: "kubectl" })) }));
    const { plan, fleets } = story.tick(millis(10 * MINUTE_MS - 1)).decision;
    expect(plan).toEqual([]);
    expect(fleets[0]?.steps.at(-1)?.text).toContain("engine: kubectl wrote it last.");
    expect(story.tick(millis(1)).decision.plan).toEqual([]);
    expect(story.tick().decision.plan).toMatchObject([
      { kind: "SetReplicas", changes: [{ from: 12, to: 16 }] },
    ]);
  });

  it("are asked for three times when each write is set back, then not for a while", () => {
    const story = aStory(joined);
    const asked = range(0, 8).map(() => {
      const { plan } = story.tick().decision;
      story.change(withFleet({ workloads: ofEngine(anObject(8)) }));
      return plan.length;
    });
    expect(asked).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  });
});

describe("workloads are led down before a rack is evicted", () => {
  it("lowered by the rack's units in the tick that begins to evict", () => {
    const story = aStory({ racks: FIRST_RACK_LAST, fleet: keeping(3) }).ticks(10);
    expect(planned(story)).toEqual([
      ["OpenIntent"],
      ["SetPhase Executing", "Cordon"],
      ["SetReplicas", "Evict"],
      ["SetCount 4 → 3"],
      ["SetPhase Done"],
    ]);
    expect(replicas(story)).toEqual([24]);
  });

  it("pods of a Deployment are marked first, and lowered once the marks are seen", () => {
    const racks = [none(), none(), none(), none()];
    const story = aStory({ racks, removes: "LowestCost", fleet: keeping(3) }).ticks(10);
    expect(planned(story)).toEqual([
      ["OpenIntent"],
      ["SetPhase Executing", "Cordon"],
      ["MarkPods"],
      ["SetReplicas", "Evict"],
      ["SetCount 4 → 3"],
      ["SetPhase Done"],
    ]);
    expect(story.world.pools[0]?.racks.map(({ pods }) => pods.length)).toEqual([8, 8, 8]);
  });

  it("the rack is chosen whose units are the last of the set", () => {
    const racks = [range(0, 8), range(8, 16), range(24, 32), range(16, 24)];
    const story = aStory({ racks, fleet: keeping(3) }).ticks(2);
    expect(story.world.intents).toMatchObject([{ direction: "In", rack: "rack-2" }]);
  });

  const SHUFFLED = [0, 1, 2, 3].map((rack) => range(0, 8).map((n) => 4 * n + rack));

  it("no rack is given back where each would restart more units than are allowed", () => {
    const story = aStory({ racks: SHUFFLED, fleet: keeping(3) });
    const [decided] = story.tick().decision.fleets;
    expect(decided?.reasons[0]).toMatchObject({
      code: "drain-shuffle",
      text: expect.stringContaining(
        "Units restarted on other racks: 6. sharedSetRestarts allows 0.",
      ),
    });
    expect(story.world.intents).toEqual([]);
  });

  it("one is given back where that many restarts are accepted", () => {
    const workload = { sharedSetRestarts: 6 };
    const story = aStory({ racks: SHUFFLED, workload, fleet: keeping(3) }).ticks(12);
    expect(planned(story).flat()).toContain("SetCount 4 → 3");
    expect(replicas(story)).toEqual([24]);
    expect(pendingUnits(story.world)).toBe(0);
  });

  it("a drain that is given up has the units back, and their marks taken off", () => {
    const racks = [none(), none(), none(), none()];
    const story = aStory({ racks, removes: "LowestCost" }).ticks(4).change(withFloor(4)).ticks(4);
    expect(replicas(story)).toEqual([32]);
    expect(pendingUnits(story.world)).toBe(0);
    const pods = story.world.pools.flatMap((pool) => pool.racks.flatMap((rack) => rack.pods));
    expect(pods.filter(({ unit }) => unit?.marked)).toEqual([]);
  });

  it("the eviction waits while the count is somebody else's to write", () => {
    const racks = FIRST_RACK_LAST;
    const story = aStory({ racks, fleet: keeping(3) }).ticks(2);
    story.change(withFleet({ workloads: ofEngine(anObject(31, { lastWriter: "kubectl" })) }));
    const { plan, progress } = story.tick().decision;
    expect(plan).toEqual([]);
    expect(progress).toMatchObject([{ state: "Waiting", reason: { code: "foreign-write" } }]);
  });
});

describe("outside drains", () => {
  it("a lost rack's units are taken back where none that runs would end", () => {
    const lost = { racks: [none()], replicas: 16, removes: "LowestCost" as const };
    const story = aStory({ ...lost, fleet: keeping(1) });
    expect(story.tick().decision.plan).toMatchObject([
      { kind: "SetReplicas", changes: [{ from: 16, to: 8 }] },
    ]);
  });

  it("a set keeps its count where the lowest would run and higher ones wait", () => {
    const racks = [[0, 1, 2, 3, 12, 13, 14, 15]];
    const story = aStory({ racks, replicas: 16, fleet: keeping(1) });
    expect(story.tick().decision.plan).toEqual([]);
  });
});

/** @returns by how much the next plan raises a count above what the racks hold, at most */
function excess(story: Story): number {
  const room = 8 * (story.world.pools[0]?.racks.length ?? 0);
  const raised = story
    .tick()
    .decision.plan.flatMap((action) =>
      action.kind === "SetReplicas" ? action.changes.filter(({ from, to }) => to > from) : [],
    );
  return Math.max(-Infinity, ...raised.map(({ to }) => to - room));
}

describe("always", () => {
  const orders = fc.constantFrom<RemovalOrder>("HighestIndex", "LowestCost");
  const aWorld = fc.record({
    removes: orders,
    racks: fc.integer({ min: 1, max: 4 }),
    replicas: fc.integer({ min: 0, max: 40 }),
    keep: fc.integer({ min: 1, max: 4 }),
    shuffle: fc.boolean(),
    restarts: fc.constantFrom(0, 8),
  });

  it("the plan raises no count above the room, and the world settles with nothing pending", () => {
    fc.assert(
      fc.property(aWorld, ({ removes, racks, replicas: asked, keep, shuffle, restarts }) => {
        const all = range(0, Math.min(asked, racks * 8));
        const units = range(0, racks).map((rack) =>
          all
            .filter((n) => (shuffle ? n % racks : Math.floor(n / 8)) === rack)
            .map((n) => (removes === "HighestIndex" ? n : null)),
        );
        const scene = { racks: units, replicas: asked, removes, fleet: keeping(keep) };
        const story = aStory({ ...scene, workload: { sharedSetRestarts: restarts } });
        for (let tick = 0; tick < 45; tick += 1) expect(excess(story)).toBeLessThanOrEqual(0);
        expect(pendingUnits(story.world)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});
