import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarioWith } from "../support/a-scenario.ts";
import { builtProgram } from "./support/built-program.ts";

/** Three short runs of batch jobs. */
const SCENARIO = scenarioWith(
  ["duration: 2h", "duration: 5m\n  seeds: [1, 2, 3]"],
  ["profile: coding-agent, sessionsPerHour: 900", "profile: batch, sessionsPerHour: 60"],
  ["at: 30m, factor: 4, ramp: 2m, hold: 20m", "at: 1m, factor: 4, hold: 2m"],
);

/** Starting takes the program about half a second. */
const POLLING = { interval: 5, timeout: 20_000 };

describe("the built program simulates", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "simulate-"));
    writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const simulate = (...flags: readonly string[]) =>
    spawnSync(process.execPath, [builtProgram(), "simulate", "scenario.yaml", ...flags], {
      cwd: folder,
      encoding: "utf8",
    });

  it("to the same bytes in this thread and in others", () => {
    const [here, there] = ["1", "2"].map((workers) =>
      simulate("--format", "json", "--workers", workers),
    );
    expect(here?.status).toBe(0);
    expect(here?.stdout.split("\n")).toHaveLength(4);
    expect(there).toMatchObject({ status: 0, stdout: here?.stdout, stderr: here?.stderr });
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "and leaves nothing half written on %s",
    async (signal) => {
      const before = readdirSync(folder);
      const run = spawn(
        process.execPath,
        [builtProgram(), "simulate", "scenario.yaml", "--seed", "1", "--decisions", "log.jsonl"],
        { cwd: folder },
      );
      const ended = once(run, "exit");
      await expect.poll(() => readdirSync(folder).join(" "), POLLING).toContain(".partial");
      run.kill(signal);
      await ended;
      expect(readdirSync(folder)).toEqual(before);
      expect(run.exitCode).toBe(signal === "SIGINT" ? 130 : 143);
    },
  );

  it.each([
    ["2 for a scenario that is not one", { "scenario.yaml": "kind: Scenario\n" }, 2],
    [
      "3 for a bound that is missed",
      { "expected.yaml": "bounds: { turns.lost: { min: 1 } }\n" },
      3,
    ],
  ])("with exit status %s", (_what, files, status) => {
    const before = readdirSync(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    expect(simulate("--seed", "1").status).toBe(status);
    writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
    for (const name of readdirSync(folder)) if (!before.includes(name)) rmSync(join(folder, name));
  });

  it("with exit status 2 in a thread, too", () => {
    const recorded = SCENARIO.replace(
      /generate: .*/,
      "trace: { path: no.jsonl, format: mooncake }",
    );
    writeFileSync(join(folder, "scenario.yaml"), recorded);
    const failed = simulate("--workers", "2");
    writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
    expect(failed).toMatchObject({ status: 2, stdout: "" });
    expect(failed.stderr).toContain("no.jsonl");
  });
});
