import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBounds, loadScenario } from "../../../src/cli/simulation/load-scenario.ts";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../../../simulations");
const NAMES = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe("every scenario of the project", () => {
  it.each(NAMES)("%s asks a question, and says what is expected", (name) => {
    const file = join(FOLDER, name, "scenario.yaml");
    const [question] = readFileSync(file, "utf8").split("\n");
    expect(question).toMatch(/^# .*\?$/);
    const scenario = loadScenario(file);
    expect(scenario.name).toBe(name);
    expect(existsSync(join(FOLDER, name, "notes.md"))).toBe(true);
    expect(loadBounds(file, scenario).length).toBeGreaterThan(3);
  });
});
