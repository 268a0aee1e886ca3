import { describe, expect, it } from "vitest";
import { decodePod, decodeTarget, type KeptPod } from "../../../src/adapters/workloads/decode.ts";
import type { Membership } from "../../../src/adapters/workloads/memberships.ts";
import { rolloutsIn } from "../../../src/adapters/workloads/rollouts.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { pod } from "../../support/kube-objects.ts";

const REF = {
  apiVersion: "disaggregatedset.x-k8s.io/v1",
  kind: "DisaggregatedSet",
  namespace: "agents",
  name: "coder",
};

function member(): Membership {
  const { key, namespace, workloads } = aSmallFleet();
  const [workload] = workloads;
  if (workload === undefined) throw new Error("the fleet has a workload");
  const spec = { roles: [{ name: "decode", spec: { replicas: 2 } }] };
  const object = { metadata: { name: "coder", namespace, uid: "u", generation: 2 }, spec };
  const target = decodeTarget(object, { ref: REF, part: "decode" }, null);
  return { fleet: key, namespace, workload, targets: [target], problems: [] };
}

interface Pod {
  readonly revision: string;
  readonly role?: string;
  readonly namespace?: string;
  readonly node?: string;
}

function kept({ revision, role = "decode", namespace = "agents", node = "n1" }: Pod): KeptPod {
  const prefix = "disaggregatedset.x-k8s.io";
  const labels = {
    [`${prefix}/name`]: "coder",
    [`${prefix}/role`]: role,
    [`${prefix}/revision`]: revision,
  };
  const made = decodePod(pod("engine", { labels, namespace, node, metadata: { uid: "u" } }));
  if (made === null) throw new Error("the pod is kept");
  return made;
}

describe("a set whose controller writes no status is rolled out while its pods are of", () => {
  it.each<[string, readonly Pod[], boolean]>([
    ["one revision: no", [{ revision: "a" }, { revision: "a" }], false],
    ["two revisions: yes", [{ revision: "a" }, { revision: "b" }], true],
    [
      "two, of which one is not bound yet: yes",
      [{ revision: "a" }, { revision: "b", node: "" }],
      true,
    ],
    ["none: no", [], false],
    [
      "two, one of them in another role: no",
      [{ revision: "a" }, { revision: "b", role: "prefill" }],
      false,
    ],
    [
      "two, one of them elsewhere: no",
      [{ revision: "a" }, { revision: "b", namespace: "x" }],
      false,
    ],
  ])("%s", (_what, pods, rolling) => {
    const found = rolloutsIn([member(), member()], pods.map(kept));
    expect(found).toEqual(rolling ? [member().fleet] : []);
  });
});
