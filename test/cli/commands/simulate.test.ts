import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addSimulate } from "../../../src/cli/commands/simulate.ts";
import { BoundsMissed, UsageError } from "../../../src/cli/usage-error.ts";
import { scenarioWith } from "../../support/a-scenario.ts";
import { commandRunner } from "../../support/command-line.ts";

/** Ten minutes of batch jobs: the profile with the fewest templates to make. */
const SHORT = scenarioWith(
  ["model: { name: test-small }", "model: { name: test-small }\n      mode: { scaleOut: Auto }"],
  ["duration: 2h", "duration: 10m"],
  ["profile: coding-agent, sessionsPerHour: 900", "profile: batch, sessionsPerHour: 60"],
  ["at: 30m, factor: 4, ramp: 2m, hold: 20m", "at: 3m, factor: 2, ramp: 1m, hold: 2m"],
);

/** Two turns, 21 s apart, on a fixed engine. */
const RECORDED = `kind: Scenario
metadata: { name: recorded }
spec:
  duration: trace
  fleets:
    - name: mock
      model: { name: test-small }
      objectives: [{ name: ttft, metric: TTFT, threshold: 2500ms, share: "0.95" }]
  world:
    engine: { profile: dynamo-mocker, replicas: 1, kvBlocks: 100, blockTokens: 64 }
    traffic: [{ trace: { path: t.csv, format: azure-llm } }]
`;

let folder = "";
let printed: string[] = [];
let complained: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "simulate-"));
  [printed, complained] = [[], []];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void complained.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** @returns what the command throws: the program turns it into an exit status */
const run = commandRunner(addSimulate, "simulate");

const resultOf = (line: string | undefined): Record<string, unknown> => JSON.parse(line ?? "");

