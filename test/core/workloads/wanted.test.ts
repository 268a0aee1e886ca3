import { describe, expect, it } from "vitest";
import type { CompiledWorkload } from "../../../src/core/compiled.ts";
import type { WorkloadObject } from "../../../src/core/observation.ts";
import type { FleetRack } from "../../../src/core/workloads/fleet-racks.ts";
import { RACK_LABEL, wantedOf } from "../../../src/core/workloads/wanted.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aRack } from "../../support/builders/observed.ts";
import { aRackOf, aSized, aUnitPod, anObject, range } from "../../support/builders/workloads.ts";
import { aPool } from "../../support/reports/compiled.ts";

const as = (rack: FleetRack["rack"], state: FleetRack["state"] = "Up"): FleetRack => ({
  pool: aPool(),
  rack,
  state,
});

function wanted(
  workload: CompiledWorkload,
  objects: readonly WorkloadObject[],
  racks: readonly FleetRack[],
) {
  return wantedOf(workload, objects, { fleet: aSmallFleet({ workloads: [workload] }), racks });
}

describe("one object that spans racks wants", () => {
  const of = (...racks: readonly FleetRack[]) => wanted(aSized(), [anObject(8)], racks)[0];

  it("what fits the racks that are up", () => {
    expect(of(as(aRack("a")), as(aRack("b")))?.wanted).toBe(16);
  });

  it("nothing for a rack that is down, whatever still runs there", () => {
    expect(of(as(aRackOf("a", range(0, 8)), "Down"))?.wanted).toBe(0);
  });

  it("what runs on a rack that leaves, and nothing once it is emptied", () => {
    const rack = aRackOf("a", range(0, 5));
    expect(of(as(rack, "Leaving"))).toMatchObject({ wanted: 5, mayKill: 0, emptied: [] });
    expect(of(as(rack, "Emptied"))).toMatchObject({ wanted: 0, mayKill: 5, emptied: ["a"] });
  });
});

describe("one object a rack", () => {
  const perRack = aSized({ layout: "ObjectPerRack" });
  const named = (name: string, replicas: number, boundTo = {}) =>
    anObject(replicas, { boundTo }, name);
  const wants = (objects: readonly WorkloadObject[], ...racks: readonly FleetRack[]) =>
    Object.fromEntries(
      wanted(perRack, objects, racks).map((entry) => [entry.object.ref.name, entry.wanted]),
    );
  const running = (id: string, object: string) => ({
    ...aRack(id, { pods: 0 }),
    pods: [
      aUnitPod(`${id}-p`, `${id}-n0`, 0, {
        unit: { workload: "engine", object, index: 0, marked: false },
      }),
    ],
  });

  it.each([
    ["by our label", RACK_LABEL],
    ["by the node selector of its pods", "nvidia.com/gpu.clique"],
  ])("wants what fits the rack it names %s", (_, key) => {
    const objects = [named("x", 0, { [key]: "b" }), named("y", 0, { [key]: "gone" })];
    expect(wants(objects, as(aRack("a", { pods: 0 })), as(aRack("b", { pods: 0 })))).toEqual({
      x: 8,
      y: 0,
    });
  });

  it("stays with the rack that its units are on", () => {
    expect(wants([named("x", 8), named("y", 8)], as(running("a", "y")), as(aRack("b")))).toEqual({
      x: 8,
      y: 8,
    });
    const drained = wants([named("y", 8)], as(running("a", "y"), "Emptied"), as(aRack("b")));
    expect(drained).toEqual({ y: 0 });
  });

  it("takes a rack that has none, those that ask for units already first", () => {
    const objects = [named("x", 0), named("y", 8)];
    expect(wants(objects, as(aRack("a", { pods: 0 })))).toEqual({ x: 0, y: 8 });
  });
});
