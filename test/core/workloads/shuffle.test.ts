import { describe, expect, it } from "vitest";
import type { CompiledWorkload } from "../../../src/core/compiled.ts";
import { lowerable, shuffles } from "../../../src/core/workloads/shuffle.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aFleetObservation } from "../../support/builders/observed.ts";
import { aRackOf, aSized, anObject, ofEngine } from "../../support/builders/workloads.ts";

const RACKS = [aRackOf("a", [0, 1]), aRackOf("b", [2, 3])];
const input = (workload: Partial<CompiledWorkload> = {}, racks = RACKS) => ({
  fleet: aSmallFleet({ workloads: [aSized(workload)] }),
  observed: aFleetObservation({ workloads: ofEngine(anObject(4)) }),
  racks,
});
const ids = (racks: readonly { readonly id: string }[]) => racks.map(({ id }) => id);

describe("what giving back a rack would restart", () => {
  it("is said with who ends and how many are allowed", () => {
    expect(shuffles("a", input())).toEqual([
      "Rack a: engine 4 → 2. Indices 2, 3 end. Units restarted on other racks: 2. " +
        "sharedSetRestarts allows 0.",
    ]);
    expect(shuffles("b", input())).toEqual([]);
  });

  it.each<[string, Partial<CompiledWorkload>]>([
    ["as many as are allowed", { sharedSetRestarts: 2 }],
    ["a workload that is only observed", { manage: "Observe" }],
    ["objects of one rack each", { layout: "ObjectPerRack" }],
  ])("does not matter for %s", (_, workload) => {
    expect(shuffles("a", input(workload))).toEqual([]);
  });

  it("leaves the racks that cost too much out, unless all do", () => {
    expect(ids(lowerable(input()))).toEqual(["b"]);
    const mixed = [aRackOf("a", [0, 3]), aRackOf("b", [1, 2])];
    expect(ids(lowerable(input({}, mixed)))).toEqual(["a", "b"]);
  });
});
