import { describe, expect, it } from "vitest";
import { calibrated } from "../../src/oracle/calibrate.ts";
import { missedAt } from "../../src/oracle/miss-curve.ts";
import { hitRateOn, loadOn } from "../../src/oracle/fleet-model.ts";
import type { FleetModel } from "../../src/oracle/fleet-model.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import { STEP_MS, aModel, aStep, aWatch } from "../support/builders/oracle.ts";

/** An hour that rises from 100 to 6,000 turns a minute. */
const AMPLE = aWatch(Array.from({ length: 60 }, (_, at) => 100 * (at + 1)));
const basis = { capacity: aModel().capacity, stepMs: STEP_MS };
/** The grid has this steepness, and a half-point near this one. */
const LAW = { halfSeconds: 100, steepness: 1.4 };

/** What a world of that law shows, with misses of a tenth of the load. */
function aWorldOf(model: FleetModel, racks: number, tipsAt = Number.POSITIVE_INFINITY) {
  const steps = AMPLE.steps.map((step, at) => {
    const hitRate = hitRateOn(model, step, racks);
    const share = at >= tipsAt ? 0.9 : 0.1 * loadOn(model, step, racks, hitRate);
    return aStep(step.turns, {
      coldTokens: step.promptTokens * (1 - hitRate),
      missedTurns: share * step.turns,
    });
  });
  return { racks, stepMs: STEP_MS, steps };
}

const truth = aModel({ law: LAW });
const found = (...standing: ReturnType<typeof aWorldOf>[]): FleetModel =>
  calibrated(aSmallFleet(), basis, AMPLE, standing);

describe("calibration", () => {
  const model = found(aWorldOf(truth, 1), aWorldOf(truth, 2), aWorldOf(truth, 4));

  it("finds the law that the hits at several sizes follow", () => {
    expect(model.law.steepness).toBeCloseTo(LAW.steepness, 6);
    expect(Math.abs(Math.log(model.law.halfSeconds / LAW.halfSeconds))).toBeLessThan(0.1);
  });

  it("finds what is missed at a load", () => {
    const { knots } = model.misses;
    const highest = knots.at(-1)?.load ?? 0;
    expect(highest).toBeGreaterThan(0.1);
    for (const { load } of knots.slice(5)) {
      expect(missedAt(model.misses, load) / load).toBeGreaterThan(0.07);
      expect(missedAt(model.misses, load) / load).toBeLessThan(0.13);
    }
  });

  it("does not take the backlog of a size that tipped over for load", () => {
    const tipped = found(aWorldOf(truth, 2), aWorldOf(truth, 1, 20));
    // One group of ten minutes tells that it tipped; the half hour after it is not counted.
    const counted = missedAt(tipped.misses, 0.02);
    expect(counted).toBeLessThan(0.2);
    const { knots } = tipped.misses;
    expect(knots.at(-1)?.share).toBeLessThan(0.95);
  });
});
