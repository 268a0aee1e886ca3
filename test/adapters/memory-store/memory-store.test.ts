import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { memoryStore } from "../../../src/adapters/memory-store/memory-store.ts";
import {
  EMPTY_FLEET_MEMORY,
  EMPTY_MEMORY,
  EMPTY_POOL_MEMORY,
  type GroupMemory,
} from "../../../src/core/memory.ts";
import { kubeBench } from "../../support/kube-bench.ts";

const CONFIG_MAP = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "breakwater-memory-gb200-a", namespace: "breakwater-system" },
};
const PATH = /configmaps/;

const memory = (sequence: number): GroupMemory => ({
  ...EMPTY_MEMORY,
  fleets: { "agents/coder": EMPTY_FLEET_MEMORY },
  pools: { "gb200-a": { ...EMPTY_POOL_MEMORY, sequence } },
});

function bench() {
  const kube = kubeBench();
  return { ...kube, store: memoryStore({ client: kube.client, namespace: "breakwater-system" }) };
}

describe("a group's memory", () => {
  it("is null before it was saved", async () => {
    expect(await bench().store.load("gb200-a")).toBeNull();
  });

  it("is loaded as it was saved, numbers that JSON lacks included", async () => {
    const { store } = bench();
    const odd = { at: 0, hitRate: Number.NaN };
    const saved = { ...memory(3), fleets: { "agents/coder": { ...EMPTY_FLEET_MEMORY, odd } } };
    const version = await store.save("gb200-a", saved, null);
    expect(await store.load("gb200-a")).toEqual({ memory: saved, version });
  });

  it("is replaced by the one who knows its version", async () => {
    const { store } = bench();
    const first = await store.save("gb200-a", memory(1), null);
    const second = await store.save("gb200-a", memory(2), first);
    expect(second).not.toBe(first);
    expect((await store.load("gb200-a"))?.memory).toEqual(memory(2));
  });

  it.each([
    ["creates what exists", null],
    ["replaces an older version", "first"],
  ])("is not overwritten by one who %s", async (_what, previous) => {
    const { store } = bench();
    const first = await store.save("gb200-a", memory(1), null);
    await store.save("gb200-a", memory(2), first);
    const late = store.save("gb200-a", memory(3), previous === null ? null : first);
    await expect(late).rejects.toMatchObject({ code: "conflict" });
    expect((await store.load("gb200-a"))?.memory).toEqual(memory(2));
  });

  it.each(["POST", "PUT"] as const)(
    "whose %s took effect before a 500 is saved",
    async (method) => {
      const { api, store, timers } = bench();
      const before = method === "PUT" ? await store.save("gb200-a", memory(1), null) : null;
      api.fail({ method, path: PATH, fault: { kind: "done-but", status: 500 } });
      const version = await timers.runUntil(store.save("gb200-a", memory(2), before));
      expect(await store.load("gb200-a")).toEqual({ memory: memory(2), version });
    },
  );

  it("too large for a ConfigMap is refused with both sizes", async () => {
    const { store } = bench();
    const noise = randomBytes(1_500_000).toString("base64");
    const huge = { ...EMPTY_MEMORY, pools: { [noise]: EMPTY_POOL_MEMORY } };
    await expect(store.save("gb200-a", huge, null)).rejects.toThrow(
      /ConfigMap .*gb200-a: found \d+ KiB of gzipped memory, expected at most 1024 KiB/,
    );
  });

  it.each([
    [
      "of another release",
      JSON.stringify({ schemaVersion: 99 }),
      /found schemaVersion 99, expected 1/,
    ],
    ["without its parts", JSON.stringify({ schemaVersion: 1 }), /expected fleets and pools/],
    ["that is no object", "[]", /expected an object/],
  ])("%s is refused", async (_what, text, message) => {
    const { api, store } = bench();
    const binaryData = { "memory.json.gz": gzipSync(text).toString("base64") };
    api.put({ ...CONFIG_MAP, binaryData });
    await expect(store.load("gb200-a")).rejects.toThrow(message);
  });

  it("that is no gzip is refused by the name of its object", async () => {
    const { api, store } = bench();
    api.put({ ...CONFIG_MAP, binaryData: { "memory.json.gz": "AAAA" } });
    await expect(store.load("gb200-a")).rejects.toMatchObject({
      code: "bad-answer",
      message: expect.stringContaining("ConfigMap breakwater-system/breakwater-memory-gb200-a"),
    });
  });

  it("has a valid name however long the group's is", async () => {
    const { api, store } = bench();
    await store.save("x".repeat(253), memory(1), null);
    const [object] = api.list("ConfigMap");
    expect(object).toMatchObject({ metadata: { name: expect.stringMatching(/^.{1,253}$/) } });
  });
});
