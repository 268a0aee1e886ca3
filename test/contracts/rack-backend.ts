import { beforeEach, describe, expect, it } from "vitest";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { rackCount } from "../../src/core/units.ts";
import type { CountChange, RackBackend } from "../../src/ports/rack-backend.ts";

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

/** What every backend owes, whatever it talks to. */
export function rackBackendContract(name: string, start: () => Promise<BackendWorld>): void {
  describe(`${name} as a RackBackend`, () => {
    let world: BackendWorld;
    let uid: string;

    beforeEach(async () => {
      world = await start();
      uid = (await world.backend.read(world.pool)).count?.uid ?? "no uid";
    });

    const racks = async () => (await world.units()) / world.unitsPerRack;
    const write = (from: number, to: number, change: Partial<CountChange> = {}) =>
      world.backend.write(world.pool, { uid, from: rackCount(from), to: rackCount(to), ...change });
    const expectConflict = async (result: ReturnType<typeof write>, found: string | RegExp) => {
      const before = await world.units();
      expect(await result).toEqual({ kind: "Conflict", found: expect.stringMatching(found) });
      expect(await world.units()).toBe(before);
    };

    it("reads the count in racks", async () => {
      const { count, refusals } = await world.backend.read(world.pool);
      expect(refusals).toEqual([]);
      expect(count).toMatchObject({ desired: 4, uid: expect.stringMatching(/./) });
    });

    it("changes the count once, and says who wrote it", async () => {
      expect(await write(4, 5)).toEqual({ kind: "Written" });
      expect(await racks()).toBe(5);
      const { count } = await world.backend.read(world.pool);
      expect(count).toMatchObject({ desired: 5, lastWriter: "breakwater" });
    });

    it("finds a repeated change already done", async () => {
      await write(4, 5);
      expect(await write(4, 5)).toEqual({ kind: "AlreadyDone" });
      expect(await racks()).toBe(5);
    });

    it("goes to zero and back", async () => {
      expect(await write(4, 0)).toEqual({ kind: "Written" });
      expect((await world.backend.read(world.pool)).count?.desired).toBe(0);
      expect(await write(0, 2)).toEqual({ kind: "Written" });
      expect(await racks()).toBe(2);
    });

    it("is not disturbed by writes to the status", async () => {
      await world.touchStatus();
      expect(await write(4, 3)).toEqual({ kind: "Written" });
    });

    it("leaves a count alone that somebody else changed, and names them", async () => {
      await world.setUnits(7 * world.unitsPerRack, "olga");
      await expectConflict(write(4, 5), `is ${7 * world.unitsPerRack}, expected`);
      expect((await world.backend.read(world.pool)).count).toMatchObject({
        desired: 7,
        lastWriter: "olga",
      });
    });

    it("leaves another object under the same name alone", async () => {
      await world.recreate();
      await expectConflict(write(4, 5), `expected ${uid}`);
    });

    it("refuses a count that Git owns", async () => {
      await world.setUnits(6 * world.unitsPerRack, "argocd-controller");
      const { count, refusals } = await world.backend.read(world.pool);
      expect(count).toBeNull();
      expect(refusals).toEqual([
        {
          code: "pool-refused",
          text: expect.stringMatching(/spec\..*argocd-controller.*expected/),
        },
      ]);
      await expectConflict(write(6, 7), "argocd-controller");
    });

    it("says that the object is missing, and what was looked for", async () => {
      await world.remove();
      const { name } = world.pool.backend.target;
      expect(await world.backend.read(world.pool)).toEqual({
        count: null,
        refusals: [{ code: "pool-unknown", text: expect.stringMatching(`${name}, expected one`) }],
      });
      expect(await write(4, 5)).toMatchObject({ kind: "Conflict" });
    });
  });
}