describe("breakwater simulate", () => {
  it("prints one result a seed, the same bytes every time", async () => {
    const file = write("s.yaml", SHORT.replace("duration:", "seeds: [1, 2]\n  duration:"));
    expect(await run(file, "--format", "json")).toBeNull();
    expect(await run(file, "--format", "json")).toBeNull();
    const [first, second] = printed;
    expect(first).toBe(second);
    const results = first?.split("\n").map(resultOf) ?? [];
    expect(results.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(results[0]).toMatchObject({
      scenario: "one-surge",
      policy: "breakwater",
      simulatedSeconds: 600,
      turns: { lost: 0, rejected: 0 },
      surges: [{ startSeconds: 180, cause: "traffic", factor: 2 }],
    });
    expect(results[0]?.["turns"]).not.toEqual(results[1]?.["turns"]);
  });

  it("offers the same turns to every policy", async () => {
    const file = write("s.yaml", SHORT);
    for (const policy of ["breakwater", "static"])
      expect(await run(file, "--policy", policy, "--format", "json")).toBeNull();
    expect(printed.map(resultOf)).toMatchObject([{ policy: "breakwater" }, { policy: "static" }]);
    const [ours, theirs] = printed.map((line) => /"offered":\d+/.exec(line)?.[0]);
    expect(theirs).toBe(ours);
    for (const line of printed) {
      const [offered, arrived] = ["offered", "arrived"].map((name) =>
        Number(new RegExp(`"${name}":(\\d+)`).exec(line)?.[1]),
      );
      expect(arrived).toBeLessThanOrEqual(offered ?? 0);
    }
  });

  it("holds the results against expected.yaml beside it", async () => {
    const file = write("s.yaml", SHORT);
    write("expected.yaml", "bounds: { turns.offered: { min: 1e9 }, turns.lost: { max: 0 } }");
    expect(await run(file)).toBeInstanceOf(BoundsMissed);
    expect(complained).toEqual([
      expect.stringMatching(
        /^seed 1: MISS turns.offered: found \d+, expected at least 1000000000$/,
      ),
      "seed 1: ok   turns.lost: found 0, expected at most 0",
    ]);
    expect(printed).toHaveLength(1);
  });

  it("says which fleets only decide in shadow", async () => {
    const file = write("s.yaml", SHORT.replace("scaleOut: Auto", "scaleOut: Shadow"));
    expect(await run(file)).toBeNull();
    expect(complained).toEqual([expect.stringContaining("fleet agents/coder is in Shadow mode")]);
    expect(await run(file, "--policy", "static")).toBeNull();
    expect(complained).toHaveLength(1);
  });

  it("writes what is asked for, whole", async () => {
    const file = write("s.yaml", SHORT);
    const outputs = ["decisions", "openmetrics", "timing"];
    const flags = outputs.flatMap((name) => [`--${name}`, join(folder, name)]);
    expect(await run(file, ...flags)).toBeNull();
    expect(readdirSync(folder).toSorted()).toEqual([...outputs, "s.yaml"].toSorted());
    const text = (name: string): string => readFileSync(join(folder, name), "utf8");
    expect(text("decisions").split("\n")).toHaveLength(40);
    expect(text("openmetrics")).toMatch(/# EOF\n$/);
    expect(JSON.parse(text("timing"))).toMatchObject([{ seed: 1, ticks: 39 }]);
  });

  it.each([
    ["a file that is not there", [], "cannot be read"],
    ["a policy that is not known", ["--policy", "magic"], 'policy "magic" is not known'],
    ["the decisions of two runs", ["--decisions", "d.jsonl"], "add --seed"],
  ])("refuses %s and writes nothing", async (what, flags, message) => {
    const file = write("s.yaml", SHORT.replace("duration:", "seeds: [1, 2]\n  duration:"));
    const path = what.startsWith("a file") ? join(folder, "none.yaml") : file;
    const error = await run(path, ...flags);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(message);
    expect(readdirSync(folder)).toEqual(["s.yaml"]);
    expect(printed).toEqual([]);
  });

  it.each([
    ["one output for two", ["--decisions", "out", "--timing", "./out"]],
    ["an output over the scenario", ["--decisions", "s.yaml"]],
    ["an output that is a folder", ["--timing", "."]],
    ["a second output in no folder", ["--decisions", "out", "--timing", "no/out"]],
  ])("refuses %s and leaves everything as it was", async (_, flags) => {
    const file = write("s.yaml", SHORT);
    const inside = flags.map((flag) => (flag.startsWith("--") ? flag : join(folder, flag)));
    expect(await run(file, ...inside)).toBeInstanceOf(UsageError);
    expect(readFileSync(file, "utf8")).toBe(SHORT);
    expect(readdirSync(folder)).toEqual(["s.yaml"]);
    expect(printed).toEqual([]);
  });

  it("refuses a recording that cannot be used, and leaves no output behind", async () => {
    write("bad.jsonl", "not a trace\n");
    const generate = "generate: { profile: batch, sessionsPerHour: 60 }";
    const recorded = SHORT.replace(generate, "trace: { path: bad.jsonl, format: mooncake }");
    const file = write("s.yaml", recorded);
    const error = await run(file, "--timing", join(folder, "timing"));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain("bad.jsonl:1");
    expect(readdirSync(folder).toSorted()).toEqual(["bad.jsonl", "s.yaml"]);
  });

  it("plays a recording to the end of its last turn", async () => {
    const row = (second: string): string => `2023-11-16 18:15:${second}.0000000,100,10\n`;
    write("t.csv", `TIMESTAMP,ContextTokens,GeneratedTokens\n${row("10")}${row("31")}`);
    const file = write("s.yaml", RECORDED);
    expect(await run(file, "--format", "json")).toBeNull();
    const result = resultOf(printed[0]);
    expect(result).toMatchObject({ turns: { offered: 2, completed: 2 }, racks: { peak: 0 } });
    const seconds = Number(result["simulatedSeconds"]);
    expect(seconds).toBeGreaterThan(21);
    expect(seconds).toBeLessThan(22);
  });

  it("refuses flags that make no sense", async () => {
    expect(await run("s.yaml", "--workers", "0")).toBeInstanceOf(CommanderError);
  });
});
