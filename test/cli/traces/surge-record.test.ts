import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { bundled } from "../../support/bundled.ts";
import type * as commandRuns from "../../support/runs/command-runs.ts";

/** Four times the sessions for a quarter of an hour: over before racks that come help. */
const SCENARIO = `
apiVersion: breakwater.dev/v1alpha1
kind: Scenario
metadata: { name: surge }
spec:
  duration: 80m
  seeds: [3]
  pools:
    - name: gb200
      rack: { nodes: 9, usableNodes: 8, gpusPerNode: 4 }
      supply: { kind: OnDemand }
      leadTimePrior:
        grant: { p50: 10s, p95: 20s }
        boot: { p50: 5m, p95: 6m }
        join: { p50: 30s, p95: 60s }
      limits: { maxRacks: 4 }
      consumers: [{ fleet: { namespace: agents, name: coder }, max: 4 }]
  fleets:
    - name: coder
      namespace: agents
      model: { name: test-small }
      mode: { scaleOut: Auto, scaleIn: Auto }
      racks: { min: 1, max: 4 }
      headroom: Safe
      pools: [{ name: gb200, engineStartPrior: { p50: 2m, p95: 3m } }]
      objectives: [{ name: ttft, metric: TTFT, threshold: 5s, share: "0.95" }]
      workloads:
        - { name: e, target: { selector: { app: e } }, unit: { gpus: 16 }, unitsPerRack: 2 }
  world:
    warmup: 1h
    pools: { gb200: { startRacks: 1 } }
    traffic:
      - generate: { profile: coding-agent, sessionsPerHour: 12 }
        shape: [{ at: 30m, factor: 4, hold: 15m }]
`;

let commands: typeof commandRuns;
let folder = "";
let log = "";
let printed: string[] = [];

const quiet = (): void => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
};
beforeEach(quiet);
afterEach(() => void vi.restoreAllMocks());

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "breakwater-surge-"));
  commands = await import(
    await bundled(join(import.meta.dirname, "../../support/runs/command-runs.ts"))
  );
  quiet();
  const scenario = join(folder, "scenario.yaml");
  writeFileSync(scenario, SCENARIO);
  log = join(folder, "decisions.jsonl");
  expect(await commands.simulateCommand(scenario, "--decisions", log)).toBeNull();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const record = (surge: string, output: string, ...more: readonly string[]) =>
  commands.traceCommand("record", "--surge", surge, "--log", log, "--output", output, ...more);

describe("a missed surge of a decision log", { timeout: 300_000 }, () => {
  it("becomes a scenario within its ranges, and it is said that no guardrail helps", async () => {
    const output = join(folder, "surge");
    expect(await record("latest", output)).toBeNull();
    expect(readdirSync(output).toSorted()).toEqual([
      "expected.yaml",
      "notes.md",
      "scenario.yaml",
      "sessions-agents-coder.csv",
    ]);
    expect(printed.join("\n")).toContain("Nothing that was tried on agents/coder takes a quarter");
    expect(readFileSync(join(output, "notes.md"), "utf8")).toContain("a floor of 2 racks");
    expect(await commands.simulateCommand(join(output, "scenario.yaml"))).toBeNull();
  });

  it("is attained in the scenario as in the log", () => {
    const notes = readFileSync(join(folder, "surge", "notes.md"), "utf8");
    const row = /agents\/coder \| ttft \| ([\d.]+) % \| ([\d.]+) %/.exec(notes);
    const [recorded, simulated] = [Number(row?.[1]), Number(row?.[2])];
    expect(Math.abs(recorded - simulated)).toBeLessThan(10);
  });

  it("is not written over what is there, nor anything where it cannot be recorded", async () => {
    const output = join(folder, "surge");
    const before = readFileSync(join(output, "notes.md"), "utf8");
    expect(String(await record("latest", output))).toContain("expected a new folder, or --force");
    expect(readFileSync(join(output, "notes.md"), "utf8")).toBe(before);
    const other = join(folder, "other");
    const far = await record("2020-01-01T00:00:00Z", other);
    expect(String(far)).toContain("expected one at most an hour from a missed surge: 2026-11-30T");
    expect(String(await record("gb200-out-99", other))).toContain("which the log has not");
    expect(String(await record("latest", join(folder, "no/where")))).toContain("--output: found");
    expect(existsSync(other)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("takes a log, as rates of a fleet take other flags", async () => {
    const output = ["--output", join(folder, "x")];
    expect(String(await commands.traceCommand("record", "--surge", "latest", ...output))).toContain(
      "--log: found nothing",
    );
    expect(String(await commands.traceCommand("record", ...output))).toContain(
      "--fleet: found nothing",
    );
  });
});
