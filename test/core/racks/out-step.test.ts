import { describe, expect, it } from "vitest";
import { outStep } from "../../../src/core/racks/out-step.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aSetCount } from "../../support/builders/object-sets.ts";
import { aPoolObservation, anIntent } from "../../support/builders/observed.ts";

/** From four racks to six. */
const step = (desired: number | null, asked = 6) =>
  outStep(anIntent(), desired === null ? null : aPoolObservation(desired).count, rackCount(asked));

describe("the next step of a growth", () => {
  it("at its start: the one write, with what it expects to find", () => {
    expect(step(4)).toMatchObject({
      kind: "Act",
      actions: [{ kind: "SetCount", pool: "gb200-east", uid: "uid-object", from: 4, to: 6 }],
    });
  });

  it("with less than was consented to: that", () => {
    expect(step(4, 5)).toMatchObject({ actions: [{ from: 4, to: 5 }] });
  });

  it("at its goal: done", () => {
    expect(step(6)).toMatchObject({ kind: "Done", reason: { code: "count-written" } });
  });

  it.each([3, 5, 7])("at %i racks: somebody else's doing, and it fails", (desired) => {
    expect(step(desired)).toMatchObject({
      kind: "Fail",
      restore: [],
      reason: {
        code: "count-conflict",
        text: expect.stringContaining(`Found ${desired}, expected 4 or 6`),
      },
    });
  });

  it("where the count is not known: waits", () => {
    expect(step(null)).toMatchObject({ kind: "Wait", reason: { code: "pool-unknown" } });
  });
});

/** Two more objects of a set of six, four of which have a rack; of the pool these are on. */
const setStep = (on: readonly number[], asked = 6, objects: readonly string[] | null = NAMED) =>
  outStep(anIntent({ ...(objects !== null && { objects }) }), aSetCount(on), rackCount(asked));
const NAMED = ["sub-5", "sub-4"] as const;

describe("the next step of a growth of an object set", () => {
  it("at its start: the named objects", () => {
    expect(setStep([0, 1, 2, 3])).toMatchObject({
      kind: "Act",
      actions: [{ kind: "SetCount", from: 4, to: 6, objects: ["sub-5", "sub-4"] }],
    });
  });

  it("with less than was consented to: the first of them", () => {
    expect(setStep([0, 1, 2, 3], 5)).toMatchObject({ actions: [{ to: 5, objects: ["sub-5"] }] });
    expect(setStep([0, 1, 2, 3, 5], 5)).toMatchObject({ kind: "Done" });
  });

  it("where some of them got through: the same again", () => {
    expect(setStep([0, 1, 2, 3, 5])).toMatchObject({
      kind: "Act",
      actions: [{ from: 4, to: 6, objects: ["sub-5", "sub-4"] }],
    });
  });

  it("where all of them are on: done, whatever else changed", () => {
    expect(setStep([0, 1, 2, 3, 4, 5])).toMatchObject({ kind: "Done" });
    expect(setStep([0, 4, 5])).toMatchObject({ kind: "Done" });
  });

  it.each([
    ["another object was turned on", [0, 1, 2, 3, 4, 6], "Found 6, expected 5"],
    ["another was turned off", [0, 1, 2], "Found 3, expected 4"],
  ])("where %s: somebody else's doing, and it fails", (_, on, text) => {
    const step = outStep(anIntent({ objects: NAMED }), aSetCount(on, 8), rackCount(6));
    expect(step).toMatchObject({
      kind: "Fail",
      reason: { code: "count-conflict", text: expect.stringContaining(text) },
    });
  });

  it.each([
    ["one of them left the set", ["sub-5", "sub-9"], "sub-9 left the set"],
    ["none was named", null, "names 0 objects, expected 2"],
    ["too few were named", ["sub-5"], "names 1 objects, expected 2"],
  ])("where %s: it fails", (_, objects, text) => {
    expect(setStep([0, 1, 2, 3], 6, objects)).toMatchObject({
      kind: "Fail",
      reason: { code: "count-conflict", text: expect.stringContaining(text) },
    });
  });

  it("where the pool is no set any more: it fails", () => {
    const { count } = aPoolObservation(4);
    expect(outStep(anIntent({ objects: NAMED }), count, rackCount(6))).toMatchObject({
      kind: "Fail",
    });
  });
});
