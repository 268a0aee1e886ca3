/**
 * Units of two nodes each on LeaderWorkerSet's own controller: Breakwater writes the count through
 * the real scale subresource, the controller makes and ends groups, scheduler and kwok run them.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../src/core/compiled.ts";
import type { PodObservation, WorkloadObject } from "../../src/core/observation.ts";
import type { WorkloadReading } from "../../src/ports/workloads.ts";
import {
  CLIQUE,
  fleetOf,
  GroupedUnits,
  groupTemplate,
  NAMESPACE,
  objectsOf,
  RACKS,
  uidsByIndex,
  unitsIn,
} from "../support/cluster-world/grouped-units.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["kube-scheduler", "lws"]);
const KIND = { apiVersion: "leaderworkerset.x-k8s.io/v1", kind: "LeaderWorkerSet" };

/** Bound to a rack where one is named. */
const set = (name: string, replicas: number, template: { rack?: string; image?: string } = {}) => ({
  ...KIND,
  metadata: { name, namespace: NAMESPACE, labels: { serves: "coder", of: name } },
  spec: { replicas, leaderWorkerTemplate: groupTemplate(template) },
});

const named = (name: string): CompiledFleet =>
  fleetOf({ target: { ...KIND, name }, layout: "SharedSet" });

describe.skipIf(missing !== "")(`LeaderWorkerSet on its own controller ${missing}`, () => {
  let units: GroupedUnits;

  const untilUnits = (fleet: CompiledFleet, count: number): Promise<WorkloadReading> =>
    units.until(`${count} ready units of two pods`, fleet, (reading) => {
      const ready = objectsOf(reading).reduce((sum, of) => sum + (of.readyReplicas ?? 0), 0);
      return unitsIn(reading).length === 2 * count && ready === count;
    });
  const scale = (object: WorkloadObject | undefined, from: number, to: number) =>
    units.scale(object, { part: null, from, to });
  const remove = (...names: readonly string[]) => units.remove("lws", ...names);

  beforeAll(async () => {
    units = await GroupedUnits.start();
  });
  afterEach(async ({ task }) => {
    await units.stopAdapters();
    if (task.result?.state === "fail") console.error(units.plane.lastLogLines());
  });
  afterAll(() => units?.stop());

  it("follows the count: the highest groups end whole, the others are not touched", async () => {
    await units.plane.apply(set("shared", 4));
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
    await units.plane.apply(...RACKS.map((rack) => set(`on-${rack}`, 2, { rack })));
    const target = { ...KIND, selector: { serves: "coder" } };
    const fleet = fleetOf({ target, layout: "ObjectPerRack" });
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
    await units.plane.apply(set("rolled", 2));
    const fleet = named("rolled");
    const before = uidsByIndex(await untilUnits(fleet, 2));
    await units.plane.apply(set("rolled", 2, { image: "newer" }));
    await untilTrue("the rollout to be seen", async () => {
      const { rollouts } = await units.read(fleet);
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
