import { describe, expect, it } from "vitest";
import { type Json, metaOf, objectAt } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { objectSetBackend } from "../../../src/adapters/object-set/backend.ts";
import { rackCount } from "../../../src/core/units.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import {
  COUNTED_KINDS,
  type CountedKind,
  countedObject,
  setPool,
} from "../../support/counted-pools.ts";
import { setWorld } from "../../support/counted-worlds.ts";
import { fakeSurroundings } from "../../support/fake-surroundings.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { RACK_NODES } from "../../support/kube-objects.ts";

const { kcc } = COUNTED_KINDS;
const NAMES = Array.from({ length: 8 }, (_, n) => `sub-${n}`);

/** Eight objects, the first of them with a rack each. */
function bench(counted: CountedKind = kcc, racks = 4) {
  const kube = kubeBench();
  const member = (name: string, on: boolean) =>
    countedObject(counted, on ? RACK_NODES : 0, { name });
  const objects = NAMES.map((name, n) => kube.api.put(member(name, n < racks)));
  const backend = objectSetBackend({ client: kube.client, discovery: discovery(kube.client) });
  const pool = setPool(counted);
  const nodesOf = (object: Json) =>
    Number(counted.nodes(objectAt(kube.api.get(object) ?? {}, "spec")));
  const set = (index: number, nodes: number, manager?: string) => {
    const object = objects[index];
    if (object !== undefined && nodesOf(object) !== nodes) {
      kube.api.edit(object, { spec: counted.spec(nodes) }, manager);
    }
  };
  const write = async (from: number, to: number, names: readonly string[]) => {
    const { count } = await backend.read(pool);
    const change = { from: rackCount(from), to: rackCount(to), objects: names };
    return backend.write(pool, { uid: count?.uid ?? "", ...change });
  };
  return {
    ...kube,
    objects,
    backend,
    pool,
    set,
    write,
    on: () => NAMES.filter((_, n) => nodesOf(objects[n] ?? {}) > 0),
    refusals: async () => (await backend.read(pool)).refusals.map(({ text }) => text),
  };
}

for (const name of ["kcc", "ack", "karpenter"] as const) {
  const start = () => setWorld(COUNTED_KINDS[name], fakeSurroundings());
  rackBackendContract(`a set of ${name}`, start, { faults: true });
}

describe("a set of objects", () => {
  it("is read object by object, with the stock of each", async () => {
    const { backend, pool, api, objects } = bench(kcc, 1);
    const message = "ZONE_RESOURCE_POOL_EXHAUSTED";
    const conditions = [{ type: "Ready", status: "False", reason: "UpdateFailed", message }];
    api.edit(objects[2] ?? {}, { status: { conditions } });
    const { count } = await backend.read(pool);
    expect(count).toMatchObject({ desired: 1, current: null, stock: "unknown" });
    expect(count?.members?.slice(0, 3)).toEqual([
      { name: "sub-0", desired: 1, stock: "unknown" },
      { name: "sub-1", desired: 0, stock: "unknown" },
      { name: "sub-2", desired: 0, stock: "stockout" },
    ]);
  });

  it("is out of stock when all that could still be asked are", async () => {
    const { backend, pool, api, objects } = bench(kcc, 7);
    const conditions = [{ type: "Ready", status: "False", reason: "", message: "QUOTA_EXCEEDED" }];
    api.edit(objects[7] ?? {}, { status: { conditions } });
    expect((await backend.read(pool)).count).toMatchObject({ stock: "quota" });
  });

  it.each([9, 36])("refuses an object of %i nodes by name", async (nodes) => {
    const { set, refusals } = bench();
    set(5, nodes);
    expect(await refusals()).toEqual([
      expect.stringMatching(`ContainerNodePool sub-5 spec.nodeCount: found ${nodes}, expected`),
    ]);
  });

  it("leaves objects of other labels alone", async () => {
    const { backend, client } = bench();
    const other = objectSetBackend({ client, discovery: discovery(client) });
    expect(await other.read(setPool(kcc, "b"))).toMatchObject({
      count: null,
      refusals: [{ text: expect.stringContaining("ContainerNodePool infra/rack-set=b") }],
    });
    expect(backend.kind).toBe("object-set");
  });
});

