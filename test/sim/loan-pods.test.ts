import { describe, expect, it } from "vitest";
import { loanPods } from "../../src/sim/loan-pods.ts";
import { aRack, someNodes } from "../support/simulated-rack.ts";
import { aWorld, poolOf } from "../support/simulated-world.ts";

describe("a loan", () => {
  it("holds all GPUs of every node, for no fleet", () => {
    const pods = loanPods(aRack({ nodes: someNodes(3) }), poolOf(aWorld()), {
      readySince: 5,
      run: 0,
    });
    expect(
      pods.map(({ fleet, gpus, nodes, readySince }) => [fleet, gpus, nodes.length, readySince]),
    ).toEqual([
      [null, 4, 1, 5],
      [null, 4, 1, 5],
      [null, 4, 1, 5],
    ]);
    expect(new Set(pods.map(({ uid }) => uid)).size).toBe(3);
  });
});
