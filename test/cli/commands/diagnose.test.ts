import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createView } from "../../../src/adapters/http/view.ts";
import { addDiagnose } from "../../../src/cli/commands/diagnose.ts";
import { CommandFailed, UsageError } from "../../../src/cli/usage-error.ts";
import { epochMs, ratio } from "../../../src/core/units.ts";
import type { CacheVerdict } from "../../../src/core/decision.ts";
import { TraceError } from "../../../src/traces/diagnostics.ts";
import { aServer } from "../../adapters/http/support.ts";
import { commandRunner } from "../../support/command-line.ts";
import { aDecisionLog } from "../../support/decision-log.ts";
import { faultyRecording } from "../../support/prompt-faults.ts";
import { START } from "../../support/reports/observed.ts";
import { aReport, fleetDecided } from "../../support/reports/report.ts";
import { traceFile } from "../../support/trace-file.ts";

let printed: string[] = [];
const run = commandRunner(addDiagnose, "diagnose");

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** With every break of a line and every indent as one space. */
const said = async (...argv: readonly string[]): Promise<string> => {
  expect(await run(...argv)).toBeNull();
  return printed.join("\n").replaceAll(/\s+/g, " ");
};

const CLOCK = faultyRecording({ kind: "clock", atToken: 1_920, share: 0.31 }, 1);

describe("breakwater diagnose --trace", () => {
  const flags = ["--block-tokens", "64", "--cache-tokens", "200000"];

  it("names depth, share, suspect, cost and remedy", async () => {
    const text = await said("--trace", traceFile(CLOCK.lines), ...flags);
    const share = ((100 * CLOCK.changed) / CLOCK.followers).toFixed(1);
    expect(text).toContain(
      `${share} % of turns diverge from the turn before at block 30, token 1,920`,
    );
    expect(text).toContain("Suspect 1: A field that changes, at block 30, token 1,920");
    expect(text).toMatch(/Without it the hit rate is \d+\.\d %, .* GPU-hours, \$[\d.,]+ less\./);
    expect(text).toContain("at $10.50 a GPU-hour");
    expect(text).toContain("Cannot tell which text changed, because");
  });

  it("prints JSON for programs and Markdown for reports", async () => {
    const path = traceFile(CLOCK.lines);
    const json: unknown = JSON.parse(await said("--trace", path, ...flags, "--format", "json"));
    expect(json).toMatchObject({
      schemaVersion: 1,
      diagnosis: { suspects: [{ kind: "changing-field", fromToken: 1_920 }] },
    });
    printed = [];
    const text = await said("--trace", path, ...flags, "--format", "markdown");
    expect(text).toContain("## Hit rate by size of the cache");
  });

  it("asks about a cache in blocks, GB or GPUs", async () => {
    const path = traceFile(CLOCK.lines);
    const asked = async (...size: readonly string[]): Promise<string> => {
      printed = [];
      return said("--trace", path, "--block-tokens", "64", ...size);
    };
    expect(await asked("--cache-blocks", "100")).toContain("A cache of 6,400 tokens serves");
    expect(await asked("--cache-gb", "3.5136")).toContain("A cache of 100,000 tokens serves");
    expect(await asked("--gpus", "2")).toContain("A cache of 5,920,000 tokens serves");
  });

  it.each([
    ["nothing", "", "TRC006"],
    ["a cut line", CLOCK.lines.slice(0, -20), "TRC002"],
    ["NaN", CLOCK.lines.replace(/"timestamp":\d+/, '"timestamp":NaN'), "TRC005"],
    ["bytes that are no text", Buffer.from([0x7b, 0xff, 0xfe, 0x0a]), "TRC001"],
    ["another format", "TIMESTAMP,ContextTokens,GeneratedTokens\n", "TRC007"],
  ])("of %s is bad input with its place, and prints nothing", async (_what, contents, code) => {
    const path = traceFile(contents);
    const error = await run("--trace", path, "--trace-format", "mooncake", ...flags);
    expect(error).toBeInstanceOf(TraceError);
    expect(String(error)).toContain(code);
    expect(String(error)).toContain(path);
    expect(printed).toEqual([]);
  });

  it.each([
    [["--trace", "x", "--fleet", "y"], "found --trace and --fleet, expected one of them"],
    [[], "found neither --trace nor --fleet nor --log"],
    [["--trace", "x", "--profile", "abacus"], '--profile: found "abacus", expected one of'],
    [["--fleet", "a/b", "--namespace", "c"], '--namespace: found beside the fleet "a/b"'],
    [["--fleet", "a", "--since", "ever"], '--since: found "ever", expected a duration'],
    [["--log", "/no/such/file"], "/no/such/file cannot be read"],
  ])("%j is refused", async (argv, text) => {
    const error = await run(...argv);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(text);
  });

  it("is refused with two sizes", async () => {
    const error = await run("--trace", traceFile(CLOCK.lines), ...flags, "--cache-gb", "1");
    expect(String(error)).toContain("found --cache-tokens and --cache-gb, expected one of them");
  });
});

