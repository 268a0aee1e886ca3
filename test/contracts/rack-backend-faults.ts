/** The part of the backend contract about writes that fail, and about marks. */
import { expect, it } from "vitest";
import { rackCount } from "../../src/core/units.ts";
import type { Wire, WriteFault } from "../support/backed-kinds/wire.ts";
import type { BackendWorld, Bench } from "./backend-world.ts";

/** As often as a client tries before it gives up, and once more. */
const OUTAGE = 5;

const wireOf = ({ wire }: BackendWorld): Wire => {
  if (wire === undefined) throw new Error("this world has no wire");
  return wire;
};

export function goesWrong(bench: () => Bench): void {
  const answers: readonly (readonly [string, WriteFault])[] = [
    ["that is told to wait is made later", { kind: "answer", status: 429, retryAfterSeconds: 1 }],
    ["that meets a failing server is made again", { kind: "answer", status: 500 }],
    ["whose answer is lost is not made twice", { kind: "done-but", status: 500 }],
    ["whose answer times out is not made twice", { kind: "done-but", status: 504 }],
  ];
  it.each(answers)("a write %s", async (_what, fault) => {
    const { world, write, racks } = bench();
    wireOf(world).order(fault);
    expect((await write(4, 5)).kind).toMatch(/^(Written|AlreadyDone)$/);
    expect(await racks()).toBe(5);
    expect(wireOf(world).left()).toBe(0);
  });

  it.each([409, 500])(
    "raises a lasting %i, writes nothing, and can be repeated",
    async (status) => {
      const { world, write, racks } = bench();
      const code = status === 409 ? "conflict" : "server-error";
      wireOf(world).order({ kind: "answer", status }, status === 409 ? 1 : OUTAGE - 1);
      await expect(write(4, 5)).rejects.toMatchObject({ code });
      expect(await racks()).toBe(4);
      expect(await write(4, 5)).toEqual({ kind: "Written" });
      expect(await racks()).toBe(5);
    },
  );

  it("does not write over an edit between its read and its write", async () => {
    const { world, write, racks } = bench();
    const edit = () => world.setUnits(6 * world.unitsPerRack, "olga");
    wireOf(world).order({ kind: "first", run: edit });
    expect(await write(4, 5)).toMatchObject({ kind: "Conflict" });
    expect(await racks()).toBe(6);
  });

  it("does not write to an object made anew between its read and its write", async () => {
    const { world, write, racks } = bench();
    wireOf(world).order({ kind: "first", run: () => world.recreate() });
    expect(await write(4, 5)).toMatchObject({ kind: "Conflict" });
    expect(await racks()).toBe(4);
  });
}

export function marksVictims(bench: () => Bench): void {
  const marked = async () => (await bench().world.marked?.()) ?? [];
  const rackOf = async () => {
    const nodes = (await bench().world.emptied?.(1)) ?? [];
    return nodes.map(({ name }) => name);
  };

  it("marks exactly the rack's nodes before the count falls", async () => {
    const { world, write, racks } = bench();
    let seen: readonly string[] = [];
    const look = async () => {
      seen = await marked();
    };
    wireOf(world).order({ kind: "first", run: look });
    expect(await write(4, 3)).toEqual({ kind: "Written" });
    expect(await racks()).toBe(3);
    expect(seen).toEqual(await rackOf());
    expect(seen.length).toBeGreaterThan(0);
    expect(await marked()).toEqual(seen);
  });

  it("marks nothing on the way up", async () => {
    await bench().write(4, 5);
    expect(await marked()).toEqual([]);
  });

  it("marks the same nodes when a write that failed is repeated", async () => {
    const { world, write, racks } = bench();
    wireOf(world).order({ kind: "answer", status: 500 }, OUTAGE - 1);
    await expect(write(4, 3)).rejects.toMatchObject({ code: "server-error" });
    expect(await marked()).toEqual(await rackOf());
    expect(await write(4, 3)).toEqual({ kind: "Written" });
    expect(await marked()).toEqual(await rackOf());
    expect(await write(4, 3)).toEqual({ kind: "AlreadyDone" });
    expect(await racks()).toBe(3);
  });

  it("leaves no marks where somebody else changed the count", async () => {
    const { world, write } = bench();
    const edit = () => world.setUnits(6 * world.unitsPerRack, "olga");
    wireOf(world).order({ kind: "first", run: edit });
    expect(await write(4, 3)).toMatchObject({ kind: "Conflict" });
    expect(await marked()).toEqual([]);
  });

  it("takes marks off again, once and twice", async () => {
    const { world, write } = bench();
    wireOf(world).order({ kind: "answer", status: 500 }, OUTAGE - 1);
    await expect(write(4, 3)).rejects.toThrow();
    const rack = (await world.emptied?.(1)) ?? [];
    await world.backend.spare(world.pool, rack.slice(1));
    expect(await marked()).toEqual(rack.slice(0, 1).map(({ name }) => name));
    await world.backend.spare(world.pool, rack);
    await world.backend.spare(world.pool, rack);
    expect(await marked()).toEqual([]);
  });

  it("lowers nothing for a node that nothing stands behind", async () => {
    const { world, uid, racks } = bench();
    const rack = (await world.emptied?.(1)) ?? [];
    const victims = [...rack.slice(1), { name: "stranger", uid: "uid-of-stranger" }];
    const change = { uid, from: rackCount(4), to: rackCount(3), victims };
    expect(await world.backend.write(world.pool, change)).toEqual({
      kind: "Conflict",
      found: expect.stringContaining("node stranger"),
    });
    expect(await racks()).toBe(4);
    expect(await marked()).toEqual([]);
  });
}
