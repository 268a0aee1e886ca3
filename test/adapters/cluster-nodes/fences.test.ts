import { describe, expect, it } from "vitest";
import { decodeNode } from "../../../src/adapters/cluster-nodes/decode.ts";
import { fencesOf } from "../../../src/adapters/cluster-nodes/fences.ts";
import { node } from "../../support/kube-objects.ts";

interface Traits {
  readonly taints?: readonly (readonly [key: string, effect: string])[];
  readonly cordoned?: boolean;
  readonly ours?: boolean;
}

function decoded({ taints = [], cordoned = false, ours = false }: Traits, n = 0) {
  const found = node(`n${n}`, {
    spec: {
      unschedulable: cordoned,
      taints: taints.map(([key, effect]) => ({ key, effect, value: "x" })),
    },
  });
  const annotations = ours ? { "breakwater.dev/cordoned-by": "breakwater" } : {};
  const metadata = { ...Object(found["metadata"]), uid: `u${n}`, annotations };
  return decodeNode({ ...found, metadata });
}

/** @returns who fences the first of the nodes; alone, beside one without taints */
function fence(first: Traits, ...others: readonly Traits[]): string | null {
  const beside = others.length === 0 ? [{}] : others;
  const nodes = [first, ...beside].map((traits, n) => decoded(traits, n));
  const [one] = nodes;
  return one === undefined ? null : fencesOf(nodes).of(one);
}

const GPU = ["nvidia.com/gpu", "NoSchedule"] as const;

describe("a node is fenced", () => {
  it.each([
    ["by nobody", {}, null],
    ["by a taint of its own", { taints: [["maintenance", "NoSchedule"] as const] }, "maintenance"],
    ["by one that evicts", { taints: [["maintenance", "NoExecute"] as const] }, "maintenance"],
    ["not by one that only asks", { taints: [["maintenance", "PreferNoSchedule"] as const] }, null],
    ["not by our own", { taints: [["breakwater.dev/reclaim", "NoSchedule"] as const] }, null],
    ["by somebody's cordon", { cordoned: true }, "cordon"],
    ["not by our cordon", { cordoned: true, ours: true }, null],
    [
      "not by the taint that goes with our cordon",
      {
        cordoned: true,
        ours: true,
        taints: [["node.kubernetes.io/unschedulable", "NoSchedule"] as const],
      },
      null,
    ],
  ])("%s", (_, traits, who) => {
    expect(fence(traits)).toBe(who);
  });

  it("not by a taint that more than half of the pool's nodes bear", () => {
    const [own, bare] = [{ taints: [GPU] }, {}];
    expect(fence(own, own)).toBeNull();
    expect(fence(own, own, bare)).toBeNull();
    expect(fence(own, bare)).toBe("nvidia.com/gpu");
  });

  it.each(["node.kubernetes.io/out-of-service", "karpenter.sh/disrupted"])(
    "by %s, whoever bears it",
    (key) => {
      const taints = [[key, "NoSchedule"] as const];
      expect(fence({ taints }, { taints })).toBe(key);
    },
  );
});
