import { describe, expect, it } from "vitest";
import { watchCaches } from "../../src/core/cache/diagnosis/watch.ts";
import { inOrder, memoryInOrder } from "../../src/core/in-order.ts";
import { aCacheTick } from "../support/builders/cache-story.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import {
  aDrain,
  aGroupObservation,
  aPoolObservation,
  aRack,
  anIntent,
} from "../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../support/builders/remembered.ts";
import { aFleet, aPool } from "../support/reports/compiled.ts";

describe("the input of a decision", () => {
  it("is put in order of names: pools, fleets, racks, intents", () => {
    const group = {
      ...aSmallGroup(),
      pools: [aPool("b"), aPool("a")],
      fleets: [aFleet("y"), aFleet("x")],
    };
    const observation = aGroupObservation({
      pools: [aPoolObservation(2, { racks: [aRack("r2"), aRack("r10"), aRack("r1")] })],
      intents: [anIntent(), aDrain()],
    });
    const ordered = inOrder(group, observation);
    expect(ordered.group.pools.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(ordered.group.fleets.map(({ name }) => name)).toEqual(["x", "y"]);
    const [pool] = ordered.observation.pools;
    expect(pool?.racks.map(({ id }) => id)).toEqual(["r1", "r10", "r2"]);
    expect(ordered.observation.intents.map(({ name }) => name)).toEqual([
      "gb200-east-in-1",
      "gb200-east-out-1",
    ]);
  });
});

describe("memory", () => {
  const sums = { prompt: 1, computed: 1 };
  const diagnosed = (pods: readonly string[]) => {
    const watched = watchCaches(null, aCacheTick(), () => ({ all: 0, elsewhere: 0, nowhere: 0 }));
    const diagnosis = { ...watched, pods: Object.fromEntries(pods.map((pod) => [pod, sums])) };
    return aMemory({ ...aFleetMemory(), diagnosis });
  };

  it("has what caches did in order of the pods' names, however it was filled", () => {
    const [fleet] = Object.values(memoryInOrder(diagnosed(["b", "c", "a"])).fleets);
    expect(Object.keys(fleet?.diagnosis?.pods ?? {})).toEqual(["a", "b", "c"]);
  });

  it("is the very same where nothing is out of order: every tick asks", () => {
    for (const pods of [["a", "b"], ["a"], []]) {
      const memory = diagnosed(pods);
      expect(memoryInOrder(memory)).toBe(memory);
    }
    const memory = diagnosed(["b", "a"]);
    expect(memoryInOrder(memory)).not.toBe(memory);
  });

  it("is otherwise as it was", () => {
    for (const pods of [["b", "c", "a"], ["a", "b"], []]) {
      const memory = diagnosed(pods);
      expect(memoryInOrder(memory)).toEqual(memory);
    }
    expect(memoryInOrder(aMemory())).toEqual(aMemory());
  });
});
