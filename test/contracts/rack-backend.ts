import { beforeEach, describe, expect, it } from "vitest";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { rackCount } from "../../src/core/units.ts";
import type { RackBackend, WriteOutcome } from "../../src/ports/rack-backend.ts";

/** A pool of 4 racks whose object people can touch. */
export interface BackendWorld {
  readonly backend: RackBackend;
  readonly pool: CompiledPool;
  /** Units of the object's count that make one rack. */
  readonly unitsPerRack: number;
  /** The count in the object's own units, read past the backend. */
  units(): Promise<number>;
  setUnits(units: number, manager: string): Promise<void>;
  /** A write to the status, which moves the resource version. */
  touchStatus(): Promise<void>;
  /** Deletes the object and creates another of 4 racks under its name. */
  recreate(): Promise<void>;
  remove(): Promise<void>;
}

/** What the tests of one world work with. */
interface Bench {
  readonly world: BackendWorld;
  readonly uid: string;
  /** The count in racks. */
  racks(): Promise<number>;
  write(from: number, to: number): Promise<WriteOutcome>;
  /** The outcome is a conflict that names what was found, and the count stays as it was. */
  expectConflict(from: number, to: number, found: string): Promise<void>;
}

/** What every backend owes, whatever it talks to. */
export function rackBackendContract(name: string, start: () => Promise<BackendWorld>): void {
  describe(`${name} as a RackBackend`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await benchOf(await start());
    });
    readsAndWrites(() => bench);
    leavesAlone(() => bench);
  });
}

async function benchOf(world: BackendWorld): Promise<Bench> {
  const uid = (await world.backend.read(world.pool)).count?.uid ?? "no uid";
  const write = (from: number, to: number) =>
    world.backend.write(world.pool, { uid, from: rackCount(from), to: rackCount(to) });
  return {
    world,
    uid,
    write,
    racks: async () => (await world.units()) / world.unitsPerRack,
    expectConflict: async (from, to, found) => {
      const before = await world.units();
      expect(await write(from, to)).toEqual({
        kind: "Conflict",
        found: expect.stringContaining(found),
      });
      expect(await world.units()).toBe(before);
    },
  };
}

function readsAndWrites(bench: () => Bench): void {
  it("reads the count in racks", async () => {
    const { world, uid } = bench();
    const { count, refusals } = await world.backend.read(world.pool);
    expect(refusals).toEqual([]);
    expect(count).toMatchObject({ desired: 4, uid });
  });

  it("changes the count once, and says who wrote it", async () => {
    const { world, write, racks } = bench();
    expect(await write(4, 5)).toEqual({ kind: "Written" });
    expect(await racks()).toBe(5);
    const { count } = await world.backend.read(world.pool);
    expect(count).toMatchObject({ desired: 5, lastWriter: "breakwater" });
  });

  it("finds a repeated change already done", async () => {
    const { write, racks } = bench();
    await write(4, 5);
    expect(await write(4, 5)).toEqual({ kind: "AlreadyDone" });
    expect(await racks()).toBe(5);
  });

  it("goes to zero and back", async () => {
    const { world, write, racks } = bench();
    expect(await write(4, 0)).toEqual({ kind: "Written" });
    expect((await world.backend.read(world.pool)).count?.desired).toBe(0);
    expect(await write(0, 2)).toEqual({ kind: "Written" });
    expect(await racks()).toBe(2);
  });

  it("is not disturbed by writes to the status", async () => {
    const { world, write } = bench();
    await world.touchStatus();
    expect(await write(4, 3)).toEqual({ kind: "Written" });
  });
}

function leavesAlone(bench: () => Bench): void {
  it("leaves a count alone that somebody else changed, and names them", async () => {
    const { world, expectConflict } = bench();
    const seven = 7 * world.unitsPerRack;
    await world.setUnits(seven, "olga");
    await expectConflict(4, 5, `is ${seven}, expected`);
    const { count } = await world.backend.read(world.pool);
    expect(count).toMatchObject({ desired: 7, lastWriter: "olga" });
  });

  it("leaves another object under the same name alone", async () => {
    const { world, uid, expectConflict } = bench();
    await world.recreate();
    await expectConflict(4, 5, `expected ${uid}`);
  });

  it("refuses a count that Git owns", async () => {
    const { world, expectConflict } = bench();
    await world.setUnits(6 * world.unitsPerRack, "argocd-controller");
    expect(await world.backend.read(world.pool)).toEqual({
      count: null,
      refusals: [
        {
          code: "pool-refused",
          text: expect.stringMatching(/spec\..*argocd-controller.*expected/),
        },
      ],
    });
    await expectConflict(6, 7, "argocd-controller");
  });

  it("says that the object is missing, and what was looked for", async () => {
    const { world, write } = bench();
    await world.remove();
    const { name } = world.pool.backend.target;
    expect(await world.backend.read(world.pool)).toEqual({
      count: null,
      refusals: [{ code: "pool-unknown", text: expect.stringMatching(`${name}, expected one`) }],
    });
    expect(await write(4, 5)).toMatchObject({ kind: "Conflict" });
  });
}
