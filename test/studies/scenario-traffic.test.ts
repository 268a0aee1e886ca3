import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileScenario } from "../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../src/config/compiled-scenario.ts";
import { readDocument } from "../../src/config/written-document.ts";
import { trafficOf } from "../../src/studies/scenario-traffic.ts";
import { TraceError } from "../../src/traces/diagnostics.ts";
import type { SessionSource } from "../../src/traces/turn-templates.ts";
import { scenarioWith } from "../support/a-scenario.ts";

const GENERATED = "generate: { profile: coding-agent, sessionsPerHour: 900 }";
const BATCH = "generate: { profile: batch, sessionsPerHour: 3600 }";

function scenarioOf(...changes: readonly (readonly [string, string])[]): CompiledScenario {
  const read = readDocument(scenarioWith(...changes), compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.value;
}

/** Starts of sessions up to an instant, in minutes. */
function startsOf(source: SessionSource | undefined, minutes: number): readonly number[] {
  const start = { atNs: 0, template: 0 };
  const starts: number[] = [];
  while (source?.next(start) === true && start.atNs < minutes * 60e9)
    starts.push(start.atNs / 60e9);
  return starts;
}

const startsWith = (scenario: CompiledScenario, seed: number, minutes: number): readonly number[] =>
  startsOf(trafficOf(scenario, "/")(seed)[0]?.sources[0], minutes);

const between = (starts: readonly number[], from: number, to: number): number =>
  starts.filter((at) => at >= from && at < to).length;

describe("the traffic of a scenario", () => {
  it("is the same for a seed, and another for another", () => {
    const scenario = scenarioOf([GENERATED, BATCH]);
    expect(startsWith(scenario, 1, 10)).toEqual(startsWith(scenario, 1, 10));
    expect(startsWith(scenario, 1, 10)).not.toEqual(startsWith(scenario, 2, 10));
  });

  it("has its surges where the scenario has them, after the warm-up", () => {
    const cold = startsWith(scenarioOf([GENERATED, BATCH]), 1, 60);
    // One a second, four from the 32nd to the 52nd minute.
    expect(between(cold, 10, 30)).toBeLessThan(1_500);
    expect(between(cold, 32, 52)).toBeGreaterThan(4_000);
    const warmed = scenarioOf([GENERATED, BATCH], ["  world:\n", "  world:\n    warmup: 1h\n"]);
    const warm = startsWith(warmed, 1, 115);
    expect(between(warm, 32, 52)).toBeLessThan(1_500);
    expect(between(warm, 92, 112)).toBeGreaterThan(4_000);
  });

  it("has its nights when it is night, whatever the hour at which it begins", () => {
    const wavy = BATCH.replace("3600 }", "3600, daily: 0.9 }");
    const still = "shape: [{ at: 30m, factor: 1, ramp: 2m, hold: 20m }]";
    const shape = "shape: [{ at: 30m, factor: 4, ramp: 2m, hold: 20m }]";
    const startsAt = (hour: string): readonly [string, string] => [
      "duration: 2h",
      `duration: 2h\n  startsAt: "2026-12-01T${hour}:00:00Z"`,
    ];
    const night = startsWith(scenarioOf([GENERATED, wavy], [shape, still], startsAt("03")), 1, 120);
    const noon = startsWith(scenarioOf([GENERATED, wavy], [shape, still], startsAt("15")), 1, 120);
    expect(night.length * 4).toBeLessThan(noon.length);
  });
});

describe("recordings", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "traffic-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const trace = "trace: { path: t.csv, format: azure-llm }";

  it("are found from the scenario's own folder, and played as often as it says", () => {
    const header = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
    const row = (second: string): string => `2023-11-16 18:15:${second}.0000000,100,10\n`;
    writeFileSync(join(folder, "t.csv"), `${header}${row("10")}${row("40")}`);
    const scenario = scenarioOf(
      [GENERATED, `${trace}\n        scale: 3`],
      ["factor: 4", "factor: 1"],
    );
    const [fleet] = trafficOf(scenario, folder)(1);
    expect(startsOf(fleet?.sources[0], 10)).toHaveLength(6);
  });

  it.each([
    ["a single rate", "t_s,req_per_s\n0,5\n", "found fewer than two rates, expected two rates"],
    ["nothing but zeros", "t_s,req_per_s\n0,0\n60,0\n", "found no rate above 0, expected two"],
  ])("that are no shape are refused: %s", (_, text, message) => {
    writeFileSync(join(folder, "t.csv"), text);
    const rates =
      "trace: { path: t.csv, format: rate-csv }\n        profile: batch\n" +
      "        meanSessionsPerHour: 60";
    const traffic = trafficOf(scenarioOf([GENERATED, rates]), folder);
    expect(() => traffic(1)).toThrow(TraceError);
    expect(() => traffic(1)).toThrow(message);
  });

  it("that are not there are refused", () => {
    const traffic = trafficOf(scenarioOf([GENERATED, trace]), folder);
    expect(() => startsOf(traffic(1)[0]?.sources[0], 10)).toThrow(TraceError);
  });
});
