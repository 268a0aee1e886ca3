import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadBounds, loadScenario } from "../../../src/cli/simulation/load-scenario.ts";
import { SCENARIO_TEXT, scenarioWith } from "../../support/a-scenario.ts";

describe("a scenario file", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "scenario-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it("is read", () => {
    expect(loadScenario(write("s.yaml", SCENARIO_TEXT)).name).toBe("one-surge");
  });

  it.each([
    [
      "not UTF-8",
      Uint8Array.from([0x6b, 0xff, 0x6b]),
      "s.yaml cannot be read: found bytes that are not UTF-8",
    ],
    ["wrong", scenarioWith(["duration: 2h", "duration: soon"]), "s.yaml:4:3: spec.duration: found"],
  ])("is refused when it is %s", (_what, text, message) => {
    const path = write("s.yaml", text);
    expect(() => loadScenario(path)).toThrow(message);
  });

  it("is refused when it is not there", () => {
    expect(() => loadScenario(join(folder, "none.yaml"))).toThrow("none.yaml cannot be read");
  });

  it("has the ranges beside it, or none", () => {
    const path = write("s.yaml", SCENARIO_TEXT);
    const scenario = loadScenario(path);
    expect(loadBounds(path, scenario)).toEqual([]);
    write("expected.yaml", "bounds: { slo.attainment: { min: 0.9 } }");
    expect(loadBounds(path, scenario)).toMatchObject([{ path: "slo.attainment", min: 0.9 }]);
    write("expected.yaml", "bounds: { slo.attainment: 0.9 }");
    expect(() => loadBounds(path, scenario)).toThrow(
      "expected.yaml:1:11: bounds.slo.attainment: found 0.9",
    );
  });

  it("has no ranges for what no result of it has", () => {
    const path = write("s.yaml", SCENARIO_TEXT);
    write("expected.yaml", "bounds:\n  racks.peak: { max: 9 }\n  slo.attainmen: { min: 0.9 }\n");
    expect(() => loadBounds(path, loadScenario(path))).toThrow(
      'expected.yaml:3:3: bounds.slo.attainmen: found "slo.attainmen", expected a number of the ' +
        "result, such as slo.attainment, slo.judged, slo.violations",
    );
  });
});
