/** From results of single runs to what a setting does in a scenario. */
import type { SimulationResult } from "../../api/results.ts";
import type { ComparisonPoint } from "../../api/comparison.ts";
import type { Cell, Setting } from "./front.ts";
import { setting } from "./front.ts";
import type { Estimate } from "./interval.ts";
import { estimate } from "./interval.ts";

/** One run to be made. */
export interface ComparisonJob {
  /** Name of the scenario. */
  readonly scenario: string;
  readonly policy: string;
  readonly knob: number;
  readonly seed: number;
  /** In a world where every unit is a rack of its own. */
  readonly byTheUnit: boolean;
}

export interface Measured extends ComparisonPoint {
  /** Turns that attainment is a share of. */
  readonly judged: number;
  readonly cell: Cell;
}

/** Where nothing was missed: half a turn, lest a logarithm has no end. */
const HALF_A_TURN = 0.5;

/**
 * @param results of the same scenario, policy and knob, a seed each
 * @throws RangeError when there is none
 */
export function measured(
  { scenario, policy, knob }: Pick<ComparisonJob, "scenario" | "policy" | "knob">,
  knobName: string,
  results: readonly SimulationResult[],
): Measured {
  const over = (of: (result: SimulationResult) => number) => estimate(results.map(of));
  const attainment = over(({ slo }) => slo.attainment);
  const gpuHours = over(({ gpuHours: { held } }) => held);
  const violations = over(({ slo }) => slo.violations);
  const judged = Math.max(1, over(({ slo }) => slo.judged).mean);
  const fewest = HALF_A_TURN / results.length;
  return {
    scenario,
    policy,
    knob: { name: knobName, value: knob },
    attainment: attainment.mean,
    gpuHours: gpuHours.mean,
    violations: violations.mean,
    interval: {
      attainment: within(attainment, 1),
      gpuHours: within(gpuHours),
      violations: within(violations),
    },
    judged,
    cell: { gpuHours: gpuHours.mean, missed: Math.max(fewest, violations.mean) / judged },
  };
}

/** Student's interval does not know that nothing is below none, nor a share above all. */
const within = ({ mean, low, high }: Estimate, most = Number.POSITIVE_INFINITY): Estimate => ({
  mean,
  low: Math.max(0, low),
  high: Math.min(most, high),
});

/** @returns the policy's settings by its knob, ascending, each over all scenarios */
export function settingsOf(
  policy: string,
  points: readonly Measured[],
  yardsticks: ReadonlyMap<string, number>,
): readonly Setting[] {
  const ours = points.filter((point) => point.policy === policy);
  const knobs = [...new Set(ours.map(({ knob }) => knob.value))].toSorted((a, b) => a - b);
  return knobs.map((knob) => {
    const cells = ours
      .filter((point) => point.knob.value === knob)
      .map(({ scenario, cell }): [string, Cell] => [scenario, cell]);
    return setting(knob, new Map(cells), { gpuHours: yardsticks });
  });
}
