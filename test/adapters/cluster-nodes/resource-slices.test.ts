import { describe, expect, it } from "vitest";
import { resourceSlices } from "../../../src/adapters/cluster-nodes/resource-slices.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { resourceSlice } from "../../support/kube-objects.ts";

const GROUP = /resource\.k8s\.io/;
const TEN_MINUTES = 600_000;

async function bench(prepare: (kube: ReturnType<typeof kubeBench>) => void = () => {}) {
  const kube = kubeBench();
  prepare(kube);
  const slices = resourceSlices(kube);
  slices.start();
  await kube.timers.settle();
  return { ...kube, slices, gpus: () => Object.fromEntries(slices.gpusByNode()) };
}

const withSlices = (...objects: readonly Json[]) =>
  bench(({ api }) => {
    for (const object of objects) api.put(object);
  });

describe("GPUs that can be claimed", () => {
  it.each([
    ["are the devices of the driver", [resourceSlice("n1", 4)], { n1: 4 }],
    ["not channels", [resourceSlice("n1", 4, { driver: "compute-domain.nvidia.com" })], {}],
    [
      "not partitions of them",
      [resourceSlice("n1", 4, { device: { attributes: { type: { string: "mig" } } } })],
      { n1: 0 },
    ],
    [
      "not devices that the driver took out",
      [resourceSlice("n1", 4, { device: { taints: [{ key: "xid", effect: "NoExecute" }] } })],
      { n1: 0 },
    ],
    [
      "are those of the newest generation",
      [resourceSlice("n1", 4), resourceSlice("n1", 3, { name: "newer", generation: 2 })],
      { n1: 3 },
    ],
    [
      "add up over the slices of one",
      [resourceSlice("n1", 2, { slices: 2 }), resourceSlice("n1", 2, { name: "b", slices: 2 })],
      { n1: 4 },
    ],
    ["not while a slice is missing", [resourceSlice("n1", 2, { slices: 2 })], {}],
  ])("%s", async (_, objects, expected) => {
    const { slices, gpus } = await withSlices(...objects);
    expect(gpus()).toEqual(expected);
    await slices.stop();
  });

  it("are followed", async () => {
    const { api, timers, slices, gpus } = await withSlices(resourceSlice("n1", 4));
    api.put(resourceSlice("n2", 4));
    await timers.settle();
    expect(gpus()).toEqual({ n1: 4, n2: 4 });
    await slices.stop();
  });

  it("are read in an older version where that is all there is", async () => {
    const { slices, gpus } = await bench(({ api }) => {
      const fault = { kind: "answer" as const, status: 404 };
      api.fail({ path: /resource\.k8s\.io\/v1(beta2)?$/, fault, times: 99 });
      api.put(resourceSlice("n1", 4, { apiVersion: "resource.k8s.io/v1beta1" }));
    });
    expect(gpus()).toEqual({ n1: 4 });
    await slices.stop();
  });
});

describe("where nothing can be claimed", () => {
  it("because no version is served, none is counted, and that is asked again", async () => {
    const { api, timers, slices, gpus } = await bench((kube) => {
      const fault = { kind: "answer" as const, status: 404 };
      kube.api.fail({ path: GROUP, fault, times: 3 });
    });
    expect([slices.synced(), gpus()]).toEqual([true, {}]);
    api.put(resourceSlice("n1", 4));
    await timers.advance(TEN_MINUTES);
    expect(gpus()).toEqual({ n1: 4 });
    await slices.stop();
  });

  it("because we may not see it, none is counted, and that is said", async () => {
    const { slices, gpus, warnings } = await bench((kube) => {
      kube.api.put(resourceSlice("n1", 4));
      const fault = { kind: "answer" as const, status: 403 };
      kube.api.fail({ path: /resourceslices/, fault });
    });
    expect([slices.synced(), gpus()]).toEqual([true, {}]);
    expect(warnings).toEqual([expect.stringContaining("ResourceSlices cannot be read")]);
    await slices.stop();
  });
});

describe("while it is not known whether there are any", () => {
  it("nothing is decided on, and it is tried again", async () => {
    const { timers, slices, gpus } = await bench((kube) => {
      kube.api.put(resourceSlice("n1", 4));
      kube.api.fail({ path: GROUP, fault: { kind: "answer", status: 500 }, times: 4 });
    });
    expect(slices.synced()).toBe(false);
    expect(gpus).toThrow(expect.objectContaining({ code: "unreachable" }));
    await timers.advance(TEN_MINUTES / 10);
    expect(gpus()).toEqual({ n1: 4 });
    await slices.stop();
  });
});
