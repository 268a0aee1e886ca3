import { describe, expect, it } from "vitest";
import { takeInventory } from "../../../src/core/racks/inventory.ts";
import { simulatedClusterNodes } from "../../../src/sim/ports/cluster-nodes.ts";
import { aWorld, minutes, onlyPool, poolOf } from "../../support/simulated-world.ts";

describe("the nodes of a simulated cluster", () => {
  it("come in racks of 18, all of them Ready with four GPUs", async () => {
    const world = aWorld();
    const nodes = await simulatedClusterNodes(world).list([poolOf(world)]);
    const { racks } = takeInventory(nodes, [])(poolOf(world).name);
    expect(racks.map((rack) => rack.nodes.length)).toEqual([18, 18, 18, 18]);
    expect(nodes.every(({ ready, gpusAllocatable }) => ready && gpusAllocatable === 4)).toBe(true);
    expect(nodes.every(({ createdAt }) => createdAt < world.now())).toBe(true);
  });

  it("are listed for the pools asked for only", async () => {
    const world = aWorld();
    const nodes = simulatedClusterNodes(world);
    expect(await nodes.list([])).toEqual([]);
    expect(await nodes.list([{ ...poolOf(world), name: "elsewhere" }])).toEqual([]);
  });

  it("appear one by one, their label and GPUs later than themselves", async () => {
    const world = aWorld();
    const port = simulatedClusterNodes(world);
    onlyPool(world).setDesired(5, "olga");
    const counts = new Set<number>();
    const seen = { unlabelled: false, withoutGpus: false };
    for (let second = 0; second < 900; second += 5) {
      world.advanceTo(minutes(second / 60));
      const nodes = (await port.list([poolOf(world)])).slice(72);
      counts.add(nodes.length);
      seen.unlabelled ||= nodes.some(({ domain }) => domain === null);
      seen.withoutGpus ||= nodes.some(
        ({ ready, gpusAllocatable }) => !ready && gpusAllocatable === 0,
      );
    }
    expect(seen).toEqual({ unlabelled: true, withoutGpus: true });
    expect(counts.size).toBeGreaterThan(5);
    expect(Math.max(...counts)).toBe(18);
  });

  it("show that the provider has taken them out of service", async () => {
    const world = aWorld();
    const pool = onlyPool(world);
    const [rack] = pool.racks();
    if (rack === undefined) throw new Error("no rack");
    for (const node of rack.nodes) node.fenced = true;
    const nodes = await simulatedClusterNodes(world).list([poolOf(world)]);
    const fenced = nodes.filter(({ fencedBy }) => fencedBy === "provider");
    expect(fenced.map(({ uid }) => uid)).toEqual(rack.nodes.map(({ uid }) => uid));
    expect(fenced.every(({ cordoned }) => cordoned)).toBe(true);
  });

  it("are cordoned by name and uid, twice as well as once, and only those", async () => {
    const world = aWorld();
    const port = simulatedClusterNodes(world);
    const cordoned = async () =>
      (await port.list([poolOf(world)])).flatMap(({ name, cordoned }) => (cordoned ? [name] : []));
    const [first, second] = await port.list([poolOf(world)]);
    if (first === undefined || second === undefined) throw new Error("no nodes");
    await port.cordon([first, { name: second.name, uid: "of-a-node-before" }]);
    await port.cordon([first]);
    expect(await cordoned()).toEqual([first.name]);
    await port.uncordon([first]);
    expect(await cordoned()).toEqual([]);
  });
});
