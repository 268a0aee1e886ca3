import { describe, expect, it } from "vitest";
import { drainedNodes, drainedPods, namedNodes } from "../../../src/core/racks/draining.ts";
import { aNode, aPod, aRack } from "../../support/builders/observed.ts";

const drain = { rack: "a", victimNodeUids: ["uid-a-n0", "uid-a-n1"] };
const a = aRack("a", { nodes: 2, pods: 1 });
const b = aRack("b", { nodes: 2, pods: 1 });

const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);

describe("the rack of a drain", () => {
  it("is the nodes that were named", () => {
    expect(names(namedNodes(drain, [a, b]))).toEqual(["a-n0", "a-n1"]);
    expect(names(drainedNodes(drain, [a, b]))).toEqual(["a-n0", "a-n1"]);
    expect(names(drainedPods(drain, [a, b]))).toEqual(["a-p0"]);
  });

  it("is found by its nodes while its label is missing", () => {
    const hidden = { ...a, id: "unlabelled" };
    expect(names(drainedNodes(drain, [b, hidden]))).toEqual(["a-n0", "a-n1"]);
    expect(names(drainedPods(drain, [b, hidden]))).toEqual(["a-p0"]);
  });

  it("includes nodes that came up in it since: to be kept free, not to be waited for", () => {
    const nodes = [...a.nodes, aNode("spare")];
    const grown = { ...a, nodes, pods: [...a.pods, aPod("late", "spare")] };
    expect(names(namedNodes(drain, [grown]))).toEqual(["a-n0", "a-n1"]);
    expect(names(drainedNodes(drain, [grown]))).toEqual(["a-n0", "a-n1", "spare"]);
    expect(names(drainedPods(drain, [grown]))).toEqual(["a-p0", "late"]);
  });

  it("is nothing once its nodes are gone", () => {
    expect(drainedNodes(drain, [b])).toEqual([]);
    expect(drainedPods(drain, [b])).toEqual([]);
  });
});
