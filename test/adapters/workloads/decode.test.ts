import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { decodeTarget, needsScale } from "../../../src/adapters/workloads/decode.ts";

const refOf = (apiVersion: string, kind: string) => ({
  ref: { apiVersion, kind, namespace: "agents", name: "sized" },
  part: null as string | null,
});
const DEPLOYMENT = refOf("apps/v1", "Deployment");
const LWS = refOf("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet");
const SET = refOf("disaggregatedset.x-k8s.io/v1", "DisaggregatedSet");
const CLIQUE_SET = refOf("grove.io/v1alpha1", "PodCliqueSet");
const CLIQUE = refOf("grove.io/v1alpha1", "PodClique");
const ADAPTER = refOf("nvidia.com/v1alpha1", "DynamoGraphDeploymentScalingAdapter");
const OTHER = refOf("example.dev/v1", "Fleet");

const object = (spec: Json, more: Json = {}, metadata: Json = {}): Json => ({
  metadata: { name: "sized", namespace: "agents", uid: "uid", ...metadata },
  spec,
  ...more,
});
const owned = (kind: string) => ({
  ownerReferences: [{ kind, name: "parent", controller: true }],
});

function counted(of: typeof DEPLOYMENT, read: Json, scale: Json | null = null) {
  const { counted: found } = decodeTarget(read, of, scale);
  if ("text" in found) throw new Error(found.text);
  return found;
}

interface Unit {
  readonly what: string;
  readonly of: typeof DEPLOYMENT;
  readonly spec?: Json;
  readonly labels: Record<string, string>;
  readonly index: number | null;
}

const UNITS: readonly Unit[] = [
  {
    what: "a LeaderWorkerSet by its group, leader and workers alike",
    of: LWS,
    labels: {
      "leaderworkerset.sigs.k8s.io/name": "sized",
      "leaderworkerset.sigs.k8s.io/group-index": "3",
    },
    index: 3,
  },
  {
    what: "a StatefulSet by its index, counted from where its ordinals start",
    of: refOf("apps/v1", "StatefulSet"),
    spec: { selector: { matchLabels: { app: "x" } }, ordinals: { start: 5 } },
    labels: { app: "x", "apps.kubernetes.io/pod-index": "7" },
    index: 2,
  },
  {
    what: "a PodCliqueSet by its replica",
    of: CLIQUE_SET,
    labels: {
      "app.kubernetes.io/part-of": "sized",
      "grove.io/podcliqueset-replica-index": "1",
    },
    index: 1,
  },
  {
    what: "a PodClique without order",
    of: CLIQUE,
    labels: { "grove.io/podclique": "sized" },
    index: null,
  },
];

describe("a pod is a unit of", () => {
  it.each(UNITS)("$what", ({ of, spec, labels, index }) => {
    const read = object({ replicas: 4, ...spec });
    expect(decodeTarget(read, of, null).selects(labels)).toBe(true);
    expect(counted(of, read).indexOf(labels)).toBe(index);
  });

  it("a role of a DisaggregatedSet, and not of the other one", () => {
    const roles = [{ name: "decode", spec: { replicas: 2 } }];
    const { selects } = decodeTarget(object({ roles }), { ...SET, part: "decode" }, null);
    const of = (role: string) => ({
      "disaggregatedset.x-k8s.io/name": "sized",
      "disaggregatedset.x-k8s.io/role": role,
    });
    expect([selects(of("decode")), selects(of("prefill"))]).toEqual([true, false]);
  });

  it("what an adapter's scale selects, as nothing in its object does", () => {
    const read = object({ replicas: 2 });
    expect([needsScale(read, ADAPTER), needsScale(read, LWS)]).toEqual([true, false]);
    const scale = { spec: { replicas: 2 }, status: { selector: "graph=g,service==decode" } };
    const { selects } = decodeTarget(read, ADAPTER, scale);
    expect(selects({ graph: "g", service: "decode" })).toBe(true);
    expect(selects({ graph: "g", service: "prefill" })).toBe(false);
    expect(decodeTarget(read, ADAPTER, null).selects({ graph: "g" })).toBe(false);
  });
});

