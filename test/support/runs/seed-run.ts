/** One seed of the demo, with the controller or alone. Bundled: see `../bundled.ts`. */
import { createHash } from "node:crypto";
import { millis } from "../../../src/core/units.ts";
import { NO_DECISION_LOG } from "../../../src/ports/decision-log.ts";
import { controllerTicks } from "../../../src/sim/controller-ticks.ts";
import { demoSurges } from "../../../src/sim/demo-traffic.ts";
import { demoWorld } from "../../../src/sim/demo-world.ts";
import { simulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import type { World } from "../../../src/sim/world.ts";
import type { SeedOutcome, SeedRun } from "../../../src/studies/seeds.ts";
import { runSeed } from "../../../src/studies/seeds.ts";
import { MINUTE, START } from "../simulated-world.ts";

/** The first surge comes after 40 minutes; an hour to absorb it follows. */
const DURATION_MS = millis(101 * MINUTE);

export interface SeedReport {
  readonly outcome: SeedOutcome;
  /** Ticks that failed. */
  readonly failures: readonly string[];
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The controller's own tick, carrying its memory from one to the next. */
function controllerOf(world: World): { run: SeedRun["tick"]; failures: string[] } {
  const failures: string[] = [];
  const ports = simulatedPorts(world, {
    digest,
    log: NO_DECISION_LOG,
    telemetry: {
      tick: () => {},
      tickFailed: (_group, code, message) => failures.push(`${code}: ${message}`),
      forget: () => {},
    },
  });
  const options = { codeVersion: "test", digest, stopwatch: () => 0 };
  return { failures, run: controllerTicks(ports, options) };
}

export async function runOf(seed: number, controlled: boolean): Promise<SeedReport> {
  const world = demoWorld({ seed, startAt: START });
  const alone = { run: () => Promise.resolve(), failures: [] };
  const { run, failures } = controlled ? controllerOf(world) : alone;
  const outcome = await runSeed({
    world,
    surges: demoSurges(seed),
    durationMs: DURATION_MS,
    tickEveryMs: millis(15_000),
    tick: run,
  });
  return { outcome, failures };
}
