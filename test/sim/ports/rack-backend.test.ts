import { describe, expect, it } from "vitest";
import { millis, rackCount } from "../../../src/core/units.ts";
import { simulatedRackBackend } from "../../../src/sim/ports/rack-backend.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import { aWorld, minutes, onlyPool, poolOf } from "../../support/simulated-world.ts";

rackBackendContract("the simulated pool", () => {
  const world = aWorld();
  const pool = onlyPool(world);
  const done = (change: () => void): Promise<void> => {
    change();
    return Promise.resolve();
  };
  return Promise.resolve({
    backend: simulatedRackBackend(world),
    pool: poolOf(world),
    unitsPerRack: 1,
    units: () => Promise.resolve(pool.object.state().desired),
    setUnits: (units, manager) => done(() => pool.setDesired(units, manager)),
    touchStatus: () => done(() => pool.object.touch()),
    recreate: () => done(() => pool.object.recreate()),
    remove: () => done(() => pool.object.remove()),
  });
});

describe("the count of a simulated pool", () => {
  it("tells racks asked for from racks that are there, and a stock-out", async () => {
    const world = aWorld({ supply: { stock: [{ atMs: millis(0), racks: 5 }] } });
    const backend = simulatedRackBackend(world);
    const pool = poolOf(world);
    const uid = (await backend.read(pool)).count?.uid ?? "";
    await backend.write(pool, { uid, from: rackCount(4), to: rackCount(6) });
    expect((await backend.read(pool)).count).toMatchObject({
      desired: 6,
      current: 4,
      granted: 4,
    });
    world.advanceTo(minutes(30));
    const { count } = await backend.read(pool);
    expect(count).toMatchObject({ desired: 6, current: 5, granted: 5, stock: "stockout" });
  });

  it("is not there for a pool that the world does not have", async () => {
    const world = aWorld();
    const stranger = { ...poolOf(world), name: "elsewhere" };
    await expect(simulatedRackBackend(world).read(stranger)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("elsewhere"),
    });
  });
});
