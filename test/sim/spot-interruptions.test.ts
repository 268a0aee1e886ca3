import { describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { beginInterruptions } from "../../src/sim/spot-interruptions.ts";
import type { World } from "../../src/sim/world.ts";
import {
  MINUTE,
  SUPPLY,
  aWorld,
  minutes,
  onlyPool,
  poolOf,
  portsOf,
} from "../support/simulated-world.ts";

const HOURS = 60;
const noticed = (world: World): number =>
  onlyPool(world)
    .racks()
    .filter(({ nodes }) => nodes.some((node) => node.noticed)).length;

const spotWorld = (perRackHour: number, startRacks = 4, seed = 1): World =>
  aWorld({
    seed,
    supply: {
      startRacks,
      stock: [],
      interruptions: { perRackHour, noticeMs: millis(2 * MINUTE) },
    },
  });

/** @returns the minutes at which racks were announced to go, looked at twice a minute */
function announcedAt(world: World, hours: number): readonly number[] {
  const seen = new Set<string>();
  const found: number[] = [];
  for (let half = 1; half <= hours * HOURS * 2; half += 1) {
    world.advanceTo(minutes(half / 2));
    for (const { id, nodes } of onlyPool(world).racks()) {
      if (seen.has(id) || !nodes.some((node) => node.noticed)) continue;
      seen.add(id);
      found.push(half / 2);
    }
  }
  return found;
}

describe("racks of a Spot pool", () => {
  it("are taken as often as the scenario says, each of them", () => {
    // 4 racks x 0.5 an hour x 100 hours = 200, less the time until replaced (40 min of 120).
    const found = announcedAt(spotWorld(0.5), 100).length;
    expect(found).toBeGreaterThan(110);
    expect(found).toBeLessThan(200);
  });

  it("are taken at instants that do not depend on how many there are", () => {
    const few = announcedAt(spotWorld(0.2, 2), 30);
    const many = announcedAt(spotWorld(0.2, 12), 30);
    expect(few.length).toBeGreaterThan(0);
    expect(many.length).toBeGreaterThan(few.length);
    expect(many[0]).toBeLessThanOrEqual(few[0] ?? 0);
    expect(announcedAt(spotWorld(0.2, 2), 30)).toEqual(few);
    expect(announcedAt(spotWorld(0.2, 2, 2), 30)).not.toEqual(few);
  });

  it("are left alone where the rate is 0, or none is given", () => {
    expect(announcedAt(spotWorld(0), 20)).toEqual([]);
    expect(announcedAt(aWorld(), 20)).toEqual([]);
  });

  it("are not looked at where none is taken", () => {
    const world = aWorld();
    const timeline = new EventQueue(0);
    const { outages } = onlyPool(world);
    const pool = poolOf(world);
    beginInterruptions({ pool, supply: SUPPLY, timeline, seed: 1, startsAt: 0, outages });
    expect(timeline.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("draw nothing that others draw: lead times are as without", () => {
    const leads = (world: World) => {
      world.advanceTo(minutes(1));
      onlyPool(world).setDesired(6, "test");
      return onlyPool(world)
        .racks()
        .map(({ lead }) => lead);
    };
    expect(leads(spotWorld(3))).toEqual(leads(aWorld({ supply: { stock: [] } })));
  });
});

describe("what the cluster shows of it", () => {
  const notice = { taints: ["karpenter.sh/disrupted"], conditions: [] };
  const terms = { ...notice, noticeMs: millis(MINUTE), expectedEveryMs: millis(MINUTE) };

  it("is the mark that the pool says nodes bear", async () => {
    const plain = aWorld();
    const pool = poolOf(plain);
    const supply = { ...pool.supply, interruptions: terms };
    const { group } = plain.options.scenario;
    const world = aWorld({ group: { ...group, pools: [{ ...pool, supply }] } });
    onlyPool(world).outages.interruptAt(0, 2 * MINUTE);
    expect(noticed(world)).toBe(1);
    const nodes = await portsOf(world).nodes.list([{ ...pool, supply }]);
    const marked = nodes.filter((node) => node.notice === "karpenter.sh/disrupted");
    expect(marked).toHaveLength(pool.rack.nodes);
  });
});
