/** Runs of a comparison that are made once more, to draw them over time. */
import type { ComparisonResult, ComparisonRow } from "../../api/comparison.ts";
import type { SimulationOutcome } from "../../studies/simulation-run.ts";
import { stopwatch } from "../pace.ts";
import type { LoadedScenarios } from "./comparison-runs.ts";
import { progressOn } from "./progress.ts";
import type { SimulationTask } from "./simulation-task.ts";
import { runTasks } from "./worker-pool.ts";

/** Two policies each: more would make a file that nobody can send around. */
const MOST_SCENARIOS = 4;

/**
 * Of ours and the strongest other, in the scenarios where ours misses most, with the first seed:
 * all
 * runs of a comparison over time would be hundreds.
 * @returns in the order of the rows
 */
export function drawnRuns(
  comparison: ComparisonResult,
  scenarios: LoadedScenarios,
  workers: number,
): Promise<readonly SimulationOutcome[]> {
  const tasks = rowsToDraw(comparison).flatMap((row) => taskOf(row, scenarios));
  console.error(`${tasks.length} of them once more, for their timelines`);
  const progress = progressOn(process.stderr, `${tasks.length} runs`, stopwatch);
  const onProgress = (share: number): void => progress.update(share);
  return runTasks(tasks, { workers, onProgress }).finally(() => progress.end());
}

export function rowsToDraw({ rows, summary }: ComparisonResult): readonly ComparisonRow[] {
  const worst = rows
    .filter(({ kind }) => kind === "ours")
    .toSorted((a, b) => b.violations - a.violations)
    .slice(0, MOST_SCENARIOS)
    .map(({ scenario }) => scenario);
  return rows.filter(
    ({ kind, policy, scenario }) =>
      worst.includes(scenario) &&
      (kind === "ours" || (kind === "baseline" && policy === summary.strongest)),
  );
}

function taskOf(
  { knob, policy, scenario }: ComparisonRow,
  scenarios: LoadedScenarios,
): readonly SimulationTask[] {
  const found = [...scenarios].find(([, { name }]) => name === scenario);
  const [file, { seeds }] = found ?? ["", { seeds: [] }];
  const [seed] = seeds;
  if (seed === undefined) return [];
  return [{ file, policy, seed, knob: knob.value, timeline: true }];
}
