import { describe, expect, it } from "vitest";
import type { Spread } from "../../src/core/compiled.ts";
import { millis } from "../../src/core/units.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { RackArrival } from "../../src/sim/rack-arrival.ts";
import { RackYard } from "../../src/sim/rack-yard.ts";
import type { World } from "../../src/sim/world.ts";
import { MINUTE, SUPPLY, aWorld, minutes, onlyPool, poolOf } from "../support/simulated-world.ts";

const exactly = (count: number): Spread => ({
  p50Ms: millis(count * MINUTE),
  p95Ms: millis(count * MINUTE),
});

/** Granted after 1 min, booted after 5, up after 7, serving after 9. */
const steady = (failedBoots = 0): World =>
  aWorld({
    supply: {
      leadTimes: { grant: exactly(1), boot: exactly(4), join: exactly(2), start: exactly(2) },
      leadTimeBoundsMs: null,
      stock: [],
      failedBoots,
    },
  });

/** @returns what the pool's newest rack looks like at those minutes. */
function newestAt(world: World, instants: readonly number[]) {
  return instants.map((minute) => {
    world.advanceTo(minutes(minute));
    const rack = onlyPool(world).racks().at(-1);
    const ready = rack?.nodes.filter((node) => node.ready).length ?? 0;
    return [rack?.phase, rack?.booted, rack?.nodes.length, ready >= 16];
  });
}

describe("a rack that arrives", () => {
  it("goes through its steps on time", () => {
    const world = steady();
    onlyPool(world).setDesired(5, "olga");
    expect(newestAt(world, [0.9, 1, 4.9, 5, 6.9, 7])).toEqual([
      ["Requested", false, 0, false],
      ["Arriving", false, 0, false],
      ["Arriving", false, 16, false],
      ["Arriving", true, 18, false],
      ["Arriving", true, 18, false],
      ["Up", true, 18, true],
    ]);
    world.advanceTo(minutes(8.9));
    expect(world.servingRacks("agents/coder")).toBe(4);
    world.advanceTo(minutes(9));
    expect(world.servingRacks("agents/coder")).toBe(5);
  });

  it("is ordered again when its boot fails", () => {
    const world = steady(1);
    onlyPool(world).setDesired(5, "olga");
    expect(newestAt(world, [4.9, 5])).toEqual([
      ["Arriving", false, 16, false],
      ["Requested", false, 0, false],
    ]);
  });
});

describe("the nodes of a rack", () => {
  it("are all the pool's, each Ready at most 20 s after the quorum", () => {
    const timeline = new EventQueue(0);
    const pool = poolOf(aWorld());
    const yard = new RackYard(pool, timeline);
    const lead = { grantMs: 0, bootMs: 4 * MINUTE, joinMs: 2 * MINUTE, startMs: 0 };
    const rack = yard.add("Requested", lead);
    const up: number[] = [];
    const onUp = () => void up.push(timeline.now());
    new RackArrival({ yard, supply: SUPPLY, seed: 1, onUp, onFailed: () => {} }).begin(rack);
    timeline.runUntil(6 * MINUTE);
    expect([up, rack.nodes.length]).toEqual([[6 * MINUTE], 18]);
    expect(rack.nodes.filter(({ ready }) => ready).length).toBeGreaterThanOrEqual(16);
    timeline.runUntil(6 * MINUTE + 20_000);
    expect(rack.nodes.every(({ ready, labelled }) => ready && labelled)).toBe(true);
  });
});

describe("a stuck boot", () => {
  it("makes what boots now take longer, whenever it strikes", () => {
    const world = steady();
    onlyPool(world).setDesired(5, "olga");
    world.advanceTo(minutes(3));
    onlyPool(world).arrival.hang(1, 10 * MINUTE);
    expect(
      newestAt(world, [5, 14.9, 15, 16.9, 17]).map(([phase, booted]) => [phase, booted]),
    ).toEqual([
      ["Arriving", false],
      ["Arriving", false],
      ["Arriving", true],
      ["Arriving", true],
      ["Up", true],
    ]);
  });

  it("strikes the next to boot where none does now, and only so many", () => {
    const world = steady();
    const pool = onlyPool(world);
    pool.arrival.hang(1, 10 * MINUTE);
    pool.setDesired(6, "olga");
    world.advanceTo(minutes(7));
    expect(
      pool
        .racks()
        .map(({ phase }) => phase)
        .slice(4),
    ).toEqual(["Arriving", "Up"]);
    world.advanceTo(minutes(17));
    expect(
      pool
        .racks()
        .map(({ phase }) => phase)
        .slice(4),
    ).toEqual(["Up", "Up"]);
  });

  it("is over for a rack that is given back", () => {
    const world = steady();
    const pool = onlyPool(world);
    pool.setDesired(5, "olga");
    world.advanceTo(minutes(2));
    pool.arrival.hang(1, 10 * MINUTE);
    pool.setDesired(4, "olga");
    world.advanceTo(minutes(60));
    expect(pool.racks()).toHaveLength(4);
  });
});
