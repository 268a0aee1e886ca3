/**
 * Races in every workflow: a clock that is wrong or jumps, and two processes that both believe they
 * lead. On a real API server, drains alone: test/cluster/scale-in.test.ts; the other races:
 * test/cluster/races.test.ts.
 */
import { describe, expect, it } from "vitest";
import type { CompiledGroup } from "../../src/core/compiled.ts";
import { SECOND_MS, rackCount } from "../../src/core/units.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import {
  aFleetObservation,
  aGroupObservation,
  aPoolObservation,
  aRack,
} from "../support/builders/observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "../support/builders/remembered.ts";
import { NOBODY_DIES, lifeOf, lifeOfTwo, wrongdoings } from "../support/crash/matrix.ts";
import type { StoryEnd } from "../support/crash/matrix.ts";
import { SIMULATED_STORIES, simulatedStory } from "../support/crash/simulated-story.ts";
import { Story } from "../support/model/run.ts";
import { aPool } from "../support/reports/compiled.ts";

const PLOTS = Object.entries(SIMULATED_STORIES).filter(([name]) => name !== "all of it in a row");
const MINUTE_MS = 60 * SECOND_MS;

/** What the cluster shows; failed ticks are part of a race. */
const shown = ({ also: _failures, ...end }: StoryEnd): Omit<StoryEnd, "also"> => end;
const undisturbed = async (plot: (typeof PLOTS)[number][1]): Promise<Omit<StoryEnd, "also">> =>
  shown((await lifeOf(simulatedStory(plot), NOBODY_DIES)).end);

describe.each([
  ["a minute ahead", { byMs: [MINUTE_MS], ticksEach: 1 }],
  ["a minute behind", { byMs: [-MINUTE_MS], ticksEach: 1 }],
  [
    "set back by a minute every four ticks, and forward again",
    { byMs: [0, -MINUTE_MS], ticksEach: 4 },
  ],
])("a clock that is %s", (_, skew) => {
  it.each(PLOTS)("%s: ends as with a right one", async (_name, plot) => {
    const life = await lifeOf(simulatedStory(plot, skew), NOBODY_DIES);
    expect(shown(life.end)).toEqual(await undisturbed(plot));
    expect(wrongdoings(life)).toEqual([]);
  });
});

describe("two processes that both lead", () => {
  it.each(PLOTS)("%s: every step is taken once", async (_name, plot) => {
    const story = simulatedStory(plot);
    expect(shown(await lifeOfTwo(story))).toEqual(await undisturbed(plot));
    const planned = new Set(story.plannedRacks());
    expect(story.evictions().filter(({ rack }) => rack !== "gone" && !planned.has(rack))).toEqual(
      [],
    );
  });
});

describe("two fleets that give racks of one pool back at the same time", () => {
  const names = ["coder", "writer"] as const;
  const consumer = (name: string) => ({
    fleet: { namespace: "agents", name },
    guaranteed: rackCount(1),
    max: rackCount(6),
    weight: 100,
  });
  const theGroup = (): CompiledGroup => {
    const pool = aPool("gb200-east", { consumers: names.map(consumer) });
    const fleets = names.map((name) => ({
      ...aSmallFleet(),
      key: `agents/${name}` as const,
      name,
      uid: `uid-of-${name}`,
    }));
    return { name: "gb200-east", pools: [pool], fleets };
  };
  /** Three racks each, of which one would do. */
  const theStory = (): Story => {
    const racks = names.flatMap((name, n) =>
      [0, 1, 2].map((m) => aRack(`rack-${3 * n + m}`, { pod: { fleet: `agents/${name}` } })),
    );
    const world = aGroupObservation({
      pools: [aPoolObservation(6, { racks })],
      fleets: names.map((name) => aFleetObservation({ key: `agents/${name}` })),
    });
    const memory = aMemory(aFleetMemory(), aPoolMemory(6));
    const fleets = Object.fromEntries(names.map((name) => [`agents/${name}`, aFleetMemory()]));
    return new Story(theGroup(), { world, memory: { ...memory, fleets } });
  };

  it("drain one at a time, each fleet its own", () => {
    const story = theStory();
    let drained = 0;
    for (let n = 0; n < 1_200 && story.desired() !== 2; n += 1) {
      story.tick();
      const racks = story.world.pools.flatMap((pool) => pool.racks);
      const draining = racks.filter(({ nodes }) => nodes.some(({ cordoned }) => cordoned));
      expect(draining.length).toBeLessThanOrEqual(1);
      drained = Math.max(drained, draining.length);
    }
    expect(drained).toBe(1);
    const lowered = story
      .kinds()
      .flatMap((kinds) => kinds.filter((kind) => kind.startsWith("SetCount")));
    expect(lowered).toEqual([6, 5, 4, 3].map((from) => `SetCount ${from} → ${from - 1}`));
    const left = story.world.pools.flatMap(({ racks }) => racks.map(({ pods }) => pods[0]?.fleet));
    expect(new Set(left)).toEqual(new Set(names.map((name) => `agents/${name}`)));
    expect(left).toHaveLength(names.length);
  });
});
