/** One run of a scenario: the controller's own tick on the simulated world, and what came of it. */
import type { Millis } from "../core/units.ts";
import { after, elapsed, seconds } from "../core/units.ts";
import { policyNamed } from "./policies.ts";
import type { SimulationOutcome, SimulationRun, SimulationTiming } from "./simulation-run.ts";
import { OpenRun } from "./simulation/open-run.ts";
import { runResult } from "./simulation/run-result.ts";
import { settled } from "./simulation/settled.ts";

/**
 * @returns the result, which depends on scenario, policy, knob and seed alone, and the times taken
 * @throws RangeError when no policy has that name; TraceError for a recording that cannot be used;
 *   an Error when the world loses a turn (INV-1), or a tick breaks an invariant
 */
export async function simulate(run: SimulationRun): Promise<SimulationOutcome> {
  const stopwatch = run.stopwatch ?? (() => 0);
  const startedAt = stopwatch();
  const configured = policyNamed(run.policy).configure(run.scenario.group, run.knob);
  const open = new OpenRun(run, configured);
  const pace = run.tickEveryMs ?? configured.tickEveryMs;
  const ticking = await runTicks(open, pace, { ...run, stopwatch });
  const result = runResult(open);
  open.exportMetrics();
  return { result, timing: { wallMs: stopwatch() - startedAt, ...ticking } };
}

type Hooks = Pick<SimulationRun, "onProgress"> & { readonly stopwatch: () => number };

async function runTicks(
  open: OpenRun,
  pace: Millis,
  { onProgress, stopwatch }: Hooks,
): Promise<Omit<SimulationTiming, "wallMs">> {
  let [ticks, tickMs] = [0, 0];
  for (;;) {
    open.advanceTo(after(open.world.now(), pace));
    if (open.ended()) return { ticks, tickMs };
    const before = stopwatch();
    const into = seconds(elapsed(open.scenario.startsAt, open.world.now()));
    await settled(open.tick(), `the tick ${into} s into the run`);
    tickMs += stopwatch() - before;
    ticks += 1;
    onProgress?.(open.shareDone());
  }
}
