import { describe, expect, it } from "vitest";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import { describeDocument, readDocument } from "../../../src/config/written-document.ts";
import { sha256 } from "../../../src/cli/digest.ts";
import { after, millis } from "../../../src/core/units.ts";
import { policyNamed } from "../../../src/studies/policies.ts";
import { trafficOf } from "../../../src/studies/scenario-traffic.ts";
import { OpenRun } from "../../../src/studies/simulation/open-run.ts";
import { runResult } from "../../../src/studies/simulation/run-result.ts";
import { scenarioWith } from "../../support/a-scenario.ts";

/**
 * Clients that wait for ever keep too few engines busy for a quarter of an hour; then hardly any
 * session starts, and all that are left end long before the run does.
 */
function afterACrowdedWarmup() {
  const read = readDocument(
    scenarioWith(
      ["duration: 2h", "duration: 12h"],
      ["committedRacks: 3", "committedRacks: 1"],
      ["sessionsPerHour: 900", "sessionsPerHour: 200"],
      [
        "  world:\n",
        "  world:\n    warmup: 15m\n    clients: { timeout: Never, abandonAfter: Never }\n",
      ],
      ["at: 30m, factor: 4, ramp: 2m, hold: 20m", "at: 0s, factor: 0.001"],
    ),
    compileScenario,
  );
  if (!read.ok) throw new Error(describeDocument("x.yaml", read.errors));
  const scenario = read.value;
  const run = {
    scenario,
    seed: 1,
    traffic: trafficOf(scenario, "."),
    policy: "static",
    digest: sha256,
    codeVersion: "test",
  };
  const open = new OpenRun(run, policyNamed("static").configure(scenario.group));
  while (!open.ended()) open.advanceTo(after(open.world.now(), millis(600_000)));
  return runResult(open);
}

describe("a run after a warm-up in which turns were kept waiting", () => {
  it("has all turns that were offered in it, and no other one that arrives", () => {
    const { offered, arrived } = afterACrowdedWarmup().turns;
    expect(offered).toBeGreaterThan(1_000);
    // The last ones before the end may come after it.
    expect(offered - arrived).toBeLessThan(5);
    expect(arrived).toBeLessThanOrEqual(offered);
  });
});
