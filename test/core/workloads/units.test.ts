import { describe, expect, it } from "vitest";
import { boundUnits } from "../../../src/core/workloads/units.ts";
import { aRack } from "../../support/builders/observed.ts";
import { anObject, aRackOf, aUnitPod } from "../../support/builders/workloads.ts";

const of = { workload: "engine", object: anObject(4) };

describe("the units of an object", () => {
  it("are one for all pods of an index, where the first of them is", () => {
    const rack = {
      ...aRack("a", { pods: 0 }),
      pods: [0, 0, 1].map((i, n) => aUnitPod(`p${n}`, "n", i)),
    };
    expect(boundUnits(of, [rack])).toMatchObject([
      { index: 0, rack: "a", pods: [{ name: "p0" }, { name: "p1" }] },
      { index: 1, rack: "a", pods: [{ name: "p2" }] },
    ]);
  });

  it("are one a pod where the kind has no order", () => {
    expect(boundUnits(of, [aRackOf("a", [null, null])])).toHaveLength(2);
  });

  it("leave out those that are ending, other objects' and other workloads'", () => {
    const unit = { workload: "engine", object: "engine", index: 0, marked: false };
    const pods = [
      aUnitPod("ending", "n", 0, { terminating: true }),
      aUnitPod("other", "n", 1, { unit: { ...unit, object: "other" } }),
      aUnitPod("prefill", "n", 2, { unit: { ...unit, workload: "prefill" } }),
    ];
    expect(boundUnits(of, [{ ...aRack("a", { pods: 1 }), pods }])).toEqual([]);
  });

  it("are marked once all of their pods are", () => {
    const unit = { workload: "engine", object: "engine", index: 0, marked: true };
    const marked = aUnitPod("p0", "n", 0, { unit });
    const pods = [marked, aUnitPod("p1", "n", 0)];
    expect(boundUnits(of, [{ ...aRack("a"), pods }])).toMatchObject([{ marked: false }]);
    expect(boundUnits(of, [{ ...aRack("a"), pods: [marked] }])).toMatchObject([{ marked: true }]);
  });
});