const MINUTE_MS = 60_000;
const CALM: CacheVerdict = {
  cause: "none",
  hitRate: ratio(0.94),
  expectedHitRate: ratio(0.94),
  rackHelps: null,
  text: "No regression.",
  remedy: "",
};
const FALLEN: CacheVerdict = {
  cause: "prompt-instability",
  hitRate: ratio(0.81),
  expectedHitRate: ratio(0.94),
  rackHelps: false,
  text: "The hit rate fell from 94.0 % to 81.0 %: no engine has what prompts begin with any more.",
  remedy: "Find what changes in the prompts' beginning.",
  confidence: ratio(0.9),
  since: epochMs(START + 28 * MINUTE_MS),
  shareOfGap: ratio(0.85),
  coldTokensPerSecond: 12_345,
  causes: [
    { cause: "prompt-instability", shareOfGap: ratio(0.85) },
    { cause: "capacity-bound", shareOfGap: ratio(0.15) },
  ],
  evidence: ["11.0 points that no engine had"],
};

describe("breakwater diagnose --fleet", () => {
  const view = createView();
  const server = aServer(view);
  let url = "";

  beforeAll(async () => {
    for (let minute = 0; minute < 60; minute += 1) {
      const cache = minute < 30 ? CALM : FALLEN;
      const now = epochMs(START + minute * MINUTE_MS);
      view.tick(aReport({ now, decided: [fleetDecided({ cache })] }));
    }
    ({ url } = await server.listen());
  });
  afterAll(() => server.close());

  it("says what it is, what it was before, and what to look at next", async () => {
    const text = await said("--fleet", "coder", "--namespace", "agents", "--url", url);
    expect(text).toContain("the hit rate is 81.0 %; usual is 94.0 %.");
    expect(text).toContain("Before 2026-12-01T18:28:00Z it was 94.0 % on average, from then on");
    expect(text).toContain("Named cause: prompt-instability, which explains 85.0 % of the fall");
    expect(text).toContain("Also: capacity-bound, 15.0 % of the fall.");
    expect(text).toContain("12,345 prompt tokens a second");
    expect(text).toContain("A rack does not help");
    expect(text).toContain("What to look at next: Find what changes in the prompts' beginning.");
    expect(text).toMatch(/18:00:00 .* none .*18:30:00 .* prompt-instability/);
  });

  it("looks no further back than it was asked to", async () => {
    const text = await said("--fleet", "coder", "--since", "10m", "--url", url);
    expect(text).not.toMatch(/94.0 % none/);
    printed = [];
    const json: unknown = JSON.parse(
      await said("--fleet", "agents/coder", "--since", "10m", "--url", url, "--format", "json"),
    );
    expect(json).toMatchObject({ fleet: "agents/coder", episodes: [{ lowestHitRate: 0.81 }] });
  });

  it("of a fleet that is not there names those that are", async () => {
    const error = await run("--fleet", "ghost", "--url", url);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain("expected --fleet with one of agents/coder");
  });

  it("fails where nobody answers", async () => {
    expect(await run("--fleet", "x", "--url", "http://127.0.0.1:1")).toBeInstanceOf(CommandFailed);
  });
});

describe("breakwater diagnose --log", () => {
  it("says the same of a decision log", async () => {
    const path = traceFile(aDecisionLog().join("\n"));
    const text = await said("--log", path);
    expect(text).toMatch(/^agents\/coder, .*Z to .*Z: the hit rate is/);
    expect(text).toContain("What was said over the window");
  });

  it.each([
    ["no record", "{}\n", /line 1: schemaVersion is undefined/],
    ["nothing", "", /found no decision on a fleet/],
  ])("of %s is bad input", async (_what, contents, message) => {
    const error = await run("--log", traceFile(contents));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(message);
    expect(printed).toEqual([]);
  });
});
