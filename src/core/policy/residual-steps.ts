/** What the capacity model is corrected by, in words and numbers. */
import { objectiveKey } from "../capacity/observed-misses.ts";
import { NO_RESIDUAL, corrected, crowding } from "../capacity/residual.ts";
import type { Step } from "../decision.ts";
import { inPercent } from "../in-percent.ts";
import type { Situation } from "./situation.ts";

/** Where the slope is told at: there the crowding is 1. */
const HALF_LOAD = 0.5;

const NAME = "residual of ";

/** @returns the objective that such a step is about; null: it is another step */
export const objectiveOf = ({ name }: Pick<Step, "name">): string | null =>
  name.startsWith(NAME) ? name.slice(NAME.length) : null;

/** @returns for each objective that is measured what it attains, what was predicted, and why */
export function residualSteps({
  fleet,
  objectivesNow,
  residuals,
}: Pick<Situation, "fleet" | "objectivesNow" | "residuals">): readonly Step[] {
  return fleet.objectives.flatMap((objective, index): readonly Step[] => {
    const seen = objectivesNow.find(({ key }) => key === objectiveKey(objective));
    if (seen === undefined) return [];
    const { load, observed } = seen;
    const residual = residuals[index] ?? NO_RESIDUAL;
    const { floor, slope } = residual;
    const predicted = corrected(seen.predicted, residual, load);
    const text =
      `${inPercent(observed)} are within ${objective.name}, ${inPercent(predicted)} predicted ` +
      `at a load of ${inPercent(load)}: ${inPercent(floor)} miss on idle racks, ` +
      `${inPercent(slope * crowding(HALF_LOAD))} more at half load.`;
    const numbers = { observed, predicted, load, floor, slope };
    return [{ stage: "capacity", name: NAME + objective.name, text, numbers }];
  });
}
