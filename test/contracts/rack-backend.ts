import { beforeEach, describe, expect, it } from "vitest";
import { rackCount } from "../../src/core/units.ts";
import type { BackendWorld, Bench } from "./backend-world.ts";
import { goesWrong, marksVictims } from "./rack-backend-faults.ts";

/** What a world has, for the tests that need it. */
export interface ContractExtent {
  /** `wire`. */
  readonly faults?: boolean;
  /** `emptied` and `marked` besides: the kind knows marks for victims. */
  readonly marks?: boolean;
}

/** What every backend owes, whatever it talks to. */
export function rackBackendContract(
  name: string,
  start: () => Promise<BackendWorld>,
  { faults = false, marks = false }: ContractExtent = {},
): void {
  describe(`${name} as a RackBackend`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await benchOf(await start());
    });
    readsAndWrites(() => bench);
    leavesAlone(() => bench);
    if (faults) goesWrong(() => bench);
    if (marks) marksVictims(() => bench);
  });
}

async function benchOf(world: BackendWorld): Promise<Bench> {
  const uid = (await world.backend.read(world.pool)).count?.uid ?? "no uid";
  const run = world.run ?? (<T>(work: Promise<T>): Promise<T> => work);
  const write = async (from: number, to: number) => {
    const victims = to < from ? await world.emptied?.(from - to) : undefined;
    const change = { uid, from: rackCount(from), to: rackCount(to) };
    return run(
      world.backend.write(world.pool, {
        ...change,
        ...(world.objects && { objects: world.objects(from, to) }),
        ...(victims && { victims }),
      }),
    );
  };
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

/** A refusal that names it; or, from a backend that makes its object, the racks that are there. */
function withoutObject({ pool, withoutObject: racks }: BackendWorld): unknown {
  if (racks !== undefined) {
    return { count: expect.objectContaining({ desired: racks }), refusals: [] };
  }
  const text = expect.stringMatching(`${pool.backend.target.name}, expected one`);
  return { count: null, refusals: [{ code: "pool-unknown", text }] };
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
    const text = expect.stringMatching(/spec\..*argocd-controller.*expected/);
    expect(await world.backend.read(world.pool)).toEqual({
      count: null,
      // Of a set each object that Git owns is named.
      refusals: expect.arrayContaining([{ code: "pool-refused", text }]),
    });
    await expectConflict(6, 7, "argocd-controller");
  });

  it("says that the object is missing, and what was looked for", async () => {
    const { world, write } = bench();
    await world.remove();
    expect(await world.backend.read(world.pool)).toEqual(withoutObject(world));
    expect(await write(4, 5)).toMatchObject({ kind: "Conflict" });
  });
}
