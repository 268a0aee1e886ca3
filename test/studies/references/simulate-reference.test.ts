import { beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/cli/digest.ts";
import { resultRows } from "../../../src/cli/simulation/result-table.ts";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import { describeDocument, readDocument } from "../../../src/config/written-document.ts";
import { UnplannableScenario } from "../../../src/oracle/supply-terms.ts";
import type { SimulationResult } from "../../../src/api/results.ts";
import type { TrafficOf } from "../../../src/studies/simulation-run.ts";
import { trafficOf } from "../../../src/studies/scenario-traffic.ts";
import { simulate } from "../../../src/studies/simulate.ts";
import { scenarioWith } from "../../support/a-scenario.ts";

/** A quarter of an hour of chats that triple after six minutes; a small rack is minutes away. */
const TEXT = scenarioWith(
  ["duration: 2h", "duration: 15m"],
  ["committedRacks: 3", "committedRacks: 1"],
  ["limits: { maxRacks: 8 }", "limits: { maxRacks: 3, maxRequestsPerHour: 4 }"],
  ["racks: { min: 2, max: 8 }", "racks: { min: 1, max: 3 }"],
  ["threshold: 2500ms", "threshold: 20s"],
  ["unitsPerRack: 8", "unitsPerRack: 2"],
  ["profile: coding-agent, sessionsPerHour: 900", "profile: chat, sessionsPerHour: 300"],
  ["at: 30m, factor: 4, ramp: 2m, hold: 20m", "at: 6m, factor: 3, ramp: 30s, hold: 4m"],
  [
    "  world:\n",
    "  world:\n    pools: { gb200: { leadTimes: { grant: { p50: 10s, p95: 20s }, " +
      "boot: { p50: 2m, p95: 3m }, join: { p50: 20s, p95: 40s }, " +
      "start: { p50: 20s, p95: 40s } } } }\n",
  ],
);

function compiled() {
  const read = readDocument(TEXT, compileScenario);
  if (!read.ok) throw new Error(describeDocument("x.yaml", read.errors));
  return read.value;
}
const scenario = compiled();

const run = (policy: string, changes: Partial<Parameters<typeof simulate>[0]> = {}) =>
  simulate({
    scenario,
    policy,
    seed: 1,
    traffic: trafficOf(scenario, "."),
    digest: sha256,
    codeVersion: "test",
    ...changes,
  }).then(({ result }) => result);

describe("the clairvoyant's run", () => {
  let result: SimulationResult;
  const lines: string[] = [];
  beforeAll(async () => {
    result = await run("clairvoyant", { onRecord: (line) => lines.push(line) });
  }, 120_000);

  it("reports the cheapest replay at its price, not a plan", () => {
    const { rounds = [], reported = -1, gpuHoursPerMiss = 0 } = result.reference ?? {};
    const costs = rounds.map(
      ({ replayed }) => replayed.gpuHours + (gpuHoursPerMiss ?? 0) * replayed.violations,
    );
    expect(rounds.length).toBeLessThanOrEqual(3);
    expect(costs[reported]).toBe(Math.min(...costs));
    const { gpuHours, slo } = result;
    expect(rounds[reported]?.replayed).toEqual({
      gpuHours: gpuHours.held,
      violations: slo.violations,
    });
  });

  it("prints its rounds", () => {
    const rows = resultRows([result]).filter(({ section }) => section === "rounds");
    expect(rows).toHaveLength(result.reference?.rounds.length ?? -1);
    expect(rows.filter(({ values }) => values[0]?.endsWith("(reported)"))).toHaveLength(1);
  });

  it("records the ticks of the round that it reports, and of no other", () => {
    // A tick every 15 s for 15 minutes; at its end there is none.
    expect(lines).toHaveLength(15 * 4 - 1);
    expect(lines[0]).toContain("clairvoyant");
  });

  it("is the same when it is run again", async () => {
    expect(await run("clairvoyant")).toEqual(result);
  });

  it("costs more GPU-hours where a miss costs more", async () => {
    const dear = await run("clairvoyant", { knob: 1_000 });
    expect(dear.gpuHours.held).toBeGreaterThanOrEqual(result.gpuHours.held);
    expect(dear.slo.violations).toBeLessThanOrEqual(result.slo.violations);
  });
});

describe("the causal reference's run", () => {
  it("asks for every rack when the surge begins, and knows nothing of it before", async () => {
    const lines: string[] = [];
    const asked: number[] = [];
    const traffic: TrafficOf = (seed, changed) => {
      asked.push(changed?.world.traffic.reduce((sum, { shape }) => sum + shape.length, 0) ?? -1);
      return trafficOf(scenario, ".")(seed, changed);
    };
    const onRecord = (line: string) => lines.push(line);
    // So little is aimed at that calm minutes do not need every rack.
    const result = await run("causal-reference", { onRecord, traffic, knob: 0.5 });
    expect(result.reference).toMatchObject({ gpuHoursPerMiss: null, reported: 0 });
    const wants = lines.map((line) => Number(/The plan has (\d+) racks/.exec(line)?.[1]));
    // Ticks at 15 s, 30 s, …: the 24th is the one at 6 min.
    expect(Math.max(...wants.slice(0, 23))).toBeLessThan(3);
    expect(wants[23]).toBe(3);
    // What comes before it is sized for in a world without the surge.
    expect(asked.filter((shapes) => shapes === 0)).toHaveLength(1);
  });
});

describe("references", () => {
  it.each(["clairvoyant", "causal-reference"])("%s: refuses several fleets", async (policy) => {
    const { group } = scenario;
    const fleets = [...group.fleets, ...group.fleets];
    await expect(
      run(policy, { scenario: { ...scenario, group: { ...group, fleets } } }),
    ).rejects.toThrow(UnplannableScenario);
  });
});
