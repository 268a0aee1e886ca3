/** What `compare` and `sweep` share: their scenarios, seeds and runs. */
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import { byTheUnit } from "../../studies/compare/by-the-unit.ts";
import type { RunJobs, SweepPlan } from "../../studies/compare/sweep.ts";
import { policyNamed } from "../../studies/policies.ts";
import { stopwatch } from "../pace.ts";
import { UsageError } from "../usage-error.ts";
import { loadScenario } from "./load-scenario.ts";
import { progressOn } from "./progress.ts";
import { checkPolicy } from "./simulation-task.ts";
import { runTasks } from "./worker-pool.ts";

/** Scenarios by their file. */
export type LoadedScenarios = ReadonlyMap<string, CompiledScenario>;

/** @returns the names between commas */
export const namesOf = (text: string): readonly string[] =>
  text.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));

/** @throws UsageError when a file is no scenario, or two have one name */
export function loadAll(files: readonly string[]): LoadedScenarios {
  const scenarios = new Map(files.map((file) => [file, loadScenario(file)]));
  const named = new Map<string, string>();
  for (const [file, { name }] of scenarios) {
    const before = named.get(name);
    if (before !== undefined) {
      throw new UsageError(`${file}: metadata.name is ${name}, as in ${before}; expected another`);
    }
    named.set(name, file);
  }
  return scenarios;
}

export interface PlanFlags {
  readonly policies: readonly string[];
  readonly seeds?: number;
}

/**
 * @param policies the first is the one that others are compared with
 * @throws UsageError that lists the policies there are
 */
export function planOf(scenarios: LoadedScenarios, { policies, seeds }: PlanFlags): SweepPlan {
  for (const name of policies) checkPolicy(name);
  const [ours, ...others] = [...new Set(policies)].map(policyNamed);
  if (ours === undefined) throw new UsageError("--policies is empty, expected a name at least");
  return {
    scenarios: [...scenarios.values()].map((scenario) => ({
      name: scenario.name,
      seeds: seedsOf(scenario.seeds, seeds ?? scenario.seeds.length),
      byTheUnit: byTheUnit(scenario) !== null,
    })),
    ours,
    others,
  };
}

/** @returns the scenario's own seeds first, then the numbers after the largest of them */
export function seedsOf(seeds: readonly number[], count: number): readonly number[] {
  const more = Array.from({ length: count }, (_, n) => Math.max(0, ...seeds) + 1 + n);
  return [...seeds, ...more].slice(0, count);
}

/** @returns runs jobs side by side in threads; says on stderr how many, and how far it is */
export function runnerOf(scenarios: LoadedScenarios, workers: number): RunJobs {
  const fileOf = new Map([...scenarios].map(([file, { name }]) => [name, file]));
  return async (jobs) => {
    if (jobs.length > 0) console.error(`${jobs.length} runs`);
    const progress = progressOn(process.stderr, `${jobs.length} runs`, stopwatch);
    const tasks = jobs.map(({ scenario, ...task }) => ({
      ...task,
      file: fileOf.get(scenario) ?? scenario,
    }));
    const onProgress = (share: number): void => progress.update(share);
    try {
      const outcomes = await runTasks(tasks, { workers, onProgress });
      return outcomes.map(({ result }) => result);
    } finally {
      progress.end();
    }
  };
}
