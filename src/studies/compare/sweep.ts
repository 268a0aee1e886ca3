/** Every policy at every value of its knob: what to run, and the fronts that come of it. */
import type { ComparisonPoint, SweepPoint, SweepResult } from "../../api/comparison.ts";
import type { SimulationResult } from "../../api/results.ts";
import type { Knob } from "../../core/policy/policy.ts";
import type { StudyPolicy } from "../policies.ts";
import { frontOf, settingsIn } from "./front.ts";
import { measured, settingsOf } from "./measure.ts";
import type { ComparisonJob, Measured } from "./measure.ts";

export interface ComparedScenario {
  readonly name: string;
  readonly seeds: readonly number[];
  /** Whether there is such a world in which every unit is a rack of its own. */
  readonly byTheUnit: boolean;
}

export interface SweepPlan {
  readonly scenarios: readonly ComparedScenario[];
  readonly ours: StudyPolicy;
  readonly others: readonly StudyPolicy[];
}

/** @returns results in the order of the jobs */
export type RunJobs = (jobs: readonly ComparisonJob[]) => Promise<readonly SimulationResult[]>;

/** @returns every setting that was tried, those on their policy's front marked */
export async function sweep(plan: SweepPlan, run: RunJobs): Promise<SweepResult> {
  const points = await measure(sweepJobs(plan), policiesOf(plan), run);
  return { schemaVersion: 1, points: points.map((point) => marked(point, points)) };
}

function marked(point: Measured, points: readonly Measured[]): SweepPoint {
  const settings = settingsOf(point.policy, points, new Map());
  const front = frontOf(settingsIn(point.scenario, settings));
  return { ...asPoint(point), onFront: front.some(({ knob }) => knob === point.knob.value) };
}

const policiesOf = ({
  ours,
  others,
}: Pick<SweepPlan, "ours" | "others">): readonly StudyPolicy[] => [ours, ...others];

/** @returns one run per scenario, policy, value of its knob and seed */
export const sweepJobs = ({ scenarios, ...plan }: SweepPlan): readonly ComparisonJob[] =>
  scenarios.flatMap(({ name, seeds }) =>
    policiesOf(plan).flatMap((policy) =>
      knobValues(policy.knob).flatMap((knob) =>
        seeds.map((seed) => {
          return { scenario: name, policy: policy.name, knob, seed, byTheUnit: false };
        }),
      ),
    ),
  );

/** @returns the values tried: the default too, as what people get who do not turn the knob */
export const knobValues = ({ default: usual, sweep: values }: Knob): readonly number[] =>
  [...new Set([...values, usual])].toSorted((a, b) => a - b);

export async function measure(
  jobs: readonly ComparisonJob[],
  policies: readonly StudyPolicy[],
  run: RunJobs,
): Promise<readonly Measured[]> {
  const results = await run(jobs);
  const groups = new Map<string, { readonly job: ComparisonJob; results: SimulationResult[] }>();
  for (const [at, job] of jobs.entries()) {
    const result = results[at];
    if (result === undefined) throw new RangeError(`run ${at} of ${jobs.length} has no result`);
    const key = JSON.stringify([job.scenario, job.policy, job.knob]);
    const group = groups.get(key) ?? { job, results: [] };
    group.results.push(result);
    groups.set(key, group);
  }
  const knobOf = (name: string): string =>
    policies.find((policy) => policy.name === name)?.knob.name ?? "";
  return [...groups.values()].map((group) =>
    measured(group.job, knobOf(group.job.policy), group.results),
  );
}

export function asPoint(found: Measured): ComparisonPoint {
  const { scenario, policy, knob, attainment, gpuHours, violations, interval } = found;
  return { scenario, policy, knob, attainment, gpuHours, violations, interval };
}
