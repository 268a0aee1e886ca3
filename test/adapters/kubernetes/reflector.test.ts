import { describe, expect, it } from "vitest";
import { metaOf } from "../../../src/adapters/kubernetes/decode.ts";
import { reflector } from "../../../src/adapters/kubernetes/reflector.ts";
import { NODES } from "../../../src/adapters/kubernetes/resources.ts";
import { type KubeBench, kubeBench } from "../../support/kube-bench.ts";
import { node } from "../../support/kube-objects.ts";

const LISTS = /limit=/;
const WATCHES = /watch=1/;

function bench() {
  const kube = kubeBench();
  const nodes = reflector({
    ...kube,
    selection: { resource: NODES, namespace: "" },
    decode: (object) => metaOf(object).name,
  });
  const counts = () => [
    kube.api.callsTo("GET", LISTS).length,
    kube.api.callsTo("GET", WATCHES).length,
  ];
  return { ...kube, nodes, counts };
}

async function started(kube: KubeBench & ReturnType<typeof bench>) {
  kube.api.put(node("b"));
  kube.nodes.start();
  await kube.timers.settle();
}

describe("a reflector", () => {
  it("shows what is listed, in order, and follows what changes", async () => {
    const kube = bench();
    const { api, nodes, timers } = kube;
    await started(kube);
    expect(nodes.snapshot()).toEqual(["b"]);
    const a = api.put(node("a"));
    await timers.settle();
    expect(nodes.snapshot()).toEqual(["a", "b"]);
    api.delete(a);
    await timers.settle();
    expect(nodes.snapshot()).toEqual(["b"]);
    await nodes.stop();
  });

  it("lists in pages", async () => {
    const { api, nodes, timers, counts } = bench();
    for (let index = 0; index < 1_001; index += 1) api.put(node(`n${index}`));
    nodes.start();
    await timers.settle();
    expect(nodes.snapshot()).toHaveLength(1_001);
    expect(counts()[0]).toBe(6);
    await nodes.stop();
  });

  it("is synced only once a list succeeded, and refuses to answer before", async () => {
    const kube = bench();
    const { api, nodes, timers } = kube;
    api.fail({ path: LISTS, fault: { kind: "answer", status: 403 }, times: 2 });
    await started(kube);
    expect(nodes.synced()).toBe(false);
    expect(() => nodes.snapshot()).toThrow("nodes were not listed yet");
    await timers.advance(5_000);
    expect(nodes.synced()).toBe(true);
    expect(nodes.snapshot()).toEqual(["b"]);
    await nodes.stop();
  });

  it.each([
    ["breaks", (kube: KubeBench) => kube.api.watches()[0]?.reset()],
    ["is closed", (kube: KubeBench) => kube.api.watches()[0]?.close()],
    ["sends a cut line", (kube: KubeBench) => kube.api.watches()[0]?.raw('{"type":"ADD\n')],
  ])("resumes where it was when the watch %s", async (_what, disturb) => {
    const kube = bench();
    const { api, nodes, timers, counts } = kube;
    await started(kube);
    disturb(kube);
    api.put(node("a"));
    await timers.advance(2_000);
    expect(nodes.snapshot()).toEqual(["a", "b"]);
    expect(counts()).toEqual([1, 2]);
    await nodes.stop();
  });

  it.each([
    ["in the stream", (kube: KubeBench) => kube.api.watches()[0]?.gone()],
    [
      "as the answer",
      (kube: KubeBench) => {
        kube.api.fail({ path: WATCHES, fault: { kind: "answer", status: 410 } });
        kube.api.watches()[0]?.close();
      },
    ],
  ])("lists anew after 410 %s, without a storm", async (_what, expire) => {
    const kube = bench();
    const { api, nodes, timers, counts } = kube;
    await started(kube);
    api.delete(node("b"));
    api.put(node("a"));
    api.compact();
    expire(kube);
    await timers.advance(5_000);
    expect(nodes.snapshot()).toEqual(["a"]);
    expect(counts()[0]).toBe(2);
    await nodes.stop();
  });

  it("slows down while the server answers every watch with 410", async () => {
    const kube = bench();
    const { api, nodes, timers, counts } = kube;
    api.fail({ path: WATCHES, fault: { kind: "answer", status: 410 }, times: 1_000 });
    await started(kube);
    await timers.advance(300_000);
    expect(counts()[1]).toBeLessThan(20);
    await nodes.stop();
  });

  it("slows down while the server ends every watch at once", async () => {
    const kube = bench();
    const { api, nodes, timers, counts } = kube;
    api.fail({ path: WATCHES, fault: { kind: "answer", status: 200 }, times: 1_000 });
    await started(kube);
    await timers.advance(300_000);
    expect(counts()[1]).toBeLessThan(20);
    await nodes.stop();
  });

  it("resumes from a bookmark", async () => {
    const kube = bench();
    const { api, nodes, timers } = kube;
    await started(kube);
    api.put({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "y" } });
    api.bookmarks();
    await timers.settle();
    api.compact();
    api.watches()[0]?.close();
    await timers.advance(2_000);
    expect(api.callsTo("GET", LISTS)).toHaveLength(1);
    expect(api.watches()).toHaveLength(1);
    await nodes.stop();
  });

  it("watches anew when a watch is silent, and does not call that a failure", async () => {
    const kube = bench();
    const { nodes, timers, counts, warnings } = kube;
    await started(kube);
    await timers.advance(90_000);
    expect(counts()).toEqual([1, 2]);
    expect(warnings).toEqual([]);
    await nodes.stop();
  });

  it("refuses to answer from a cache that nothing keeps up to date", async () => {
    const kube = bench();
    const { api, nodes, timers } = kube;
    await started(kube);
    api.fail({ path: /nodes/, fault: { kind: "reset" }, times: 1_000 });
    api.watches()[0]?.reset();
    await timers.advance(269_000);
    expect(nodes.snapshot()).toEqual(["b"]);
    await timers.advance(2_000);
    expect(() => nodes.snapshot()).toThrow("nodes: no news from the API server for 271 s");
    await nodes.stop();
  });

  it("survives an hour of outage and shows what changed meanwhile", async () => {
    const kube = bench();
    const { api, nodes, timers } = kube;
    await started(kube);
    api.fail({ path: /nodes/, fault: { kind: "answer", status: 503 }, times: 200 });
    api.watches()[0]?.reset();
    api.put(node("a"));
    await timers.advance(3_600_000);
    expect(nodes.snapshot()).toEqual(["a", "b"]);
    await nodes.stop();
  });

  it("stops for good, quietly", async () => {
    const kube = bench();
    const { nodes, timers, counts, warnings } = kube;
    await started(kube);
    await nodes.stop();
    await timers.advance(600_000);
    expect(counts()).toEqual([1, 1]);
    expect(warnings).toEqual([]);
  });

  it("leaves out an object that cannot be decoded, and says which", async () => {
    const { api, client, timers, warn, warnings } = kubeBench();
    for (const name of ["good", "bad"]) api.put(node(name));
    const decode = (object: Parameters<typeof metaOf>[0]) => {
      const { name } = metaOf(object);
      if (name === "bad") throw new Error("no such rack");
      return name;
    };
    const selection = { resource: NODES, namespace: "" };
    const nodes = reflector({ client, timers, warn, selection, decode });
    nodes.start();
    await timers.settle();
    expect(nodes.snapshot()).toEqual(["good"]);
    expect(warnings).toEqual([
      'object left out {"kind":"Node","name":"bad","error":"no such rack"}',
    ]);
    await nodes.stop();
  });
});
