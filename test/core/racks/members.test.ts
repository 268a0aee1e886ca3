import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  explainsMembers,
  isOfOneMember,
  memberOf,
  membersToFill,
  mostRacks,
  namedMembers,
} from "../../../src/core/racks/members.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aRackOf, aSetCount, someMembers } from "../../support/builders/object-sets.ts";
import { aNode, aRack } from "../../support/builders/observed.ts";

const OFF = [true, false, false, false] as const;

describe("the objects to ask for racks", () => {
  it.each([
    ["by name", {}, 2, ["sub-1", "sub-2"]],
    ["those with stock first", { "sub-3": "available" }, 2, ["sub-3", "sub-1"]],
    ["those out of stock last", { "sub-1": "stockout", "sub-2": "quota" }, 1, ["sub-3"]],
    [
      "those out of stock where nothing else is left",
      { "sub-1": "reservation", "sub-2": "permission", "sub-3": "other" },
      2,
      ["sub-1", "sub-2"],
    ],
    ["no more than there are", {}, 9, ["sub-1", "sub-2", "sub-3"]],
  ] as const)("are %s", (_, stocks, racks, expected) => {
    expect(membersToFill(someMembers(OFF, stocks), racks)).toEqual(expected);
  });

  it("are never known to be out of stock while another is not", () => {
    const stock = fc.constantFrom("unknown", "available", "stockout", "quota" as const);
    const member = fc.record({ desired: fc.constantFrom(rackCount(0), rackCount(1)), stock });
    fc.assert(
      fc.property(fc.array(member, { maxLength: 9 }), fc.nat(9), (drawn, racks) => {
        const members = drawn.map((one, n) => ({ ...one, name: `sub-${n}` }));
        const chosen = membersToFill(members, racks);
        const of = (name: string) => members.find((one) => one.name === name);
        const bad = (name: string) => ["stockout", "quota"].includes(of(name)?.stock ?? "");
        const left = members.filter(({ name, desired }) => desired === 0 && !chosen.includes(name));
        expect(chosen.every((name) => of(name)?.desired === 0)).toBe(true);
        expect(chosen.some(bad) && left.some(({ name }) => !bad(name))).toBe(false);
      }),
    );
  });
});

describe("the object of a rack", () => {
  it.each([
    ["the one of all its nodes", aRackOf("r", "sub-0"), "sub-0"],
    ["none where no node says", aRackOf("r", null), null],
    [
      "none where one node does not say",
      { ...aRackOf("r", "sub-0"), nodes: [...aRackOf("r", "sub-0").nodes, aNode("bare")] },
      null,
    ],
    [
      "none where nodes say two",
      { ...aRack("r"), nodes: [...aRackOf("r", "a").nodes, ...aRackOf("s", "b").nodes] },
      null,
    ],
    ["none without nodes", aRack("r", { nodes: 0 }), null],
  ])("is %s", (_, rack, expected) => {
    expect(memberOf(rack)).toBe(expected);
  });

  it.each([
    ["an object with a rack, and only this one", "sub-0", [], true],
    ["an object that has none", "sub-1", [], false],
    ["an object that the set does not have", "elsewhere", [], false],
    ["an object that another rack is of as well", "sub-0", ["sub-0"], false],
    ["an object beside those of other racks", "sub-0", ["sub-2"], true],
  ])("frees the rack by %s: %s", (_, member, others, expected) => {
    const rack = aRackOf("rack", member);
    const racks = [rack, ...others.map((other, n) => aRackOf(`other-${n}`, other))];
    expect(isOfOneMember(rack, racks, someMembers([true, false, true]))).toBe(expected);
  });
});

describe("named objects", () => {
  it("are changed, still to change, or gone", () => {
    const named = namedMembers(["sub-0", "sub-1", "gone"], someMembers([true, false]), 1);
    expect(named).toEqual({ vanished: ["gone"], changed: ["sub-0"] });
  });
});

describe("a change of the set's count", () => {
  const OUT = {
    direction: "Out",
    fromRacks: rackCount(2),
    objects: ["sub-2", "sub-3"],
  } as const;
  const IN = { direction: "In", fromRacks: rackCount(3), objects: ["sub-1"] } as const;

  it.each([
    ["both objects, at once", OUT, 2, [0, 1, 2, 3]],
    ["the first of two", OUT, 2, [0, 1, 2]],
    ["the second, after a crash", OUT, 3, [0, 1, 2, 3]],
    ["the object of a drained rack", IN, 3, [0, 2]],
  ] as const)("is ours by %s", (_, { objects, ...intent }, before, on) => {
    expect(explainsMembers(intent, objects, before, aSetCount(on))).toBe(true);
  });

  it.each([
    ["an object that was not named", OUT, 2, [0, 1, 5]],
    ["a named one and another", OUT, 2, [0, 1, 2, 5]],
    ["one that was turned off", OUT, 3, [0, 2]],
    ["another one instead", IN, 3, [0, 1]],
  ] as const)("is somebody else's by %s", (_, { objects, ...intent }, before, on) => {
    expect(explainsMembers(intent, objects, before, aSetCount(on))).toBe(false);
  });
});

describe("the most racks that can be asked for", () => {
  it.each([
    ["without bound, of one object", { members: undefined, bounds: undefined }, Infinity],
    ["as many as a set has objects", { members: someMembers([true, false, false]) }, 3],
    ["as the object's own bounds say", { bounds: { least: rackCount(0), most: rackCount(2) } }, 2],
  ])("are %s", (_, changes, expected) => {
    const { members: _members, ...count } = aSetCount([0]);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value));
    expect(mostRacks({ ...count, ...given })).toBe(expected);
  });
});
