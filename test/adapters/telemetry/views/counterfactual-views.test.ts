import { describe, expect, it } from "vitest";
import {
  flipsAnswer,
  whatIfAnswer,
  whyNotAnswer,
} from "../../../../src/adapters/telemetry/views/counterfactual-views.ts";
import {
  FlipsAnswerSchema,
  WhatIfAnswerSchema,
  WhyNotAnswerSchema,
} from "../../../../src/api/counterfactual-view.ts";
import { isAnswer } from "../../../../src/api/answer.ts";
import { minRacksOf } from "../../../../src/core/counterfactual/changes.ts";
import { aDecidedOn } from "../../../support/builders/decided-on.ts";
import { CODER, NOW } from "../../../support/builders/observed.ts";

const world = aDecidedOn({ turnsPerSecond: 30 });
const nine = { text: "minRacks=9", change: minRacksOf(9) };
const about = { schemaVersion: 1, fleet: CODER, atSeconds: NOW / 1_000 };

describe("answers about what would have been decided", () => {
  it("set the two decisions side by side", () => {
    const answer = whatIfAnswer(world, CODER, [nine]);
    expect(answer).toMatchObject({
      ...about,
      assumptions: ["minRacks=9"],
      decided: { heldRacks: 4 },
      otherwise: { wantRacks: 9, wantReason: { code: "minimum" } },
    });
    expect(answer?.decided.wantRacks).toBeLessThan(9);
    expect(isAnswer(WhatIfAnswerSchema, answer)).toBe(true);
  });

  it("predict what the racks held attain, or those wanted where these are fewer", () => {
    const few = whatIfAnswer(aDecidedOn({ turnsPerSecond: 30 }), CODER, [nine])?.decided;
    const many = whatIfAnswer(aDecidedOn({ turnsPerSecond: 2 }), CODER, [nine])?.decided;
    expect([few?.wantRacks, few?.attainmentAtHeld]).toEqual([7, expect.any(Number)]);
    expect(few?.attainmentAtHeld).toBeLessThan(0.95);
    expect(many?.wantRacks).toBeLessThan(4);
    expect(many?.attainmentAtHeld).toBeGreaterThanOrEqual(0.95);
  });

  it("are of the shape that the API promises", () => {
    expect(isAnswer(WhyNotAnswerSchema, whyNotAnswer(world, CODER, 6))).toBe(true);
    expect(isAnswer(FlipsAnswerSchema, flipsAnswer(world, CODER))).toBe(true);
    expect(whyNotAnswer(world, CODER, 6)).toMatchObject({ ...about, racks: 6, wantRacks: 7 });
    expect(flipsAnswer(world, CODER)).toMatchObject({ ...about, wantRacks: 7 });
  });

  it("are none for a fleet that is not of the group", () => {
    const stranger = "agents/stranger";
    expect(whatIfAnswer(world, stranger, [nine])).toBeUndefined();
    expect(whyNotAnswer(world, stranger, 6)).toBeUndefined();
    expect(flipsAnswer(world, stranger)).toBeUndefined();
  });
});
