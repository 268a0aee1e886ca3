/**
 * Units of two nodes each on LeaderWorkerSet's own controller: Breakwater writes the count through
 * the real scale subresource, the controller makes and ends groups, scheduler and kwok run them.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../src/adapters/kubernetes/discovery.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import { workloads } from "../../src/adapters/workloads/workloads.ts";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import type { CompiledFleet } from "../../src/core/compiled.ts";
import type { PodObservation, WorkloadObject } from "../../src/core/observation.ts";
import { epochMs } from "../../src/core/units.ts";
import type { WorkloadReading, Workloads } from "../../src/ports/workloads.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { node } from "../support/kube-objects.ts";
import { type Raw, rawFleet } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip(["kube-scheduler", "lws"]);
const NAMESPACE = "agents";
const KIND = { apiVersion: "leaderworkerset.x-k8s.io/v1", kind: "LeaderWorkerSet" };
const CLIQUE = "nvidia.com/gpu.clique";
const RACKS = ["rack-a", "rack-b"];
/** Four nodes a rack, of which two make a unit. */
const NODES = RACKS.flatMap((rack) => [0, 1, 2, 3].map((n) => `${rack}-n${n}`));
const ROOM = { "nvidia.com/gpu": "4", cpu: "64", memory: "512Gi", pods: "110" };
const timers = processTimers();

