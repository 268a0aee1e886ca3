/** One run of a scenario: the controller's own tick on the simulated world, and what came of it. */
import { policyNamed } from "./policies.ts";
import { simulateReference } from "./references/simulate-reference.ts";
import { runPolicy } from "./run-policy.ts";
import type { SimulationOutcome, SimulationRun } from "./simulation-run.ts";
import { runResult, runTimeline } from "./simulation/run-result.ts";

/**
 * @returns the result, which depends on scenario, policy, knob and seed alone, and the times taken
 * @throws RangeError when no policy has that name; UnplannableScenario when a reference cannot plan
 *   for the scenario; TraceError for a recording that cannot be used; an Error when the world loses
 *   a turn (INV-1), or a tick breaks an invariant
 */
export async function simulate(run: SimulationRun): Promise<SimulationOutcome> {
  const stopwatch = run.stopwatch ?? (() => 0);
  const startedAt = stopwatch();
  const policy = policyNamed(run.policy);
  const ran =
    policy.kind === "reference"
      ? await simulateReference(run, policy)
      : await simulateOnce(run, policy.configure(run.scenario.group, run.knob));
  const { result, ticking, timeline } = ran;
  return {
    result,
    timing: { wallMs: stopwatch() - startedAt, ...ticking },
    ...(timeline === null ? {} : { timeline }),
  };
}

async function simulateOnce(
  run: SimulationRun,
  configured: Parameters<typeof runPolicy>[1],
): Promise<Awaited<ReturnType<typeof simulateReference>>> {
  const { open, ticking } = await runPolicy(run, configured);
  const result = runResult(open);
  open.exportMetrics();
  return { result, ticking, timeline: runTimeline(open) };
}
