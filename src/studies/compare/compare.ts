/**
 * Compares policies on scenarios: every one swept over its knob, every scenario and loss shown.
 * Runs are made by whoever calls, here is what to run and what follows from it.
 */
import type { ComparedPolicy, ComparisonPoint, ComparisonResult } from "../../api/comparison.ts";
import { LEAST_MISSED, MOST_MISSED, contest } from "./contest.ts";
import type { Tune } from "./contest.ts";
import type { Setting } from "./front.ts";
import { settingsOf } from "./measure.ts";
import type { ComparisonJob, Measured } from "./measure.ts";
import { rowsOf } from "./rows.ts";
import type { Contender } from "./rows.ts";
import { asPoint, measure, sweepJobs } from "./sweep.ts";
import type { ComparedScenario, RunJobs, SweepPlan } from "./sweep.ts";

export interface ComparisonPlan extends SweepPlan {
  readonly tune: Tune;
}

/** @throws RangeError when two scenarios have one name, or there is none */
export async function compare(plan: ComparisonPlan, run: RunJobs): Promise<ComparisonResult> {
  checkNames(plan.scenarios);
  const policies = [plan.ours, ...plan.others];
  const points = await measure(sweepJobs(plan), policies, run);
  const contenders = contendersOf(plan, points);
  const chosen = rowsOf(plan, points, contenders);
  const units = chosen.flatMap((row) => unitJobs(plan, row));
  const unquantised = await measure(units, policies, run);
  return {
    schemaVersion: 1,
    rows: [
      ...chosen,
      ...points.filter(isReference(plan)).map(asReference),
      ...unquantised.map(byTheUnit).map(asReference),
    ],
    points: points.map(asPoint),
    summary: summaryOf(plan, contenders),
  };
}

function checkNames(scenarios: readonly ComparedScenario[]): void {
  const names = scenarios.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new RangeError(`two scenarios are named ${twice}`);
  if (names.length === 0) throw new RangeError("there is no scenario to compare on");
}

/** The row of a baseline once more, without racks to round up to. */
function unitJobs(
  { scenarios, ours }: ComparisonPlan,
  { scenario, policy, knob }: ComparisonPoint,
): readonly ComparisonJob[] {
  const found = scenarios.find(({ name }) => name === scenario);
  if (found?.byTheUnit !== true || policy === ours.name) return [];
  return found.seeds.map((seed) => ({
    scenario,
    policy,
    knob: knob.value,
    seed,
    byTheUnit: true,
  }));
}

/** Ours with its default is the yardstick that GPU-hours of a scenario are told in. */
function contendersOf(plan: ComparisonPlan, points: readonly Measured[]): readonly Contender[] {
  const { ours, others } = plan;
  const usual = points.filter(
    ({ policy, knob }) => policy === ours.name && knob.value === ours.knob.default,
  );
  const yardsticks = new Map(usual.map(({ scenario, gpuHours }) => [scenario, gpuHours]));
  return [ours, ...others.filter(({ kind }) => kind !== "reference")].map((policy) => ({
    policy,
    settings: settingsOf(policy.name, points, yardsticks),
  }));
}

function summaryOf(
  plan: ComparisonPlan,
  [ours, ...others]: readonly Contender[],
): ComparisonResult["summary"] {
  const all = [ours?.settings ?? [], ...others.map(({ settings }) => settings)].flat();
  const policies = others.map(({ policy, settings }): ComparedPolicy => {
    const found = contest({
      ours: ours?.settings ?? [],
      theirs: settings,
      tune: plan.tune,
      dearest: dearestOf(all),
    });
    const { violations, gpuHours, ...counts } = found;
    return {
      policy: policy.name,
      violationsRatio: violations,
      gpuHoursRatio: gpuHours,
      ...counts,
    };
  });
  const [strongest] = policies.toSorted((a, b) => a.violationsRatio.mean - b.violationsRatio.mean);
  return {
    tune: plan.tune,
    ours: plan.ours.name,
    scenarios: plan.scenarios.length,
    seeds: Math.min(...plan.scenarios.map(({ seeds }) => seeds.length)),
    attainmentFrom: 1 - MOST_MISSED,
    attainmentTo: 1 - LEAST_MISSED,
    policies,
    strongest: strongest?.policy ?? null,
  };
}

function dearestOf(settings: readonly Setting[]): ReadonlyMap<string, number> {
  const dearest = new Map<string, number>();
  for (const { cells } of settings) {
    for (const [scenario, { gpuHours }] of cells) {
      dearest.set(scenario, Math.max(gpuHours, dearest.get(scenario) ?? 0));
    }
  }
  return dearest;
}

/** References compete with nobody: every price of theirs is shown. */
const isReference =
  ({ others }: ComparisonPlan) =>
  ({ policy }: Measured): boolean =>
    others.some(({ name, kind }) => name === policy && kind === "reference");

const byTheUnit = (found: Measured): Measured => ({
  ...found,
  policy: `${found.policy} by the unit`,
});

const asReference = (found: Measured): ComparisonResult["rows"][number] => ({
  ...asPoint(found),
  kind: "reference",
  violationsAtOurGpuHours: null,
  gpuHoursAtOurAttainment: null,
});
