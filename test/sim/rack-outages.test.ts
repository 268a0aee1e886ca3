import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { LoanWork } from "../../src/sim/loan-work.ts";
import { RackOutages } from "../../src/sim/rack-outages.ts";
import { RackYard } from "../../src/sim/rack-yard.ts";
import type { SimRack } from "../../src/sim/rack-state.ts";
import { isServing } from "../../src/sim/rack-state.ts";
import { RandomStream } from "../../src/sim/random.ts";
import type { World } from "../../src/sim/world.ts";
import { MINUTE, aWorld, minutes, onlyPool, poolOf, stubOf } from "../support/simulated-world.ts";

const random = () => new RandomStream(1, "fault");
const serving = (rack: SimRack): number => rack.pods.filter(isServing).length;
const ready = (rack: SimRack): number => rack.nodes.filter((node) => node.ready).length;

/** @returns the world's rack that something happened to. */
function hit(world: World, happened: (rack: SimRack) => boolean): SimRack {
  const [rack, other] = onlyPool(world).racks().filter(happened);
  if (rack === undefined || other !== undefined) throw new Error("not exactly one rack");
  return rack;
}
const broken = (rack: SimRack): boolean => rack.nodes.some(({ failed }) => failed);

describe("a pool without racks in service", () => {
  it("has nothing to lose", () => {
    const timeline = new EventQueue(0);
    const pool = poolOf(aWorld());
    const yard = new RackYard(pool, timeline);
    const loan = new LoanWork({ pool, yard, seed: 1 });
    const outages = new RackOutages({ yard, replace: () => {}, loan });
    yard.add("Requested", { grantMs: 1, bootMs: 1, joinMs: 1, startMs: 1 });
    outages.loseNodes(3, MINUTE, random());
    outages.loseRacks(1, null, random());
    outages.maintain(1, MINUTE, random());
    outages.reclaim(1, () => MINUTE);
    expect(timeline.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the loss of two nodes", () => {
  it("stops their engines at once, is noticed later, and heals on spare nodes and returns", () => {
    const world = aWorld();
    onlyPool(world).outages.loseNodes(2, 10 * MINUTE, random());
    const rack = hit(world, broken);
    expect([serving(rack), ready(rack)]).toEqual([7, 18]);
    world.advanceTo(minutes(1));
    expect([serving(rack), ready(rack), rack.phase]).toEqual([7, 16, "Up"]);
    world.advanceTo(minutes(9));
    expect(serving(rack)).toBe(8);
    world.advanceTo(minutes(20));
    expect([serving(rack), ready(rack)]).toEqual([8, 18]);
  });
});

describe("the loss of more nodes than a rack can spare", () => {
  it("has the provider drain it whole, and put it back once they are repaired", () => {
    const world = aWorld({ drainMs: 20_000 });
    onlyPool(world).outages.loseNodes(3, 10 * MINUTE, random());
    const rack = hit(world, broken);
    world.advanceTo(minutes(0.7));
    expect([serving(rack), rack.phase]).toEqual([0, "Repairing"]);
    expect(rack.pods.length).toBeGreaterThan(0);
    world.advanceTo(minutes(2));
    expect(rack.pods).toEqual([]);
    expect(rack.nodes.every(({ fenced }) => fenced)).toBe(true);
    world.advanceTo(minutes(10));
    expect([rack.phase, ready(rack), rack.pods.length]).toEqual(["Up", 18, 8]);
    world.advanceTo(minutes(15));
    expect(serving(rack)).toBe(8);
  });
});

describe("the loss of a rack", () => {
  it("is repaired in place in its own time, with the caches gone", () => {
    const world = aWorld();
    const before = onlyPool(world).racks().slice();
    const engines = stubOf(world).alive().length;
    onlyPool(world).outages.loseRacks(1, () => 30 * MINUTE, random());
    expect(stubOf(world).alive()).toHaveLength(engines - 8);
    const rack = hit(world, broken);
    world.advanceTo(minutes(29.9));
    expect([rack.phase, ready(rack), rack.pods.length]).toEqual(["Repairing", 0, 0]);
    world.advanceTo(minutes(40));
    expect([rack.phase, serving(rack)]).toEqual(["Up", 8]);
    expect(onlyPool(world).racks()).toEqual(before);
    expect(Math.max(...stubOf(world).alive())).toBeGreaterThan(engines);
  });

  it("without a repair has another rack ordered in its place", () => {
    const world = aWorld();
    onlyPool(world).outages.loseRacks(1, null, random());
    const rack = hit(world, broken);
    world.advanceTo(minutes(0.67));
    expect([rack.phase, onlyPool(world).racks().at(-1)?.phase]).toEqual(["Gone", "Requested"]);
    world.advanceTo(minutes(30));
    expect(world.servingRacks("agents/coder")).toBe(4);
  });

  it("strikes as many as it says, and no more than there are", () => {
    const world = aWorld();
    onlyPool(world).outages.loseRacks(3, () => 30 * MINUTE, random());
    expect(onlyPool(world).racks().filter(broken)).toHaveLength(3);
    onlyPool(world).outages.loseRacks(9, () => 30 * MINUTE, random());
    expect(onlyPool(world).racks().filter(broken)).toHaveLength(4);
  });
});

describe("maintenance", () => {
  it("drains a rack, reboots it, and gives it back", () => {
    const world = aWorld({ drainMs: 20_000 });
    onlyPool(world).outages.maintain(1, 20 * MINUTE, random());
    const rack = hit(world, ({ phase }) => phase === "Repairing");
    world.advanceTo(minutes(0.4));
    expect([ready(rack), rack.pods.length, serving(rack)]).toEqual([18, 8, 0]);
    world.advanceTo(minutes(5));
    expect([ready(rack), rack.pods.length]).toEqual([0, 0]);
    world.advanceTo(minutes(25));
    expect([rack.phase, ready(rack), serving(rack)]).toEqual(["Up", 18, 8]);
  });

  it("of a rack that is given back meanwhile does not bring it back", () => {
    const world = aWorld();
    const pool = onlyPool(world);
    pool.outages.maintain(1, 20 * MINUTE, random());
    const rack = hit(world, ({ phase }) => phase === "Repairing");
    world.advanceTo(minutes(1));
    pool.setDesired(3, "olga");
    expect(rack.phase).toBe("Releasing");
    world.advanceTo(minutes(30));
    expect(rack.phase).toBe("Gone");
    expect(pool.racks()).toHaveLength(3);
  });
});

describe("a rack that the provider takes for others", () => {
  it("is announced, serves until it goes, and another is handed out for it", () => {
    const world = aWorld();
    onlyPool(world).outages.interrupt(1, 2 * MINUTE, random());
    const rack = hit(world, ({ nodes }) => nodes.every(({ noticed }) => noticed));
    world.advanceTo(minutes(1.9));
    expect([serving(rack), rack.phase]).toEqual([8, "Up"]);
    world.advanceTo(minutes(2.1));
    expect(serving(rack)).toBe(0);
    world.advanceTo(minutes(3));
    expect(rack.phase).toBe("Gone");
    expect(
      onlyPool(world)
        .racks()
        .map(({ phase }) => phase),
    ).toContain("Arriving");
    world.checkConserved();
  });

  it("takes no new pods from the notice on", () => {
    const world = aWorld();
    onlyPool(world).outages.interruptAt(0, 2 * MINUTE);
    const rack = hit(world, ({ nodes }) => nodes.some(({ noticed }) => noticed));
    const [pod] = rack.pods;
    if (pod === undefined) throw new Error("no pod");
    onlyPool(world).evict(rack, pod);
    world.advanceTo(minutes(1.5));
    expect(rack.pods.length).toBeLessThan(8);
  });

  it("is none that is gone, or was announced before", () => {
    const world = aWorld();
    const { outages } = onlyPool(world);
    outages.interruptAt(99, MINUTE);
    outages.interrupt(3, MINUTE, random());
    outages.interrupt(9, 10 * MINUTE, random());
    world.advanceTo(minutes(2));
    expect(
      onlyPool(world)
        .racks()
        .filter(({ phase }) => phase === "Up"),
    ).toHaveLength(1);
    world.checkConserved();
  });
});
