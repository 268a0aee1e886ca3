import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, epochMs, millis } from "../../src/core/units.ts";
import type { RackPool } from "../../src/sim/rack-pool.ts";
import { isServing } from "../../src/sim/rack-state.ts";
import type { World } from "../../src/sim/world.ts";
import { MINUTE, START, aWorld, minutes, onlyPool } from "../support/simulated-world.ts";

const ids = (pool: RackPool): readonly string[] => pool.racks().map(({ id }) => id);
const phases = (pool: RackPool): readonly string[] => pool.racks().map(({ phase }) => phase);

/** Steps second by second. @returns seconds since the start until `done`, or null after `limit`. */
function secondsUntil(world: World, done: () => boolean, limit = 3_600): number | null {
  const from = world.now();
  for (let second = 1; second <= limit; second += 1) {
    world.advanceTo(after(from, millis(second * 1_000)));
    if (done()) return second;
  }
  return null;
}

describe("raising the count", () => {
  it("brings whole racks, step by step", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    pool.setDesired(5, "olga");
    expect(phases(pool).at(-1)).toBe("Requested");
    expect(pool.racks().at(-1)?.nodes).toEqual([]);
    const seen = { fewNodes: false, unlabelled: false, starting: false };
    secondsUntil(world, () => {
      const rack = pool.racks()[4];
      const nodes = rack?.nodes ?? [];
      seen.fewNodes ||= nodes.length > 0 && nodes.length < 18;
      seen.unlabelled ||= nodes.some(({ labelled }) => !labelled);
      seen.starting ||= (rack?.pods ?? []).some(({ unit }) => unit === null);
      return (rack?.pods ?? []).filter(isServing).length === 8;
    });
    expect(seen).toEqual({ fewNodes: true, unlabelled: true, starting: true });
    expect(pool.racks()[4]?.nodes).toHaveLength(18);
    expect(world.servingRacks("agents/coder")).toBe(5);
  });

  it("takes 4 to 12 minutes from the request to the first served token, whatever the seed", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const world = aWorld({ seed });
      onlyPool(world).setDesired(8, "olga");
      const served = [5, 6, 7, 8].map((racks) =>
        secondsUntil(world, () => world.servingRacks("agents/coder") >= racks),
      );
      const total = served.reduce<number>((sum, seconds) => sum + (seconds ?? 1e9), 0);
      expect(served[0]).toBeGreaterThanOrEqual(4 * 60);
      expect(total).toBeLessThanOrEqual(12 * 60 + 4);
    }
  }, 60_000);

  it("waits while the provider has none, and goes on when it has", () => {
    const world = aWorld({ stockRacks: 5 });
    const pool = onlyPool(world);
    pool.setDesired(6, "olga");
    world.advanceTo(minutes(30));
    expect(pool.supply()).toEqual({ current: 5, stockout: true });
    pool.setDesired(5, "olga");
    expect(pool.supply().stockout).toBe(false);
  });
});

describe("lowering the count", () => {
  it("takes back what was not granted first", () => {
    const pool = onlyPool(aWorld());
    const before = ids(pool);
    pool.setDesired(5, "olga");
    pool.setDesired(4, "olga");
    expect(ids(pool)).toEqual(before);
  });

  it("prefers what was not granted to a rack that is empty", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    const [empty] = pool.racks();
    if (empty === undefined) throw new Error("no rack");
    pool.setCordoned(new Set(empty.nodes.map(({ uid }) => uid)), true);
    for (const pod of empty.pods.slice()) pool.evict(empty, pod);
    world.advanceTo(minutes(1));
    expect(empty.pods).toEqual([]);
    pool.setDesired(5, "olga");
    pool.setDesired(4, "olga");
    expect(phases(pool)).toEqual(["Up", "Up", "Up", "Up"]);
  });

  it("stops the nodes of a rack on its way", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    pool.setDesired(5, "olga");
    const rack = pool.racks()[4];
    secondsUntil(world, () => (rack?.nodes.length ?? 0) > 0);
    pool.setDesired(4, "olga");
    const nodes = rack?.nodes.length;
    secondsUntil(world, () => pool.racks().length === 4);
    expect(rack?.nodes).toHaveLength(nodes ?? 0);
    world.advanceTo(minutes(30));
    expect(rack?.pods).toEqual([]);
  });

  it("takes the rack that was emptied, and no other", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    const [, victim] = pool.racks();
    const others = ids(pool).filter((id) => id !== victim?.id);
    pool.setCordoned(new Set(victim?.nodes.map(({ uid }) => uid)), true);
    for (const pod of victim?.pods.slice() ?? []) {
      if (victim !== undefined) pool.evict(victim, pod);
    }
    world.advanceTo(minutes(1));
    expect(victim?.pods).toEqual([]);
    pool.setDesired(3, "olga");
    expect(victim?.phase).toBe("Releasing");
    const left = secondsUntil(world, () => pool.racks().length === 3);
    expect(left).toBeGreaterThan(5);
    expect(left).toBeLessThan(300);
    expect(ids(pool)).toEqual(others);
    expect(world.servingRacks("agents/coder")).toBe(3);
  });

  it("takes the newest rack when none is empty, and loses no turn", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    const before = ids(pool);
    pool.setDesired(3, "olga");
    world.advanceTo(minutes(10));
    expect(ids(pool)).toEqual(before.slice(0, 3));
  });
});

describe("a drained rack", () => {
  it("ends its pods within the grace period and makes none while cordoned", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    const [rack] = pool.racks();
    if (rack === undefined) throw new Error("no rack");
    world.advanceTo(minutes(1));
    pool.setCordoned(new Set(rack.nodes.map(({ uid }) => uid)), true);
    for (const pod of rack.pods.slice()) pool.evict(rack, pod);
    expect(secondsUntil(world, () => rack.pods.length === 0)).toBeLessThanOrEqual(30);
    world.advanceTo(minutes(20));
    expect(rack.pods).toEqual([]);
    pool.setCordoned(new Set(rack.nodes.map(({ uid }) => uid)), false);
    world.advanceTo(minutes(40));
    expect(rack.pods.filter(isServing)).toHaveLength(8);
  });
});

describe("the loss of nodes", () => {
  it("stops their engines at once, is noticed later, and heals on spare nodes and returns", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    const [rack] = pool.racks();
    if (rack === undefined) throw new Error("no rack");
    pool.loseNodes(3, 10 * MINUTE);
    expect(rack.pods.filter(isServing)).toHaveLength(6);
    expect(rack.nodes.filter(({ ready }) => ready)).toHaveLength(18);
    world.advanceTo(minutes(1));
    expect(rack.nodes.filter(({ ready }) => ready)).toHaveLength(15);
    // 15 sound nodes carry seven units of two nodes.
    world.advanceTo(minutes(9));
    expect(rack.pods.filter(isServing)).toHaveLength(7);
    world.advanceTo(minutes(20));
    expect(rack.pods.filter(isServing)).toHaveLength(8);
  });
});

describe("racks", () => {
  it("are conserved whatever people do to the count", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 8 }), fc.integer(), (counts, seed) => {
        const world = aWorld({ seed, load: { baseTurnsPerSecond: 0.1 } });
        const pool = onlyPool(world);
        let at = START;
        for (const count of counts) {
          pool.setDesired(count, "olga");
          at = epochMs(at + 97_000);
          world.advanceTo(at);
        }
        world.advanceTo(epochMs(at + 60 * MINUTE));
        expect(pool.racks()).toHaveLength(counts.at(-1) ?? 4);
        expect(new Set(phases(pool)).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
