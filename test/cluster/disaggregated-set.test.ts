/**
 * Prefill and decode of one DisaggregatedSet on its own controller: Breakwater writes the count of
 * a role, the controller makes and ends the groups of that role's LeaderWorkerSet, and no other's.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { WorkloadReading } from "../../src/ports/workloads.ts";
import {
  fleetOf,
  GroupedUnits,
  groupTemplate,
  NAMESPACE,
  objectsOf,
  uidsByIndex,
  unitsIn,
} from "../support/cluster-world/grouped-units.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["kube-scheduler", "lws"]);
const KIND = { apiVersion: "disaggregatedset.x-k8s.io/v1", kind: "DisaggregatedSet" };
const ROLES = ["prefill", "decode"] as const;

const set = (counts: readonly [number, number], image = "engine") => ({
  ...KIND,
  metadata: { name: "coder", namespace: NAMESPACE },
  spec: {
    roles: ROLES.map((name, n) => ({
      name,
      spec: {
        replicas: counts[n] ?? 0,
        // Two of four GPUs, so that a rollout has room for both revisions.
        leaderWorkerTemplate: groupTemplate({ image, gpus: "2" }),
      },
    })),
  },
});

const FLEET = fleetOf(
  ...ROLES.map((name) => ({
    name,
    role: name === "prefill" ? "Prefill" : "Decode",
    target: { ...KIND, name: "coder", role: name },
    unit: { gpus: 4 },
  })),
);

describe.skipIf(missing !== "")(`DisaggregatedSet on its own controller ${missing}`, () => {
  let units: GroupedUnits;

  const untilUnits = (prefill: number, decode: number): Promise<WorkloadReading> =>
    units.until(`${prefill} prefill and ${decode} decode units`, FLEET, (reading) => {
      const found = ROLES.map((role) => unitsIn(reading, role).length);
      return found.join() === [2 * prefill, 2 * decode].join();
    });
  const counts = (reading: WorkloadReading): readonly (number | undefined)[] =>
    ROLES.map((role) => objectsOf(reading, role)[0]?.replicas);
  const scale = async (...changes: readonly (readonly [string, number, number])[]) =>
    units.scale(
      objectsOf(await units.read(FLEET), "decode")[0],
      ...changes.map(([part, from, to]) => ({ part, from, to })),
    );

  beforeAll(async () => {
    units = await GroupedUnits.start();
    await units.plane.apply(set([2, 3]));
  });
  afterEach(async ({ task }) => {
    await units.stopAdapters();
    if (task.result?.state === "fail") console.error(units.plane.lastLogLines());
  });
  afterAll(() => units?.stop());

  it("has its units told by role and index", async () => {
    const reading = await untilUnits(2, 3);
    expect(reading.unreadable).toEqual([]);
    expect(counts(reading)).toEqual([2, 3]);
    expect(objectsOf(reading, "decode")[0]).toMatchObject({ removes: "HighestIndex", owner: null });
    expect(new Set(uidsByIndex(reading, "prefill").keys())).toEqual(new Set([0, 1]));
    expect(new Set(uidsByIndex(reading, "decode").keys())).toEqual(new Set([0, 1, 2]));
  });

  it("ends the highest groups of the role that is lowered, and touches no other", async () => {
    const before = await untilUnits(2, 3);
    expect(await scale(["decode", 3, 1])).toEqual({ kind: "Written" });
    const after = await untilUnits(2, 1);
    const left = [...uidsByIndex(before, "decode")].filter(([index]) => index < 1);
    expect(uidsByIndex(after, "decode")).toEqual(new Map(left));
    expect(uidsByIndex(after, "prefill")).toEqual(uidsByIndex(before, "prefill"));
  });

  it("gets more of a role, and keeps those that ran", async () => {
    const before = await untilUnits(2, 1);
    expect(await scale(["prefill", 2, 3])).toEqual({ kind: "Written" });
    const after = await untilUnits(3, 1);
    for (const [index, uids] of uidsByIndex(before, "prefill")) {
      expect(uidsByIndex(after, "prefill").get(index)).toEqual(uids);
    }
    expect(uidsByIndex(after, "decode")).toEqual(uidsByIndex(before, "decode"));
  });

  it("is in a rollout for as long as pods of two revisions are there", async () => {
    const before = unitsIn(await untilUnits(3, 1)).map(({ uid }) => uid);
    await units.plane.apply(set([3, 1], "newer"));
    await untilTrue("the rollout to be seen", async () => {
      const { rollouts } = await units.read(FLEET);
      return rollouts.includes(FLEET.key) || rollouts;
    });
    const after = unitsIn(await untilUnits(3, 1)).map(({ uid }) => uid);
    expect(after.filter((uid) => before.includes(uid))).toEqual([]);
  });

  it("goes to zero and back in all its roles by one write, and by no other", async () => {
    await expect(scale(["decode", 1, 0])).rejects.toMatchObject({
      message: expect.stringContaining("zero for all roles or non-zero for all roles"),
    });
    expect(await scale(["prefill", 3, 0], ["decode", 1, 0])).toEqual({ kind: "Written" });
    await untilUnits(0, 0);
    expect(await scale(["prefill", 0, 1], ["decode", 0, 2])).toEqual({ kind: "Written" });
    expect(counts(await untilUnits(1, 2))).toEqual([1, 2]);
  });

  it("makes LeaderWorkerSets that are not anybody else's to size", async () => {
    const kind = { apiVersion: "leaderworkerset.x-k8s.io/v1", kind: "LeaderWorkerSet" };
    const [name = ""] = (
      await units.plane.mustKubectl([
        "get",
        "lws",
        `-n=${NAMESPACE}`,
        "-l=disaggregatedset.x-k8s.io/role=decode",
        "-o=jsonpath={.items[*].metadata.name}",
      ])
    ).split(" ");
    const { unreadable } = await units.read(fleetOf({ target: { ...kind, name } }));
    expect(unreadable).toMatchObject([
      {
        code: "workload-owned",
        text: expect.stringContaining("DisaggregatedSet coder makes it and sets its count"),
      },
    ]);
  });
});
