import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadAll, namesOf, planOf, seedsOf } from "../../../src/cli/simulation/comparison-runs.ts";
import { SCENARIO_TEXT, scenarioWith } from "../../support/a-scenario.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "comparison-runs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe("the seeds of a comparison", () => {
  it.each([
    ["the first of the scenario's", [4, 7, 9], 2, [4, 7]],
    ["all of them", [4, 7], 2, [4, 7]],
    ["and others after the largest, where more are asked for", [7, 4], 4, [7, 4, 8, 9]],
  ])("are %s", (_, seeds, count, expected) => {
    expect(seedsOf(seeds, count)).toEqual(expected);
  });
});

describe("the plan of a comparison", () => {
  it("takes policies by commas, each once", () => {
    const policies = ["breakwater", ...namesOf("static, hpa-queue,,breakwater")];
    const { ours, others } = planOf(new Map(), { policies });
    expect([ours, ...others].map(({ name }) => name)).toEqual([
      "breakwater",
      "static",
      "hpa-queue",
    ]);
  });

  it("has the scenarios with their seeds, and whether they exist by the unit", () => {
    const scenarios = loadAll([fileWith("a.yaml", SCENARIO_TEXT)]);
    const { scenarios: planned } = planOf(scenarios, { policies: ["breakwater"], seeds: 3 });
    expect(planned).toEqual([{ name: "one-surge", seeds: [1, 2, 3], byTheUnit: true }]);
  });

  it("names the file whose scenario has the name of another", () => {
    const [a, b] = [fileWith("a.yaml", SCENARIO_TEXT), fileWith("b.yaml", SCENARIO_TEXT)];
    expect(() => loadAll([a, b])).toThrow(
      `${b}: metadata.name is one-surge, as in ${a}; expected another`,
    );
    const other = fileWith("c.yaml", scenarioWith(["one-surge", "two-surges"]));
    expect(loadAll([a, other]).size).toBe(2);
  });

  it("lists the policies there are for one that is not", () => {
    expect(() => planOf(new Map(), { policies: ["kpa2"] })).toThrow("expected one of breakwater,");
    expect(() => planOf(new Map(), { policies: [] })).toThrow("--policies is empty");
  });
});
