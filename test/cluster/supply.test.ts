/**
 * What a provider does with a request, on a real API server: gives, refuses, gives half, and takes
 * back on a date. The controller's own tick with the chart's rights; NodePools of CoreWeave's kind,
 * whose provider is the test.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MINUTE_MS, after, millis } from "../../src/core/units.ts";
import {
  blockUntil,
  fleetOn,
  nodePool,
  ON_DEMAND,
  rackNodes,
  rackPool,
} from "../support/cluster-world/supply-objects.ts";
import { SupplyWorld } from "../support/cluster-world/supply-world.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm"]);
const FLEET = "coder";
const GROUP = "gb200-east";
const [EAST, WEST] = ["gb200-east", "gb200-west"];
const NO_CAPACITY = {
  type: "Capacity",
  status: "False",
  reason: "CWInsufficientCapacity",
  message: "Not enough racks of gb200-4x",
} as const;

describe.skipIf(missing !== "")(`a provider's answers to a request ${missing}`, () => {
  let world: SupplyWorld;

  beforeAll(async () => {
    world = await SupplyWorld.start();
    await world.apply(
      nodePool(EAST, 1),
      nodePool(WEST, 0),
      rackPool(EAST, FLEET),
      rackPool(WEST, FLEET),
      fleetOn(FLEET, [EAST, WEST]),
    );
    await world.knows(1, 2);
    await world.arrive("east-a", EAST);
    await world.serve("east-a", FLEET);
    await world.ticks(6);
  }, 120_000);
  afterEach(({ task }) => {
    if (task.result?.state !== "fail") return;
    console.error(world.done.join("\n"), world.said(FLEET).join("\n"), world.plane.lastLogLines(5));
  });
  afterAll(() => world?.stop());

  const asks = async (pool: string, racks: number): Promise<boolean> =>
    (await world.asked(pool)).racks === racks;

  it("one guarded write asks the first pool, and the write is seen to be accepted", async () => {
    expect(await world.asked(EAST)).toEqual({ racks: 1, writes: 0 });
    await world.floor(FLEET, 2);
    await world.ticksUntil("a request", () => asks(EAST, 2));
    await world.ticks(3);
    expect(await world.asked(EAST)).toEqual({ racks: 2, writes: 1 });
    expect(await world.asked(WEST)).toEqual({ racks: 0, writes: 0 });
    const phase = ["get", "scaledecisions", "-A", "-o", "jsonpath={.items[*].status.phase}"];
    expect(await world.plane.mustKubectl(phase)).toBe("Done");
  });

  it("out of stock: said by name, and the next pool is asked for what is missing", async () => {
    await world.says(EAST, NO_CAPACITY);
    await world.ticksUntil("the other pool to be asked", () => asks(WEST, 1));
    const why = ["get", "scaledecision", `${WEST}-out-1`, "-n", "agents"];
    expect(await world.plane.mustKubectl([...why, "-o", "jsonpath={.spec.reason.text}"])).toMatch(
      /^Another pool does not give .* RackPool gb200-east: stockout\.$/,
    );
    expect(await world.asked(EAST)).toEqual({ racks: 2, writes: 1 });
    const shortage = { pool: EAST, shortage: "stockout" };
    expect(world.gauge("breakwater_pool_out_of_stock", shortage)).toBe(1);
    const status = ["get", "rackpool", EAST, "-o", "jsonpath={.status.conditions[*].message}"];
    expect(await world.plane.mustKubectl(status)).toContain("stockout since");
  });

  it("asked less and less often, over a restart too: how long to wait is in memory", async () => {
    await world.ticks(2);
    const before = (await world.remembered(GROUP, EAST))?.outOfStock;
    expect(before).toMatchObject({ kind: "stockout", tries: 1, current: true });
    await world.restart();
    await world.floor(FLEET, 3);
    await world.ticksUntil("the other pool to be asked for the third", () => asks(WEST, 2));
    expect(await world.asked(EAST)).toEqual({ racks: 2, writes: 1 });
    const later = (await world.remembered(GROUP, EAST))?.outOfStock;
    expect(later).toMatchObject({ since: before?.since, kind: "stockout" });
    expect(later?.until).toBeGreaterThanOrEqual(before?.until ?? Number.NaN);
  });

  it("9 of 18 nodes: waited for, then given back whole, not asked for again at once", async () => {
    // Seen as asked for before anything comes: how long it takes counts from then.
    await world.ticks(2);
    await world.arrive("west-a", WEST);
    await world.ticks(1);
    await world.serve("west-a", FLEET);
    await world.arrive("west-b", WEST, 0, 9);
    // Twice the 3 min that 99 % of racks are granted and have booted in.
    const waited = await world.ticksUntil("the half to be given back", () => asks(WEST, 1));
    expect(waited).toBeGreaterThanOrEqual(15);
    expect(await world.takeIdle()).toEqual(rackNodes("west-b", 0, 9));
    await world.ticks(3);
    expect(await world.asked(WEST)).toMatchObject({ racks: 1 });
    expect((await world.remembered(GROUP, WEST))?.outOfStock).toMatchObject({ kind: "partial" });
    expect(world.done.filter((what) => what.startsWith("Evict"))).toEqual([]);
  });

  it("the next half is completed while it is waited for, and stays", async () => {
    const waited = await world.ticksUntil("another request", () => asks(WEST, 2), 120);
    // At least the five minutes of the first wait, since the half was given back.
    expect(waited).toBeGreaterThanOrEqual(10);
    await world.ticks(2);
    await world.arrive("west-c", WEST, 0, 9);
    await world.ticks(6);
    await world.arrive("west-c", WEST, 9);
    await world.ticks(2);
    await world.serve("west-c", FLEET);
    await world.ticks(30);
    expect(await world.asked(WEST)).toMatchObject({ racks: 2 });
    expect(await world.cordoned()).toEqual([]);
  });

  it("the request that nobody answered is withdrawn once others serve", async () => {
    await world.ticksUntil("the withdrawal", () => asks(EAST, 1), 90);
    expect(await world.asked(EAST)).toEqual({ racks: 1, writes: 2 });
    expect(await world.pods()).toHaveLength(6);
  });

  it("how long the racks took is exported, step by step and by pool", () => {
    for (const step of ["boot", "join"]) {
      expect(world.gauge("breakwater_rack_step_measured", { pool: WEST, step })).toBeGreaterThan(0);
      expect(world.gauge("breakwater_rack_step_measured", { pool: EAST, step })).toBe(0);
    }
    const start = { pool: WEST, fleet: `agents/${FLEET}` };
    expect(world.gauge("breakwater_engine_start_measured", start)).toBeDefined();
    const p95 = { pool: WEST, step: "boot", percentile: "p95" };
    expect(world.gauge("breakwater_rack_step_seconds", p95)).toBeGreaterThan(0);
  });
});

describe.skipIf(missing !== "")(`what a pool says of itself ${missing}`, () => {
  const [BLOCK, RESERVE, BATCH] = ["block", "reserve", "batch"];
  const [LAB, RESEARCH] = ["lab", "research"];
  let world: SupplyWorld;

  beforeAll(async () => {
    world = await SupplyWorld.start();
    const ends = after(world.now, millis(25 * MINUTE_MS));
    const window = blockUntil(after(world.now, millis(-60 * MINUTE_MS)), ends);
    await world.apply(
      nodePool(BLOCK, 1),
      nodePool(RESERVE, 0),
      rackPool(BLOCK, BATCH, window),
      rackPool(RESERVE, BATCH),
      fleetOn(BATCH, [BLOCK, RESERVE]),
    );
    await world.knows(1, 2);
    await world.arrive("block-a", BLOCK);
    await world.serve("block-a", BATCH);
  }, 120_000);
  afterEach(({ task }) => {
    if (task.result?.state !== "fail") return;
    console.error(world.done.join("\n"), world.said(BATCH).join("\n"));
  });
  afterAll(() => world?.stop());

  it("a capacity block ends: replaced before, emptied in time, not asked for after", async () => {
    const began = world.now;
    const asks = async (pool: string, racks: number) => (await world.asked(pool)).racks === racks;
    await world.ticksUntil("the replacement to be asked for", () => asks(RESERVE, 1), 100);
    expect(await world.cordoned()).toEqual([]);
    await world.arrive("reserve-a", RESERVE);
    await world.serve("reserve-a", BATCH);
    await world.ticksUntil(
      "the block to be given back",
      async () => {
        // Evicted pods end as soon as kwok has seen it: real time, none of the tick's.
        const evicted = world.done.some((what) => what.startsWith("Evict"));
        if (evicted)
          await untilTrue("the evicted to end", async () => (await world.pods()).length <= 2);
        return asks(BLOCK, 0);
      },
      120,
    );
    // 25 minutes until the end, 5 of them to be empty before it.
    expect(world.now - began).toBeLessThanOrEqual(20 * MINUTE_MS);
    expect(await world.takeIdle()).toEqual(rackNodes("block-a"));
    await world.ticks(30);
    expect(await world.asked(BLOCK)).toMatchObject({ racks: 0 });
    expect(await world.asked(RESERVE)).toMatchObject({ racks: 1 });
    expect(await world.pods()).toHaveLength(2);
  });

  it("documentation only, and not acknowledged as the others here: a person confirms", async () => {
    await world.apply(
      nodePool(LAB, 0),
      rackPool(LAB, RESEARCH, ON_DEMAND, false),
      fleetOn(RESEARCH, [LAB]),
    );
    await world.knows(2, 3);
    await world.ticks(6);
    expect(await world.asked(LAB)).toEqual({ racks: 0, writes: 0 });
    const where = ["get", "scaledecision", `${LAB}-out-1`, "-n", "agents"];
    const field = (path: string) => world.plane.mustKubectl([...where, `-o=jsonpath={${path}}`]);
    expect(await field(".status.phase")).toBe("Pending");
    expect(await field(".spec.requiredApprovals")).toBe("1");
    expect(world.said(RESEARCH).join()).toContain("spec.backend.acknowledgeUnproven: true lets it");
  });
});
