import { describe, expect, it } from "vitest";
import { objectAt } from "../../../src/adapters/kubernetes/decode.ts";
import { manualBackend } from "../../../src/adapters/manual/backend.ts";
import { epochMs, rackCount } from "../../../src/core/units.ts";
import type { ClusterEvent } from "../../../src/ports/event-sink.ts";
import type { CountChange } from "../../../src/ports/rack-backend.ts";
import { rackBackendContract } from "../../contracts/rack-backend.ts";
import { manualPool } from "../../support/counted-pools.ts";
import { manualWorld } from "../../support/counted-worlds.ts";
import { fakeSurroundings } from "../../support/fake-surroundings.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { node } from "../../support/kube-objects.ts";

const NOW = epochMs(Date.UTC(2026, 11, 1, 18));
const ASK = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "breakwater-pool-gb200-a", namespace: "breakwater" },
};

/** @param asked racks that were asked for before; null: nothing was */
function bench(asked: number | null, present = 0) {
  const kube = kubeBench();
  if (asked !== null) kube.api.put({ ...ASK, data: { racks: `${asked}` } });
  for (let rack = 0; rack < present; rack += 1) {
    for (const n of [0, 1]) {
      const labels = { pool: "gb200-a", "ds.coreweave.com/nvlink.domain": `rack-${rack}` };
      kube.api.put(node(`rack-${rack}-n${n}`, { labels }));
    }
  }
  kube.api.put(node("elsewhere", { labels: { "ds.coreweave.com/nvlink.domain": "rack-9" } }));
  const published: ClusterEvent[] = [];
  const backend = manualBackend({
    client: kube.client,
    namespace: "breakwater",
    clock: { now: () => NOW },
    events: {
      publish: (event) => {
        published.push(event);
        return Promise.resolve();
      },
    },
  });
  const pool = manualPool();
  const write = async (from: number, to: number, more: Partial<CountChange> = {}) => {
    const { count } = await backend.read(pool);
    const change = { from: rackCount(from), to: rackCount(to), decision: "gb200-a-out-7", ...more };
    return backend.write(pool, { uid: count?.uid ?? "", ...change });
  };
  return {
    ...kube,
    backend,
    pool,
    write,
    published,
    ask: () => objectAt(kube.api.get(ASK), "data"),
  };
}

rackBackendContract("a person", () => manualWorld(fakeSurroundings()), { faults: true });

describe("a pool whose racks people bring", () => {
  it("has what is there before anything was asked for", async () => {
    const { backend, pool } = bench(null, 3);
    expect((await backend.read(pool)).count).toMatchObject({
      desired: 3,
      current: null,
      stock: "unknown",
    });
  });

  it("is asked for the first time by a ConfigMap that says what to do", async () => {
    const { write, ask, backend, pool, published } = bench(null, 3);
    expect(await write(3, 5)).toEqual({ kind: "Written" });
    const text =
      "RackPool gb200-a: 5 racks wanted instead of 3. " +
      "Add 2 racks: 18 nodes each, with the labels pool=gb200-a.";
    const since = "2026-12-01T18:00:00.000Z";
    expect(ask()).toEqual({ racks: "5", since, decision: "gb200-a-out-7", text });
    expect((await backend.read(pool)).count).toMatchObject({ desired: 5 });
    expect(published).toMatchObject([
      {
        about: { kind: "RackPool", name: "gb200-a" },
        type: "Normal",
        action: "Scale",
        reason: { code: "person-asked", text: expect.stringContaining("Add 2 racks") },
      },
    ]);
  });

  it("is told which nodes to remove", async () => {
    const { write, ask } = bench(4);
    const victims = [
      { name: "rack-1-n1", uid: "uid-b" },
      { name: "rack-1-n0", uid: "uid-a" },
    ];
    await write(4, 3, { victims, decision: "gb200-a-in-8" });
    expect(ask()).toMatchObject({
      racks: "3",
      decision: "gb200-a-in-8",
      text: "RackPool gb200-a: 3 racks wanted instead of 4. Remove rack-1-n0, rack-1-n1.",
    });
  });

  it("is not asked twice", async () => {
    const { write, published } = bench(4);
    await write(4, 5);
    expect(await write(4, 5)).toEqual({ kind: "AlreadyDone" });
    expect(published).toHaveLength(1);
  });

  it.each([
    ["answered 500", { kind: "done-but", status: 500 } as const],
    ["lost its answer", { kind: "done-but", status: 503 } as const],
  ])("finds a first ask that took effect and %s", async (_, fault) => {
    const { api, timers, write, ask } = bench(null, 3);
    api.fail({ method: "POST", path: /configmaps/, fault });
    expect(await timers.runUntil(write(3, 5))).toEqual({ kind: "AlreadyDone" });
    expect(ask()).toMatchObject({ racks: "5" });
  });

  it("conflicts when somebody else asked first", async () => {
    const { api, write, ask } = bench(null, 3);
    const first = () => void api.put({ ...ASK, data: { racks: "9" } });
    api.fail({ method: "POST", path: /configmaps/, fault: { kind: "first", run: first } });
    expect(await write(3, 5)).toMatchObject({
      kind: "Conflict",
      found: expect.stringContaining("is 9, expected none"),
    });
    expect(ask()).toEqual({ racks: "9" });
  });

  it("conflicts when racks came or went before it was asked for", async () => {
    const { write, ask } = bench(null, 3);
    expect(await write(4, 5)).toMatchObject({
      kind: "Conflict",
      found: expect.stringContaining("found 3 racks there, expected 4"),
    });
    expect(ask()).toEqual({});
  });

  it.each(["many", "-1", "4.5", ""])("is refused while it is asked for %j racks", async (racks) => {
    const { api, backend, pool } = bench(4);
    api.edit(ASK, { data: { racks } });
    expect((await backend.read(pool)).refusals).toMatchObject([
      { text: expect.stringContaining(`data.racks: found "${racks}", expected a count of racks`) },
    ]);
  });

  it("marks no nodes", async () => {
    const { api, backend, pool } = bench(4, 1);
    await backend.spare(pool, [{ name: "rack-0-n0", uid: "uid-1" }]);
    expect(api.callsTo("PATCH", /nodes/)).toEqual([]);
  });
});
