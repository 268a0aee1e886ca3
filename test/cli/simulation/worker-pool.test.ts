import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimulationTask } from "../../../src/cli/simulation/simulation-task.ts";
import { runTasks } from "../../../src/cli/simulation/worker-pool.ts";
import { scenarioWith } from "../../support/a-scenario.ts";

const SHORT = scenarioWith(
  ["duration: 2h", "duration: 2m"],
  ["profile: coding-agent, sessionsPerHour: 900", "profile: batch, sessionsPerHour: 60"],
  ["at: 30m, factor: 4, ramp: 2m, hold: 20m", "at: 30s, factor: 2"],
);

let folder = "";
let tasks: readonly SimulationTask[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "worker-pool-"));
  const file = join(folder, "scenario.yaml");
  writeFileSync(file, SHORT);
  tasks = [1, 2, 3].map((seed) => ({ file, policy: "static", seed }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("runs side by side", () => {
  it("tell each outcome once, in the order of the tasks", async () => {
    const told: number[] = [];
    const outcomes = await runTasks(tasks, {
      workers: 1,
      onOutcome: (at, { result }) => told.push(at, result.seed),
    });
    expect(told).toEqual([0, 1, 1, 2, 2, 3]);
    expect(outcomes.map(({ result }) => result.seed)).toEqual([1, 2, 3]);
  });

  it("take no more tasks once they are to stop", async () => {
    const told: number[] = [];
    const outcomes = await runTasks(tasks, {
      workers: 1,
      onOutcome: (at) => told.push(at),
      stop: () => told.length === 2,
    });
    expect(outcomes).toHaveLength(2);
    expect(told).toEqual([0, 1]);
  });

  it("end with what the first task that failed threw", async () => {
    const wrong = { file: join(folder, "none.yaml"), policy: "static", seed: 1 };
    await expect(runTasks([wrong, ...tasks], { workers: 1 })).rejects.toThrow("none.yaml");
  });
});
