/** A policy ticked through a run, from its start to its end. */
import type { Millis } from "../core/units.ts";
import { after, elapsed, seconds } from "../core/units.ts";
import type { ConfiguredPolicy } from "./policies.ts";
import type { SimulationRun, SimulationTiming } from "./simulation-run.ts";
import { OpenRun } from "./simulation/open-run.ts";
import { settled } from "./simulation/settled.ts";

export type TickTiming = Omit<SimulationTiming, "wallMs">;

/** @throws whatever a tick throws, and an Error when the world loses a turn (INV-1) */
export async function runPolicy(
  run: SimulationRun,
  configured: ConfiguredPolicy,
): Promise<{ readonly open: OpenRun; readonly ticking: TickTiming }> {
  const open = new OpenRun(run, configured);
  const pace = run.tickEveryMs ?? configured.tickEveryMs;
  return { open, ticking: await runTicks(open, pace, run) };
}

async function runTicks(
  open: OpenRun,
  pace: Millis,
  { onProgress, stopwatch = () => 0 }: Pick<SimulationRun, "onProgress" | "stopwatch">,
): Promise<TickTiming> {
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
