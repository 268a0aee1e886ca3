import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { giveBack, giveBackText, lowestHarmless } from "../../../src/core/workloads/removal.ts";
import { boundUnits } from "../../../src/core/workloads/units.ts";
import { anObject, aRackOf, range } from "../../support/builders/workloads.ts";

const bound = (...racks: readonly ReturnType<typeof aRackOf>[]) =>
  boundUnits({ workload: "engine", object: anObject(0) }, racks);
const ON_A = { racks: ["a"], wanted: 0 };

describe("giving back a rack of an ordered set", () => {
  it.each([
    {
      what: "costs nothing where its units are the last",
      mine: range(8, 16),
      others: range(0, 8),
      restarts: 0,
    },
    {
      what: "restarts each of its units where they are the first",
      mine: range(0, 8),
      others: range(8, 16),
      restarts: 8,
    },
    {
      what: "restarts those that are not among the last",
      mine: [0, 1, 2, 3, 8, 9, 10, 11],
      others: [4, 5, 6, 7, 12, 13, 14, 15],
      restarts: 4,
    },
  ])("$what", ({ mine, others, restarts }) => {
    const units = bound(aRackOf("a", mine), aRackOf("b", others));
    const back = giveBack(anObject(16), units, ON_A);
    expect(back).toEqual({ to: 8, units: 8, restarts, dying: range(8, 16) });
  });

  it("names who ends, and what that restarts", () => {
    const units = bound(aRackOf("a", [0, 3]), aRackOf("b", [1, 2]));
    const back = giveBack(anObject(4), units, ON_A);
    expect(giveBackText("decode", 4, back)).toBe(
      "decode 4 → 2. Indices 2, 3 end. Units restarted on other racks: 1.",
    );
  });

  it("lowers no further than the other racks have room for", () => {
    const units = bound(aRackOf("a", [2, 3]), aRackOf("b", [0, 1]));
    expect(giveBack(anObject(4), units, { racks: ["a"], wanted: 3 }).to).toBe(3);
    expect(giveBack(anObject(4), units, { racks: ["a"], wanted: 9 }).to).toBe(4);
  });
});

describe("giving back a rack", () => {
  const units = bound(aRackOf("a", [null, null]), aRackOf("b", [null, null, null]));

  it("restarts nothing where its pods can be made the first to go", () => {
    expect(giveBack(anObject(5, { removes: "LowestCost" }), units, ON_A).restarts).toBe(0);
  });

  it("restarts all of its units at worst where nobody knows who goes", () => {
    expect(giveBack(anObject(5, { removes: "Any" }), units, ON_A).restarts).toBe(2);
  });

  it("restarts nothing where the object has no units elsewhere", () => {
    const only = bound(aRackOf("a", [null, null]));
    expect(giveBack(anObject(2, { removes: "Any" }), only, ON_A)).toMatchObject({
      to: 0,
      restarts: 0,
    });
  });

  it("never ends more units than the rack has, in whatever order they stand", () => {
    const indices = fc.shuffledSubarray(range(0, 16).slice(), { minLength: 0, maxLength: 8 });
    fc.assert(
      fc.property(indices, (mine) => {
        const others = range(0, 16).filter((index) => !mine.includes(index));
        const back = giveBack(anObject(16), bound(aRackOf("a", mine), aRackOf("b", others)), ON_A);
        expect(16 - back.to).toBe(mine.length);
        const kept = mine.filter((index) => index < back.to);
        expect(back.restarts).toBe(kept.length);
      }),
    );
  });
});

describe("the lowest count that ends no unit", () => {
  const units = bound(aRackOf("a", [0, 1, 5]));
  it.each([
    ["is above the highest index that runs", "HighestIndex", 6],
    ["is the units that run, where those without a node go first", "LowestCost", 3],
    ["is the count itself where nobody knows who goes", "Any", 9],
  ] as const)("%s", (_, removes, lowest) => {
    expect(lowestHarmless(anObject(9, { removes }), units, 0)).toBe(lowest);
  });

  it("is none where none runs", () => {
    expect(lowestHarmless(anObject(9, { removes: "Any" }), [], 0)).toBe(0);
  });

  it("is the count itself while a unit's index is not known", () => {
    expect(lowestHarmless(anObject(9), bound(aRackOf("a", [null])), 0)).toBe(9);
  });

  it("leaves all but those that may end", () => {
    expect(lowestHarmless(anObject(9), units, 2)).toBe(1);
  });
});
