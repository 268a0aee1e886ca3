import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBounds, loadScenario } from "../../../src/cli/simulation/load-scenario.ts";
import type { SimulationResult } from "../../../src/api/results.ts";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import { numberAt } from "../../../src/studies/simulation/expected-check.ts";
import { disturbancesOf } from "../../../src/studies/simulation/disturbances.ts";
import { aResult } from "../../support/builders/results.ts";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../../../simulations");
const NAMES = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** A result of the scenario's shape: as many surges as it has. */
function aResultOf(scenario: CompiledScenario): SimulationResult {
  const surges = disturbancesOf(scenario).map(({ atMs, factor, cause }) => ({
    startSeconds: atMs / 1_000,
    factor,
    cause,
    timeToAbsorbSeconds: null,
    outsideSeconds: 0,
    violations: 0,
    extraGpuHours: 0,
  }));
  return { ...aResult(0, 0), surges };
}

describe("every scenario of the project", () => {
  it.each(NAMES)("%s asks a question, and says what is expected", (name) => {
    const file = join(FOLDER, name, "scenario.yaml");
    const [question] = readFileSync(file, "utf8").split("\n");
    expect(question).toMatch(/^# .*\?$/);
    const scenario = loadScenario(file);
    expect(scenario.name).toBe(name);
    expect(existsSync(join(FOLDER, name, "notes.md"))).toBe(true);
    const bounds = loadBounds(file);
    expect(bounds.length).toBeGreaterThan(3);
    for (const { path } of bounds) {
      if (path === "cache.hitRate") continue;
      expect(numberAt(aResultOf(scenario), path), path).not.toBeNull();
    }
  });
});
