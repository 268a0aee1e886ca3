import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UngroupedNode } from "../../../src/core/observation.ts";
import { UNLABELLED, groupIntoRacks } from "../../../src/core/racks/inventory.ts";
import { aNode, aPod } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const POOL = aPool();
const node = (name: string, domain: string | null, pool = POOL.name): UngroupedNode => ({
  ...aNode(name),
  pool,
  domain,
});

const shape = (nodes: readonly UngroupedNode[], pods: ReturnType<typeof aPod>[] = []) =>
  groupIntoRacks(POOL, nodes, pods).map((rack) => [
    rack.id,
    rack.nodes.map(({ name }) => name),
    rack.pods.map(({ name }) => name),
  ]);

describe("nodes and pods become racks", () => {
  it("by NVLink domain, in order of names", () => {
    const nodes = [node("n3", "b"), node("n1", "b"), node("n2", "a")];
    const pods = [aPod("p2", "n1"), aPod("p1", "n1"), aPod("p3", "n2")];
    expect(shape(nodes, pods)).toEqual([
      ["a", ["n2"], ["p3"]],
      ["b", ["n1", "n3"], ["p1", "p2"]],
    ]);
  });

  it("nodes without the label stand together, apart", () => {
    expect(shape([node("n1", null), node("n2", "a"), node("n3", null)])).toEqual([
      ["a", ["n2"], []],
      [UNLABELLED, ["n1", "n3"], []],
    ]);
  });

  it("other pools' nodes and pods elsewhere are left out", () => {
    expect(shape([node("n1", "a", "other")], [aPod("p", "n1")])).toEqual([]);
    expect(shape([node("n1", "a")], [aPod("p", "n9")])).toEqual([["a", ["n1"], []]]);
  });

  it("the order of the lists does not matter, and no node is lost", () => {
    const nodes = ["a", "b", null].flatMap((domain, n) => [
      node(`n${n}`, domain),
      node(`m${n}`, domain),
    ]);
    const pods = nodes.map(({ name }) => aPod(`p-${name}`, name));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(nodes, { minLength: nodes.length }),
        fc.shuffledSubarray(pods, { minLength: pods.length }),
        (turnedNodes, turnedPods) => {
          expect(groupIntoRacks(POOL, turnedNodes, turnedPods)).toEqual(
            groupIntoRacks(POOL, nodes, pods),
          );
        },
      ),
    );
    expect(shape(nodes, pods).flatMap(([, names]) => names)).toHaveLength(6);
  });
});