describe("the count of a kind that nobody listed", () => {
  it("is what its scale says, a zero left out included", () => {
    const read = object({ size: 4 });
    expect(needsScale(read, OTHER)).toBe(true);
    expect(counted(OTHER, read, { spec: { replicas: 4 } }).object).toMatchObject({
      replicas: 4,
      removes: "Any",
    });
    expect(counted(OTHER, read, { spec: {} }).object.replicas).toBe(0);
  });

  it("is missing where there is no scale", () => {
    expect(decodeTarget(object({ size: 4 }), OTHER, null).counted).toEqual({
      text: "/spec/replicas: found no count, expected a kind that kubectl scale accepts",
    });
  });

  it("has no roles", () => {
    const { counted: found } = decodeTarget(object({ replicas: 4 }), { ...OTHER, part: "p" }, null);
    expect(found).toEqual({ text: "found role p, expected none: it has one count" });
  });
});

describe("whoever makes the object sets its count", () => {
  it.each([
    [DEPLOYMENT, "DynamoComponentDeployment", true],
    [LWS, "DisaggregatedSet", true],
    [CLIQUE, "PodCliqueScalingGroup", true],
    [CLIQUE, "PodCliqueSet", false],
    [ADAPTER, "DynamoGraphDeployment", false],
  ])("%o made by a %s: %s", (of, parent, expected) => {
    const { owner } = counted(of, object({ replicas: 4 }, {}, owned(parent))).object;
    expect(owner !== null).toBe(expected);
  });
});

describe("an update is a rollout", () => {
  const roles = [{ name: "decode", spec: { replicas: 2 } }];
  const roleStatus = (updated: number) => ({
    roleStatuses: [{ name: "decode", replicas: 2, updatedReplicas: updated, readyReplicas: 1 }],
  });
  it.each<[string, typeof DEPLOYMENT, Json, boolean]>([
    ["of Grove's that has begun", CLIQUE_SET, { updateProgress: { updateStartedAt: "t" } }, true],
    ["of Grove's that has ended", CLIQUE_SET, { updateProgress: { updateEndedAt: "t" } }, false],
    ["of a role in part", { ...SET, part: "decode" }, roleStatus(1), true],
    ["of a role in full", { ...SET, part: "decode" }, roleStatus(2), false],
    ["of another role", { ...SET, part: "prefill" }, roleStatus(1), false],
  ])("%s", (_, of, status, expected) => {
    expect(decodeTarget(object({ roles }, { status }), of, null).rollingOut).toBe(expected);
  });

  it("and says how many units are ready", () => {
    const read = object({ roles }, { status: roleStatus(2) });
    expect(counted({ ...SET, part: "decode" }, read).object.readyReplicas).toBe(1);
    const grove = object({ replicas: 2 }, { status: { availableReplicas: 2 } });
    expect(counted(CLIQUE_SET, grove).object.readyReplicas).toBe(2);
  });
});

it("an object is for the rack that it or its pods name", () => {
  const spec = {
    replicas: 8,
    leaderWorkerTemplate: {
      workerTemplate: { spec: { nodeSelector: { "nvidia.com/gpu.clique": "c-1" } } },
    },
  };
  const labels = { labels: { "breakwater.dev/rack": "rack-7", app: "x" } };
  expect(counted(LWS, object(spec, {}, labels)).object.boundTo).toEqual({
    "nvidia.com/gpu.clique": "c-1",
    "breakwater.dev/rack": "rack-7",
  });
});

it("a DisaggregatedSet of old has the count in the role itself", () => {
  const read = object({ roles: [{ name: "decode", replicas: 3 }] });
  expect(counted({ ...SET, part: "decode" }, read).object.replicas).toBe(3);
});

it("a DisaggregatedSet of several slices is not sized: each has a role's count of units", () => {
  const roles = [{ name: "decode", spec: { replicas: 3 } }];
  const of = { ...SET, part: "decode" };
  expect(decodeTarget(object({ roles, slices: 2 }), of, null).counted).toEqual({
    text: "spec.slices: found 2, expected 1: each has a role's count of units",
  });
  expect(counted(of, object({ roles, slices: 1 })).object.replicas).toBe(3);
});
