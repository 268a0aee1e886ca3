import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { sha256 } from "../../src/cli/digest.ts";
import { loadScenario } from "../../src/cli/simulation/load-scenario.ts";
import type { CompiledScenario } from "../../src/config/compiled-scenario.ts";
import { HOUR_MS, after, millis } from "../../src/core/units.ts";
import type { KernelResults } from "../../src/sim/kernel/contract.ts";
import { policyNamed } from "../../src/studies/policies.ts";
import { trafficOf } from "../../src/studies/scenario-traffic.ts";
import { OpenRun } from "../../src/studies/simulation/open-run.ts";
import { settled } from "../../src/studies/simulation/settled.ts";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../../simulations");
const NAMES = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** Enough turns that those in flight at the end do not count. */
const HOURS = 3;
/**
 * At the third hour their queues are still growing, and the law speaks of what comes and goes; or
 * each of their fleets has had too few turns.
 */
const TO_THE_END: readonly string[] = [
  "absent-approver",
  "fleet-moves",
  "shared-pool",
  "slow-approver",
  "stockout",
];

function scenarioOf(name: string): CompiledScenario {
  const scenario = loadScenario(join(FOLDER, name, "scenario.yaml"));
  if (TO_THE_END.includes(name)) return scenario;
  return { ...scenario, durationMs: millis(HOURS * HOUR_MS) };
}

/** @returns what the kernel counted of the only fleet, and the seconds of the run */
async function finished(name: string, scenario: CompiledScenario) {
  const policy = policyNamed(scenario.policy).configure(scenario.group);
  const [seed = 1] = scenario.seeds;
  const traffic = trafficOf(scenario, join(FOLDER, name));
  const run = { scenario, seed, traffic, policy: scenario.policy };
  const open = new OpenRun({ ...run, digest: sha256, codeVersion: "test" }, policy);
  for (;;) {
    open.advanceTo(after(open.world.now(), policy.tickEveryMs));
    if (open.ended()) break;
    await settled(open.tick(), "a tick");
  }
  return { kernels: open.world.fleets().map((fleet) => fleet.results()), open };
}

/** Of those that left: the client of an abandoned turn has waited as long as it ever does. */
function meanSeconds({ counts, e2e }: KernelResults, patienceSeconds: number): number {
  const { abandoned, completed } = counts;
  return (e2e.mean * completed + patienceSeconds * abandoned) / (completed + abandoned);
}

it.each(NAMES)(
  "turns in the system = arrivals per second x seconds in the system: %s",
  async (name) => {
    const scenario = scenarioOf(name);
    const patienceSeconds = (scenario.world.clients.abandonAfterMs ?? 0) / 1_000;
    const { kernels, open } = await finished(name, scenario);
    for (const kernel of kernels) {
      const seconds = open.simulatedMs() / 1_000;
      const inSystem = kernel.turnSecondsInSystem / seconds;
      const { arrived, rejected } = kernel.counts;
      const perSecond = (arrived - rejected) / seconds;
      const ratio = inSystem / (perSecond * meanSeconds(kernel, patienceSeconds));
      expect(arrived).toBeGreaterThan(10_000);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.005);
    }
  },
  60_000,
);
