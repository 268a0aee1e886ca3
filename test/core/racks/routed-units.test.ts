import { describe, expect, it } from "vitest";
import type { PodObservation } from "../../../src/core/observation.ts";
import { ejectedSince, routedUnits } from "../../../src/core/racks/routed-units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { after, millis } from "../../../src/core/units.ts";
import { NOW, aPod } from "../../support/builders/observed.ts";

const LATER = after(NOW, millis(15_000));
const routed = (ejectedAt: EpochMs | null) => ({ label: "route", ejectedAt });
const unit = (index: number | null) => ({ workload: "w", object: "o", index, marked: false });

const podsOf = (pods: readonly PodObservation[]): readonly (readonly string[])[] =>
  routedUnits(pods).map((found) => found.pods.map(({ name }) => name));

describe("routed units", () => {
  it.each([
    ["a pod each where nothing says more", [{}, {}], [["p0"], ["p1"]]],
    [
      "a pod each of kinds without an order",
      [{ unit: unit(null) }, { unit: unit(null) }],
      [["p0"], ["p1"]],
    ],
    ["the pods of one index", [{ unit: unit(3) }, { unit: unit(3) }], [["p0", "p1"]]],
    ["of two indices", [{ unit: unit(3) }, { unit: unit(4) }], [["p0"], ["p1"]]],
  ] as const)("are %s", (_, changes, expected) => {
    const pods = changes.map((change, n) => aPod(`p${n}`, "n", { route: routed(null), ...change }));
    expect(podsOf(pods.toReversed())).toEqual(expected);
  });

  it("leave out pods that routers do not know", () => {
    expect(podsOf([aPod("p0", "n", { unit: unit(0) }), aPod("p1", "n")])).toEqual([]);
  });
});

describe("since when a unit is out of routing", () => {
  it.each([
    ["while it is in", [null], null],
    ["while one of its pods is in", [NOW, null], null],
    ["since its last pod is out", [LATER, NOW], LATER],
  ] as const)("%s", (_, instants, expected) => {
    const pods = instants.map((at, n) => aPod(`p${n}`, "n", { route: routed(at), unit: unit(0) }));
    const [found] = routedUnits(pods);
    expect(found && ejectedSince(found)).toBe(expected);
  });
});
