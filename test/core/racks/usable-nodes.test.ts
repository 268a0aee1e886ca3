import { describe, expect, it } from "vitest";
import { bootedAt, isUsable, usableNodes } from "../../../src/core/racks/usable-nodes.ts";
import { MINUTE_MS, after, gpuCount, millis } from "../../../src/core/units.ts";
import { NOW, aNode, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

describe("a usable node", () => {
  it.each([
    ["is Ready with all its GPUs", {}, true],
    ["is one that we cordoned, too", { cordoned: true }, true],
    ["is not one that is not Ready", { ready: false }, false],
    ["is not one with a GPU less", { gpusAllocatable: gpuCount(3) }, false],
    ["is not one that others keep pods off", { fencedBy: "maintenance" }, false],
  ])("%s", (_, changes, usable) => {
    expect(isUsable(aNode("n", changes), aPool())).toBe(usable);
    expect(usableNodes(aRack("r", { node: changes }), aPool())).toBe(usable ? 18 : 0);
  });
});

describe("the end of a boot", () => {
  const at = (minute: number) => after(NOW, millis(minute * MINUTE_MS));
  const born = (count: number) => ({
    ...aRack("r", { nodes: 0 }),
    nodes: Array.from({ length: count }, (_, n) => aNode(`n${n}`, { createdAt: at(count - n) })),
  });

  it("is when the node registered that completes the quorum, whatever their order", () => {
    expect(bootedAt(born(18), aPool())).toBe(at(16));
  });

  it("has not come while fewer have registered", () => {
    expect(bootedAt(born(15), aPool())).toBeNull();
  });
});