describe("a write to a set", () => {
  it("turns on exactly the named objects", async () => {
    const { write, on } = bench();
    expect(await write(4, 6, ["sub-7", "sub-5"])).toEqual({ kind: "Written" });
    expect(on()).toEqual(["sub-0", "sub-1", "sub-2", "sub-3", "sub-5", "sub-7"]);
  });

  it("turns off exactly the named object", async () => {
    const { write, on } = bench();
    expect(await write(4, 3, ["sub-1"])).toEqual({ kind: "Written" });
    expect(on()).toEqual(["sub-0", "sub-2", "sub-3"]);
  });

  it("goes on where it ended between two objects", async () => {
    const { api, write, on, timers } = bench();
    const answer = { kind: "answer", status: 403 } as const;
    api.fail({ method: "PATCH", path: /sub-7/, fault: answer });
    await expect(write(4, 6, ["sub-5", "sub-7"])).rejects.toMatchObject({ code: "forbidden" });
    expect(on()).toContain("sub-5");
    expect(await timers.runUntil(write(4, 6, ["sub-5", "sub-7"]))).toEqual({ kind: "Written" });
    expect(api.callsTo("PATCH", /sub-5/)).toHaveLength(1);
    expect(await write(4, 6, ["sub-5", "sub-7"])).toEqual({ kind: "AlreadyDone" });
  });

  it("conflicts when a named object is gone", async () => {
    const { api, objects, write, on } = bench();
    api.delete(objects[5] ?? {});
    expect(await write(4, 6, ["sub-5", "sub-6"])).toEqual({
      kind: "Conflict",
      found: "ContainerNodePool infra/rack-set=a has lost sub-5, expected to find it",
    });
    expect(on()).toHaveLength(4);
  });

  it("conflicts when the set has other objects than were read", async () => {
    const { api, backend, pool, on } = bench();
    const uid = (await backend.read(pool)).count?.uid ?? "";
    api.put(countedObject(kcc, 0, { name: "sub-8" }));
    const change = { uid, from: rackCount(4), to: rackCount(5), objects: ["sub-4"] };
    expect(await backend.write(pool, change)).toMatchObject({ kind: "Conflict" });
    expect(on()).toHaveLength(4);
  });

  it("conflicts when a named object is turned to part of a rack meanwhile", async () => {
    const { api, set, write } = bench();
    api.fail({
      method: "PATCH",
      path: /sub-4/,
      fault: { kind: "first", run: () => set(4, 9) },
    });
    expect(await write(4, 5, ["sub-4"])).toMatchObject({
      kind: "Conflict",
      found: expect.stringContaining("sub-4 spec.nodeCount: found 9, expected"),
    });
  });

  it("conflicts when another object was turned on by somebody else", async () => {
    const { set, write, on } = bench();
    set(6, RACK_NODES);
    expect(await write(4, 5, ["sub-4"])).toMatchObject({
      kind: "Conflict",
      found: "ContainerNodePool infra/rack-set=a is 90, expected 72",
    });
    expect(on()).not.toContain("sub-4");
  });

  it.each([[[]], [["sub-4", "sub-5"]]])("conflicts on %o for one rack", async (names) => {
    const { write, on } = bench();
    expect(await write(4, 5, names)).toMatchObject({ kind: "Conflict" });
    expect(on()).toHaveLength(4);
  });

  it("does not touch an object that took the name of a named one between two reads", async () => {
    const { api, objects, write, on } = bench();
    const swap = () => {
      api.delete(objects[4] ?? {});
      api.put(countedObject(kcc, 0, { name: "sub-4" }));
    };
    api.fail({ method: "PATCH", path: /sub-4/, fault: { kind: "first", run: swap } });
    expect(await write(4, 5, ["sub-4"])).toMatchObject({ kind: "Conflict" });
    expect(on()).not.toContain("sub-4");
    expect(metaOf(api.get(objects[4] ?? {})).name).toBe("sub-4");
  });
});
