import { describe, expect, it } from "vitest";
import { outStep } from "../../../src/core/racks/out-step.ts";
import { rackCount } from "../../../src/core/units.ts";
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
