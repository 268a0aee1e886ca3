import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createView } from "../../../src/adapters/http/view.ts";
import { addExplain } from "../../../src/cli/commands/explain.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { decide } from "../../../src/core/decide.ts";
import { millis } from "../../../src/core/units.ts";
import { aDecidedOn } from "../../support/builders/decided-on.ts";
import { aDecisionLog } from "../../support/decision-log.ts";
import { tickAt } from "../../support/demand-series.ts";
import { aServer } from "../../adapters/http/support.ts";
import { commandRunner } from "../../support/command-line.ts";

let folder = "";
let log = "";
let printed: string[] = [];

const world = aDecidedOn({ turnsPerSecond: 30 });
const view = createView();
const { decision } = decide(world.group, world.observation, world.memory);
view.tick({ ...world, decision, actions: [], durationMs: millis(1) });
const server = aServer(view);
let url = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakwater-explain-"));
  log = join(folder, "decisions.jsonl");
  await writeFile(log, aDecisionLog().join("\n"));
  ({ url } = await server.listen());
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** @returns what the command throws: the program turns it into an exit status */
const run = commandRunner(addExplain, "explain");

const said = async (...argv: readonly string[]): Promise<string> => {
  expect(await run(...argv)).toBeNull();
  return printed.join("\n");
};

describe("breakwater explain, of a running controller", () => {
  it("says why, stage by stage", async () => {
    expect(await said("--url", url)).toMatch(/^agents\/coder: Grow\. 4 racks serve[^]*STAGE {2}/);
  });

  it("says why it is not another number of racks", async () => {
    const text = await said("agents/coder", "--url", url, "--why-not", "racks=6");
    expect(text).toMatch(/^agents\/coder, why not 6 racks:\n- With 6 racks \d+\.\d\d % would/);
  });

  it("sets the two decisions side by side", async () => {
    const text = await said("--url", url, "--what-if", "minRacks=9", "demand=x0.5");
    expect(text).toContain("if minRacks=9 and demand=x0.5: 9 racks wanted instead of 7.");
    expect(text).toMatch(/wanted +7 +9\n/);
  });

  it("says what would flip it", async () => {
    expect(await said("--url", url, "--flips")).toMatch(/IF +RACKS WANTED\ndemand=x1\.\d\d +8/);
  });

  it("answers for a page", async () => {
    const text = await said("coder", "--url", url, "--format", "markdown");
    expect(text).toContain("\n| STAGE | STEP | FOUND |\n| --- | --- | --- |\n| trust |");
  });

  it("takes the only fleet for the latest while nothing was decided", async () => {
    expect(await said("latest", "--url", url)).toMatch(/^agents\/coder: Grow/);
    const error = String(await run("gb200-east-out-9", "--url", url));
    expect(error).toContain('found "gb200-east-out-9", expected a fleet or one of the decisions');
  });

  it("prints JSON for programs", async () => {
    const text = await said("--url", url, "--why-not", "6", "--format", "json");
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, racks: 6, wantRacks: 7 });
  });
});

describe("breakwater explain, of a decision log", () => {
  const at = new Date(tickAt(15)).toISOString();

  it("says why, of the decision at an instant", async () => {
    expect(await said("--log", log, "--at", at)).toMatch(/^agents\/coder: /);
  });

  it("says why, of a decision as it was opened", async () => {
    const text = await said("latest", "--log", log);
    const [, name = "", when = ""] =
      /^(\S+), opened at (\S+) by record \d+ of the log: /.exec(text) ?? [];
    expect(text).toContain(`let through. Decided at ${when}.`);
    const again = await said(name, "--log", log, "--why-not", "3", "--format", "markdown");
    expect(again).toContain(`${name}, opened at ${when}`);
    expect(again).toContain("agents/coder, why not 3 racks:");
  });

  it("prints JSON of both", async () => {
    const text = await said("latest", "--log", log, "--format", "json");
    expect(JSON.parse(text)).toMatchObject({
      asked: { fleet: "agents/coder", intent: { direction: "Out" } },
      fleet: "agents/coder",
    });
  });

  it.each([["--why-not", "3"], ["--what-if", "demand=x3"], ["--flips"]])(
    "answers %s too",
    async (...question) => {
      expect(await said("--log", log, "--at", at, ...question)).toMatch(/^agents\/coder/);
    },
  );
});

describe("a question that cannot be understood", () => {
  it.each([
    [["--why-not", "eight"], '--why-not: found "eight", expected racks=N, as racks=8'],
    [["--what-if", "hitRate=9"], '--what-if: hitRate: found "9", expected a share from 0 to 1'],
    [["--flips", "--why-not", "3"], "found --why-not and --flips, expected one of them"],
    [["--at", "2026-12-01T18:05:00Z"], "--at: found without --log"],
    [["--log", "decisions", "--at", "noon"], '--at: found "noon", expected an instant'],
    [["--log", "/no/such/file"], "/no/such/file cannot be read"],
  ])("%j is refused before anything is asked", async (argv, text) => {
    const error = await run(...argv);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(text);
    expect(printed).toEqual([]);
  });

  it("names the file and what is wrong with it", async () => {
    const error = await run("agents/x", "--log", log);
    expect(String(error)).toContain(`${log}: line 24: the end of the log: no decision on agents/x`);
  });
});
