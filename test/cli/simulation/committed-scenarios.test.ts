import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBounds, loadScenario } from "../../../src/cli/simulation/load-scenario.ts";
import { numberAt } from "../../../src/studies/simulation/expected-check.ts";
import { aResult } from "../../support/builders/results.ts";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../../../simulations");
const NAMES = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe("every scenario of the project", () => {
  it.each(NAMES)("%s asks a question, and says what is expected", (name) => {
    const file = join(FOLDER, name, "scenario.yaml");
    const [question] = readFileSync(file, "utf8").split("\n");
    expect(question).toMatch(/^# .*\?$/);
    expect(loadScenario(file).name).toBe(name);
    expect(existsSync(join(FOLDER, name, "notes.md"))).toBe(true);
    const bounds = loadBounds(file);
    expect(bounds.length).toBeGreaterThan(3);
    for (const { path } of bounds) {
      if (path === "cache.hitRate") continue;
      expect(numberAt(aResult(0, 0), path), path).not.toBeNull();
    }
  });
});
