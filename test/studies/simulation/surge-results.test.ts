import { describe, expect, it } from "vitest";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import { readDocument } from "../../../src/config/written-document.ts";
import { disturbancesOf } from "../../../src/studies/simulation/disturbances.ts";
import type { Disturbance } from "../../../src/studies/simulation/disturbances.ts";
import { fleetSlices } from "../../../src/studies/simulation/fleet-slices.ts";
import { surgeResults } from "../../../src/studies/simulation/surge-results.ts";
import { scenarioWith } from "../../support/a-scenario.ts";

function scenarioOf(...changes: readonly (readonly [string, string])[]): CompiledScenario {
  const read = readDocument(scenarioWith(...changes), compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.value;
}

describe("the disturbances of a scenario", () => {
  it("are its surges and the faults that turns feel, in order of time", () => {
    const faults =
      "faults: [{ kind: node-loss, at: 10m, nodes: 3, for: 5m }, " +
      "{ kind: metrics-outage, at: 5m, for: 10m }]";
    const fleets = ["agents/coder"];
    expect(disturbancesOf(scenarioOf(["  world:\n", `  world:\n    ${faults}\n`]))).toEqual([
      { atMs: 600_000, untilMs: 900_000, factor: 1, cause: "node-loss", fleets },
      { atMs: 1_800_000, untilMs: 3_240_000, factor: 4, cause: "traffic", fleets },
    ]);
  });

  it("are not lulls", () => {
    expect(disturbancesOf(scenarioOf(["factor: 4", "factor: 0.5"]))).toEqual([]);
  });
});

describe("what became of a disturbance", () => {
  const fleets = ["agents/coder"] as const;
  const surge: Disturbance = {
    atMs: 60_000,
    untilMs: 120_000,
    factor: 2,
    cause: "traffic",
    fleets,
  };
  const slices = fleetSlices(
    [10, 10, 10, 10, 4, 4, 10, 10].map((met) => ({ arrived: 10, metAll: met, met: [met] })),
    [],
    0,
  );
  const held = [0, 60_000, 75_000, 120_000].map((atMs) => ({
    atMs,
    // 8 GPUs, and 16 from 75 s on.
    gpuHours: (8 * atMs + 8 * Math.max(0, atMs - 75_000)) / 3_600_000,
  }));
  const world = { fleets: new Map([[fleets[0], slices]]), durationMs: 120_000, held };

  it("is counted from its start to the next one's, or to the end", () => {
    const [first, second] = surgeResults([surge, { ...surge, atMs: 75_000 }], world);
    expect(first).toMatchObject({ startSeconds: 60, violations: 6, timeToAbsorbSeconds: 0 });
    expect(second).toMatchObject({ startSeconds: 75, violations: 6 });
    expect(first?.extraGpuHours).toBeCloseTo(0, 12);
  });

  it("costs the GPU-hours beyond those held at its start", () => {
    const [only] = surgeResults([surge], world);
    expect(only?.extraGpuHours).toBeCloseTo((8 * 45_000) / 3_600_000, 12);
  });
});
