import { describe, expect, it } from "vitest";
import { objectiveOf, residualSteps } from "../../../src/core/policy/residual-steps.ts";
import { ratio } from "../../../src/core/units.ts";
import { aSituation } from "../../support/builders/situation.ts";

const { fleet } = aSituation();
const seen = {
  key: "ttft 2500",
  load: 0.5,
  predicted: ratio(0.98),
  observed: ratio(0.93),
};

describe("what the capacity model is corrected by", () => {
  it("is told with what was predicted and what came", () => {
    const residuals = [{ floor: 0.02, slope: 0.03 }];
    const [step, ...others] = residualSteps({ fleet, objectivesNow: [seen], residuals });
    expect(others).toEqual([]);
    expect(step?.text).toBe(
      "93.0 % are within ttft, 93.1 % predicted at a load of 50.0 %: 2.0 % miss on idle racks, " +
        "3.0 % more at half load.",
    );
    // 98 % by the model, less 2 % and 3 % of them.
    expect(step?.numbers).toEqual({
      observed: 0.93,
      predicted: expect.closeTo(0.98 * 0.95),
      load: 0.5,
      floor: 0.02,
      slope: 0.03,
    });
    expect(step && objectiveOf(step)).toBe("ttft");
  });

  it("is not told of an objective that is not measured", () => {
    expect(residualSteps({ fleet, objectivesNow: [], residuals: [] })).toEqual([]);
  });

  it("is told apart from other steps", () => {
    expect(objectiveOf({ name: "capacity" })).toBeNull();
  });
});
