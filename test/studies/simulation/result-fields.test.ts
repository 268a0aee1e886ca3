import { describe, expect, it } from "vitest";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import { describeDocument, readDocument } from "../../../src/config/written-document.ts";
import { unknownFields } from "../../../src/studies/simulation/result-fields.ts";
import { scenarioWith } from "../../support/a-scenario.ts";

function aScenario(...changes: readonly (readonly [string, string])[]): CompiledScenario {
  const read = readDocument(scenarioWith(...changes), compileScenario);
  if (!read.ok) throw new Error(describeDocument("x.yaml", read.errors));
  return read.value;
}

const errorsFor = (path: string, scenario = aScenario()): readonly string[] =>
  unknownFields([{ path, min: 0, max: 1 }], scenario).map(
    ({ found, expected }) => `${found}: ${expected}`,
  );

describe("a bound", () => {
  it.each([
    "turns.offered",
    "slo.attainment",
    "slo.byObjective.ttft",
    "latency.ttft.p99",
    "cache.hitRate",
    "costUsd",
    "racks.moves",
    "surges[0].timeToAbsorbSeconds",
    "forecast.coverage80",
    "decisions.byReason.demand-forecast",
  ])("may be on %s, a number of the result", (path) => {
    expect(errorsFor(path)).toEqual([]);
  });

  it.each([
    ["slo", "such as slo.attainment, slo.judged"],
    ["slo.attainmen", "such as slo.attainment, slo.judged"],
    ["slo.byObjective.itl", "such as slo.byObjective.ttft"],
    ["surges[1].violations", "such as surges[0]"],
    ["surges[0].violation", "such as surges[0].startSeconds, surges[0].cause"],
    ["decisions.byReason.no-reason", "such as decisions.byReason.demand-forecast"],
    ["scenario", "such as schemaVersion, scenario"],
    ["fleets[0].attainment", "such as"],
    ["turnsoffered", "such as schemaVersion, scenario"],
  ])("is refused on %s, which no result of the scenario has", (path, such) => {
    expect(errorsFor(path)).toEqual([expect.stringContaining(such)]);
  });

  it("is refused on dollars where a pool has no price", () => {
    const free = aScenario(['      price: { usdPerRackHour: "756.00" }\n', ""]);
    expect(errorsFor("costUsd", free)).toHaveLength(1);
  });
});