const fakeNode = (name: string) => ({
  ...node(name),
  metadata: {
    name,
    labels: { [CLIQUE]: name.slice(0, "rack-a".length) },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  status: { allocatable: ROOM, capacity: ROOM, conditions: [{ type: "Ready", status: "True" }] },
});

/** Bound to a rack where one is named. */
const set = (name: string, replicas: number, { rack = "", image = "engine" } = {}) => ({
  ...KIND,
  metadata: { name, namespace: NAMESPACE, labels: { serves: "coder", of: name } },
  spec: {
    replicas,
    leaderWorkerTemplate: {
      size: 2,
      workerTemplate: {
        spec: {
          terminationGracePeriodSeconds: 0,
          ...(rack !== "" && { nodeSelector: { [CLIQUE]: rack } }),
          containers: [{ name: "engine", image, resources: { limits: { "nvidia.com/gpu": "4" } } }],
        },
      },
    },
  },
});

function fleetOf(target: Raw, layout: string): CompiledFleet {
  const workload = {
    name: "engine",
    target: { ...KIND, ...target },
    manage: "Replicas",
    layout,
    unit: { gpus: 8 },
    unitsPerRack: 2,
  };
  const compiled = compileFleet(rawFleet({ workloads: [workload] }), epochMs(Date.now()));
  if (!compiled.ok) throw new Error(describeErrors(compiled.errors));
  return compiled.value;
}

const named = (name: string): CompiledFleet => fleetOf({ name }, "SharedSet");

describe.skipIf(missing !== "")(`LeaderWorkerSet on its own controller ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  const running: (Workloads & { stop(): Promise<void> })[] = [];

  /** A fresh adapter: what is read once is kept for a while. */
  async function adapter(): Promise<Workloads> {
    const client = kubeClient({ transport: connection.transport, timers });
    const made = workloads({ client, discovery: discovery(client), timers, warn: () => {} });
    running.push(made);
    made.start();
    await untilTrue("the pods to be listed", () => made.synced());
    return made;
  }
  const read = async (fleet: CompiledFleet): Promise<WorkloadReading> =>
    (await adapter()).read([fleet]);
  const objectsOf = ({ sized }: WorkloadReading): readonly WorkloadObject[] =>
    sized[0]?.workloads[0]?.objects ?? [];
  const unitsIn = ({ pods }: WorkloadReading): readonly PodObservation[] =>
    pods.filter(({ unit, ready }) => unit !== undefined && ready);

  const untilUnits = async (fleet: CompiledFleet, count: number): Promise<WorkloadReading> => {
    let reading = await read(fleet);
    await untilTrue(
      `${count} ready units of two pods`,
      async () => {
        reading = await read(fleet);
        const pods = unitsIn(reading);
        const ready = objectsOf(reading).reduce((sum, of) => sum + (of.readyReplicas ?? 0), 0);
        const settled =
          pods.length === 2 * count && ready === count && reading.rollouts.length === 0;
        const seen = [pods.map(({ name }) => name), ready, reading.rollouts, reading.unreadable];
        return settled || JSON.stringify(seen);
      },
      { timeoutMs: 90_000 },
    );
    return reading;
  };
  const scale = async (object: WorkloadObject | undefined, from: number, to: number) => {
    if (object === undefined) throw new Error("the object was read");
    const changes = [{ workload: "engine", part: null, from, to }];
    return (await adapter()).scale({ object: object.ref, uid: object.uid, changes });
  };
  const uidsByIndex = (reading: WorkloadReading): ReadonlyMap<number, readonly string[]> => {
    const byIndex = new Map<number, string[]>();
    for (const { unit, uid } of unitsIn(reading)) {
      const index = unit?.index ?? -1;
      byIndex.set(index, [...(byIndex.get(index) ?? []), uid].toSorted());
    }
    return byIndex;
  };
  const remove = async (...names: readonly string[]): Promise<void> => {
    await plane.mustKubectl(["delete", "lws", ...names, "-n", NAMESPACE]);
    await untilTrue("its pods to be gone", async () => {
      const left = await plane.mustKubectl(["get", "pods", "-n", NAMESPACE, "-o", "name"]);
      return left === "" || left;
    });
  };

  beforeAll(async () => {
    plane = await startControlPlane({
      controllerManager: true,
      kwok: true,
      scheduler: true,
      lws: true,
    });
    connection = connect(plane.adminKubeconfig);
    await plane.mustKubectl(["create", "namespace", NAMESPACE]);
    await plane.apply(...NODES.map(fakeNode));
  });
  afterEach(async ({ task }) => {
    await Promise.all(running.splice(0).map((made) => made.stop()));
    if (task.result?.state === "fail") console.error(plane.lastLogLines());
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
  });

  it("follows the count: the highest groups end whole, the others are not touched", async () => {
    await plane.apply(set("shared", 4));
    const fleet = named("shared");
    const before = await untilUnits(fleet, 4);
    const [object] = objectsOf(before);
    expect(object).toMatchObject({ replicas: 4, readyReplicas: 4, removes: "HighestIndex" });
    const were = uidsByIndex(before);
    expect(new Set(were.keys())).toEqual(new Set([0, 1, 2, 3]));
    expect([...were.values()].map(({ length }) => length)).toEqual([2, 2, 2, 2]);
    expect(await scale(object, 4, 2)).toEqual({ kind: "Written" });
    const lowered = uidsByIndex(await untilUnits(fleet, 2));
    expect(lowered).toEqual(new Map([...were].filter(([index]) => index < 2)));
    expect(await scale(object, 4, 2)).toEqual({ kind: "AlreadyDone" });
    expect(await scale(object, 4, 1)).toMatchObject({ kind: "Conflict" });
    expect(await scale(object, 2, 3)).toEqual({ kind: "Written" });
    const raised = uidsByIndex(await untilUnits(fleet, 3));
    expect(new Set(raised.keys())).toEqual(new Set([0, 1, 2]));
    expect([0, 1].map((index) => raised.get(index))).toEqual([were.get(0), were.get(1)]);
    await remove("shared");
  });

  it("an object of each rack: lowering one ends that rack's units and no other's", async () => {
    await plane.apply(...RACKS.map((rack) => set(`on-${rack}`, 2, { rack })));
    const fleet = fleetOf({ selector: { serves: "coder" } }, "ObjectPerRack");
    const before = await untilUnits(fleet, 4);
    const objects = objectsOf(before);
    expect(new Set(objects.map(({ boundTo }) => boundTo[CLIQUE]))).toEqual(new Set(RACKS));
    const onRack = (pods: readonly PodObservation[], rack: string) =>
      pods.filter((pod) => pod.node.startsWith(rack)).map(({ uid }) => uid);
    const own = objects.find(({ boundTo }) => boundTo[CLIQUE] === "rack-b");
    expect(await scale(own, 2, 0)).toEqual({ kind: "Written" });
    const after = unitsIn(await untilUnits(fleet, 2));
    expect(onRack(after, "rack-b")).toEqual([]);
    expect(onRack(after, "rack-a").toSorted()).toEqual(
      onRack(unitsIn(before), "rack-a").toSorted(),
    );
    await remove(...RACKS.map((rack) => `on-${rack}`));
  });

  it("a new template is a rollout for as long as the controller replaces groups", async () => {
    await plane.apply(set("rolled", 2));
    const fleet = named("rolled");
    const before = uidsByIndex(await untilUnits(fleet, 2));
    await plane.apply(set("rolled", 2, { image: "newer" }));
    await untilTrue("the rollout to be seen", async () => {
      const { rollouts } = await read(fleet);
      return rollouts.includes(fleet.key) || rollouts;
    });
    const after = uidsByIndex(await untilUnits(fleet, 2));
    for (const [index, uids] of before) {
      expect(after.get(index)).toHaveLength(2);
      expect(after.get(index)).not.toEqual(uids);
    }
    await remove("rolled");
  });
});
