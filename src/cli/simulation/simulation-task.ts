/** One run as the command line asks for it: names and numbers that can be sent to a worker. */
import { dirname } from "node:path";
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import { byTheUnit } from "../../studies/compare/by-the-unit.ts";
import { UnplannableScenario } from "../../oracle/supply-terms.ts";
import { policyNamed } from "../../studies/policies.ts";
import { trafficOf } from "../../studies/scenario-traffic.ts";
import { TraceError } from "../../traces/diagnostics.ts";
import { simulate } from "../../studies/simulate.ts";
import type { SimulationOutcome, SimulationRun } from "../../studies/simulation-run.ts";
import { sha256 } from "../digest.ts";
import { stopwatch } from "../pace.ts";
import { UsageError } from "../usage-error.ts";
import { packageVersion } from "../version.ts";
import { loadScenario } from "./load-scenario.ts";

export interface SimulationTask {
  /** The scenario file. */
  readonly file: string;
  readonly policy: string;
  readonly seed: number;
  readonly knob?: number;
  /** In the world where every unit is a rack of its own. */
  readonly byTheUnit?: boolean;
  /** Whether to keep a timeline. */
  readonly timeline?: boolean;
}

export type TaskHooks = Pick<SimulationRun, "onProgress" | "onRecord" | "onOpenMetrics">;

/** @throws UsageError when the scenario, a recording or the policy's name is wrong */
export async function runTask(
  task: SimulationTask,
  hooks: TaskHooks = {},
): Promise<SimulationOutcome> {
  const { file, byTheUnit: single = false, ...asked } = task;
  const scenario = single ? unitWorld(file) : loadScenario(file);
  checkPolicy(task.policy);
  try {
    return await simulate({
      ...asked,
      scenario,
      traffic: trafficOf(scenario, dirname(file)),
      digest: sha256,
      codeVersion: packageVersion(),
      stopwatch,
      ...hooks,
    });
  } catch (error) {
    if (error instanceof TraceError || error instanceof UnplannableScenario) {
      throw new UsageError(error.message, { cause: error });
    }
    throw error;
  }
}

/** @throws UsageError when the scenario's racks do not fall apart into units */
function unitWorld(file: string): CompiledScenario {
  const scenario = byTheUnit(loadScenario(file));
  if (scenario !== null) return scenario;
  throw new UsageError(`${file}: there is no such world by the unit`);
}

/** @throws UsageError that lists the policies there are */
export function checkPolicy(name: string): void {
  try {
    policyNamed(name);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
