import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UngroupedNode } from "../../../src/core/observation.ts";
import { UNLABELLED, takeInventory } from "../../../src/core/racks/inventory.ts";
import { aNode, aPod } from "../../support/builders/observed.ts";

const node = (name: string, domain: string | null, pool = "east"): UngroupedNode => ({
  ...aNode(name),
  pool,
  domain,
});
const someNodes = (count: number, domain: string, pool: string) =>
  Array.from({ length: count }, (_, n) => node(`${pool}-${domain}-${n}`, domain, pool));

const shape = (nodes: readonly UngroupedNode[], pods: ReturnType<typeof aPod>[] = []) =>
  takeInventory(
    nodes,
    pods,
  )("east").racks.map((rack) => [
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
    expect(shape([node("n1", "a", "west")], [aPod("p", "n1")])).toEqual([]);
    expect(shape([node("n1", "a")], [aPod("p", "n9")])).toEqual([["a", ["n1"], []]]);
  });

  it("a fence is kept, its absence too", () => {
    const fenced = { ...node("n1", "a"), fencedBy: "maintenance" };
    const [rack] = takeInventory([fenced, node("n2", "a")], [])("east").racks;
    expect(rack?.nodes.map((seen) => seen.fencedBy)).toEqual(["maintenance", undefined]);
    expect(rack?.nodes.map((seen) => "fencedBy" in seen)).toEqual([true, false]);
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
          expect(takeInventory(turnedNodes, turnedPods)("east")).toEqual(
            takeInventory(nodes, pods)("east"),
          );
        },
      ),
    );
    expect(shape(nodes, pods).flatMap(([, names]) => names)).toHaveLength(6);
  });
});

describe("a domain with nodes of two pools", () => {
  const stray = [...someNodes(17, "d", "east"), node("stray", "d", "west")];
  const split = [...someNodes(9, "d", "east"), ...someNodes(9, "d", "west")];

  it("is the rack of the pool with more than half of its nodes, without the others'", () => {
    const inventory = takeInventory(stray, [aPod("p", "stray")]);
    expect(inventory("east").racks.map(({ id, nodes, pods }) => [id, nodes.length, pods])).toEqual([
      ["d", 17, []],
    ]);
    expect(inventory("east")).toMatchObject({ foreign: [], refusals: [] });
    expect(inventory("west")).toEqual({
      racks: [],
      foreign: [{ domain: "d", nodes: ["stray"], pools: ["east"] }],
      refusals: [],
    });
  });

  it.each(["east", "west"])("split in halves is nobody's rack: %s may not be scaled", (pool) => {
    const { racks, foreign, refusals } = takeInventory(split, [])(pool);
    const other = ["east", "west"].find((name) => name !== pool);
    expect(racks).toEqual([]);
    expect(foreign).toMatchObject([{ domain: "d", pools: [other] }]);
    expect(foreign[0]?.nodes).toHaveLength(9);
    expect(refusals).toEqual([
      {
        code: "pool-refused",
        text:
          `RackPool ${pool}: found nodes of NVLink domain d in RackPool ${other} as well, ` +
          "expected most of a domain's nodes in one pool; correct the pools' node labels.",
      },
    ]);
  });

  it("which both select by their labels is disputed as well", () => {
    const both = [...someNodes(18, "d", "east"), ...someNodes(18, "d", "west")];
    expect(takeInventory(both, [])("east").racks).toEqual([]);
  });

  it("never counts a node in two racks", () => {
    const pools = fc.constantFrom("east", "west", "north");
    const domains = fc.constantFrom("a", "b", null);
    const someone = fc.array(fc.tuple(pools, domains), { maxLength: 30 });
    fc.assert(
      fc.property(someone, (drawn) => {
        const nodes = drawn.map(([pool, domain], n) => node(`n${n}`, domain, pool));
        const inventory = takeInventory(nodes, []);
        const all = ["east", "west", "north"].map(inventory);
        const inRacks = all.flatMap(({ racks }) => racks.flatMap((rack) => rack.nodes));
        const foreign = all.flatMap((pool) => pool.foreign.flatMap((found) => found.nodes));
        const names = [...inRacks.map(({ name }) => name), ...foreign];
        expect(names.toSorted()).toEqual(nodes.map(({ name }) => name).toSorted());
        const labelled = all.flatMap(({ racks }) => racks.filter(({ id }) => id !== UNLABELLED));
        expect(new Set(labelled.map(({ id }) => id)).size).toBe(labelled.length);
      }),
    );
  });
});
