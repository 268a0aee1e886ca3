import { describe, expect, it } from "vitest";
import { compilePool } from "../../src/config/compile-pool.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import { rawPool } from "../support/raw-objects.ts";

const compiled = (backend: object) => {
  const pool = compilePool(rawPool({ backend: { ...backend } }));
  return pool.ok ? pool.value.backend : describeErrors(pool.errors);
};

const nodeLabels = { pool: "gb200" };
const target = { apiVersion: "example.dev/v1", kind: "Group", namespace: "infra", name: "gb200" };
const nodePool = { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "gb200" };
const members = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  selector: { pool: "gb200" },
  nodeLabel: "karpenter.sh/nodepool",
};

describe("a backend compiles", () => {
  it.each([
    [
      "a static Karpenter NodePool, which counts nodes",
      { kind: "karpenter", name: "gb200" },
      {
        target: { apiVersion: "karpenter.sh/v1", kind: "NodePool", namespace: "", name: "gb200" },
        countPerRack: 18,
        nodeLabels: { "karpenter.sh/nodepool": "gb200" },
      },
    ],
    [
      "a Cluster API object, which counts machines",
      { kind: "cluster-api", target, nodeLabels },
      { target, countPerRack: 18, nodeLabels },
    ],
    [
      "a set of objects",
      { kind: "object-set", members, path: "/spec/replicas", countPerRack: 18, nodeLabels },
      {
        target: { apiVersion: "karpenter.sh/v1", kind: "NodePool", namespace: "", name: "" },
        members: { ...members, namespace: "" },
        path: "/spec/replicas",
      },
    ],
    [
      "a field by its path",
      { kind: "field", target, path: "/spec/nodeCount", countPerRack: 18, nodeLabels },
      { target, path: "/spec/nodeCount", preset: null },
    ],
    [
      "an entry of a list",
      { kind: "field", target, preset: "rancher", item: "gb200", countPerRack: 18, nodeLabels },
      { target, preset: "rancher", item: "gb200", path: null },
    ],
    [
      "a scale subresource whose victims can be marked",
      { kind: "scale", target, preset: "gardener", countPerRack: 18, nodeLabels },
      { target, preset: "gardener" },
    ],
    ["a person", { kind: "manual", nodeLabels }, { countPerRack: 1, nodeLabels }],
  ])("for %s", (_, backend, expected) => {
    expect(compiled(backend)).toMatchObject({ kind: backend.kind, ...expected });
  });
});

describe("a backend is refused", () => {
  it.each([
    ["a Karpenter pool of labels", { kind: "karpenter", nodeLabels }, "kind karpenter needs name"],
    ["a set without members", { kind: "object-set" }, "kind object-set needs members"],
    [
      "a field without a place",
      { kind: "field", target, countPerRack: 18, nodeLabels },
      "need either path or preset, and not both",
    ],
    [
      "a field with two places",
      { kind: "field", target, countPerRack: 18, nodeLabels, path: "/spec/n", preset: "kcc" },
      "need either path or preset, and not both",
    ],
    [
      "a path that is no pointer",
      { kind: "field", target, countPerRack: 18, nodeLabels, path: "spec.n" },
      "spec.backend.path",
    ],
    [
      "a preset for another kind",
      { kind: "scale", target, preset: "kcc", countPerRack: 18, nodeLabels },
      "presets openshift and gardener are for kind scale",
    ],
    [
      "a list without its entry",
      { kind: "field", target, preset: "rancher", countPerRack: 18, nodeLabels },
      "item names the machine pool of preset rancher",
    ],
    [
      "a Karpenter NodePool by its scale",
      { kind: "scale", target: nodePool, countPerRack: 18, nodeLabels },
      "Karpenter picks the nodes that go by itself, also of racks that serve; take kind karpenter",
    ],
    [
      "a Karpenter NodePool by a field",
      { kind: "field", target: nodePool, path: "/spec/replicas", countPerRack: 18, nodeLabels },
      "take kind karpenter, with the NodePool's name",
    ],
    ["a person with an object", { kind: "manual", target, nodeLabels }, "kind manual takes no"],
    [
      "unlabelled nodes",
      { kind: "cluster-api", target },
      "needs at least one label that tells the pool's nodes from others",
    ],
  ])("for %s", (_, backend, expected) => {
    expect(compiled(backend)).toContain(expected);
  });
});
