import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledGroup } from "../../src/core/compiled.ts";
import { after, epochMs, millis, rackCount } from "../../src/core/units.ts";
import type { RackPool } from "../../src/sim/rack-pool.ts";
import { isServing } from "../../src/sim/rack-state.ts";
import type { World } from "../../src/sim/world.ts";
import { MINUTE, START, aWorld, minutes, onlyPool, GROUP } from "../support/simulated-world.ts";

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
      seen.starting ||= (rack?.pods ?? []).some(({ replica }) => replica === null);
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
    const world = aWorld({ supply: { stock: [{ atMs: millis(0), racks: 5 }] } });
    const pool = onlyPool(world);
    pool.setDesired(6, "olga");
    world.advanceTo(minutes(30));
    expect(pool.supply()).toMatchObject({ current: 5, stock: "stockout" });
    pool.setDesired(5, "olga");
    expect(pool.supply().stock).toBe("unknown");
  });
});

describe("what the provider says while it grants nothing", () => {
  const at = (minute: number, racks: number) => ({ atMs: millis(minute * MINUTE), racks });

  it("is a stock-out until it has racks again", () => {
    const world = aWorld({ supply: { stock: [at(0, 4), at(20, 6)] } });
    const pool = onlyPool(world);
    pool.setDesired(6, "olga");
    world.advanceTo(minutes(19));
    expect(pool.supply()).toMatchObject({ current: 4, stock: "stockout" });
    world.advanceTo(minutes(40));
    expect(pool.supply()).toMatchObject({ current: 6, stock: "unknown" });
  });

  it("is the quota where that is what binds", () => {
    const world = aWorld({ supply: { stock: [at(0, 9)], quotaRacks: 5 } });
    onlyPool(world).setDesired(8, "olga");
    world.advanceTo(minutes(30));
    expect(onlyPool(world).supply()).toMatchObject({ current: 5, stock: "quota" });
  });

  it("takes nothing away that it has granted", () => {
    const world = aWorld({ supply: { stock: [at(0, 4), at(10, 2)] } });
    world.advanceTo(minutes(30));
    expect(onlyPool(world).racks()).toHaveLength(4);
  });
});

describe("a failed boot", () => {
  it("is given back, and another rack ordered until one comes up", () => {
    const world = aWorld({ supply: { failedBoots: 0.5, stock: [] } });
    const pool = onlyPool(world);
    pool.setDesired(20, "olga");
    world.advanceTo(minutes(12));
    const soon = pool.racks().filter(({ phase }) => phase === "Up").length;
    expect(soon).toBeGreaterThan(6);
    expect(soon).toBeLessThan(18);
    expect(pool.racks()).toHaveLength(20);
    world.advanceTo(minutes(200));
    expect(new Set(phases(pool))).toEqual(new Set(["Up"]));
    const numbers = ids(pool).map((id) => Number(id.slice(-2)));
    expect(Math.max(...numbers)).toBeGreaterThan(20);
  });
});

describe("a capacity block", () => {
  const calendar = (until: number): CompiledGroup => {
    const [pool] = GROUP.pools;
    if (pool === undefined) throw new Error("no pool");
    const window = { from: epochMs(START - MINUTE), evacuateBeforeMs: millis(5 * MINUTE) };
    const windows = [
      { ...window, until: minutes(600), racks: rackCount(3) },
      { ...window, until: minutes(until), racks: rackCount(2) },
    ];
    const supply = { kind: "Calendar", committedRacks: rackCount(0), windows } as const;
    return { ...GROUP, pools: [{ ...pool, supply }] };
  };

  it("bounds what can be had", () => {
    const world = aWorld({ group: calendar(500), supply: { stock: [] } });
    onlyPool(world).setDesired(9, "olga");
    world.advanceTo(minutes(30));
    expect(onlyPool(world).supply()).toMatchObject({ current: 5, stock: "stockout" });
  });

  it("takes its racks with it when it ends, empty ones first", () => {
    const world = aWorld({ group: calendar(30), supply: { stock: [] } });
    const pool = onlyPool(world);
    const [first] = pool.racks();
    if (first === undefined) throw new Error("no rack");
    world.advanceTo(minutes(1));
    pool.setCordoned(new Set(first.nodes.map(({ uid }) => uid)), true);
    for (const pod of first.pods.slice()) pool.evict(first, pod);
    world.advanceTo(minutes(29));
    expect(world.servingRacks("agents/coder")).toBe(3);
    world.advanceTo(minutes(31));
    expect(first.phase).toBe("Gone");
    expect(world.servingRacks("agents/coder")).toBe(3);
    expect(phases(pool)).toEqual(["Up", "Up", "Up", "Requested"]);
  });
});

describe("racks on loan", () => {
  const loaned = () => aWorld({ supply: { loanedRacks: 2 } });

  it("run strangers' pods and serve nobody", () => {
    const world = loaned();
    world.advanceTo(minutes(30));
    expect(world.servingRacks("agents/coder")).toBe(2);
    const strangers = onlyPool(world).racks()[3]?.pods ?? [];
    expect(strangers).toHaveLength(18);
    expect(new Set(strangers.map(({ fleet }) => fleet))).toEqual(new Set([null]));
  });

  it("start the fleet's pods once reclaimed and past their grace", () => {
    const world = loaned();
    onlyPool(world).outages.reclaim(1, () => 15 * MINUTE);
    world.advanceTo(minutes(14.9));
    expect(onlyPool(world).racks()[2]?.pods[0]?.terminating).toBe(true);
    world.advanceTo(minutes(15));
    expect(
      onlyPool(world)
        .racks()[2]
        ?.pods.map(({ fleet }) => fleet),
    ).toEqual(Array.from({ length: 8 }, () => "agents/coder"));
    world.advanceTo(minutes(30));
    expect(world.servingRacks("agents/coder")).toBe(3);
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

describe("racks", () => {
  it("are conserved whatever people do to the count", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 8 }), fc.integer(), (counts, seed) => {
        const world = aWorld({ seed });
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
