import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { addTrace } from "../../../src/cli/commands/trace.ts";
import { CommandFailed, UsageError } from "../../../src/cli/usage-error.ts";
import { TraceError } from "../../../src/traces/diagnostics.ts";
import { traceFolder } from "../../support/trace-file.ts";
import { commandRunner } from "../../support/command-line.ts";

let printed: string[] = [];
let complained: string[] = [];

beforeEach(() => {
  printed = [];
  complained = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void complained.push(line));
});
afterEach(() => vi.restoreAllMocks());

/** @returns what the command throws: the program turns it into an exit status */
const run = commandRunner(addTrace, "trace");

function written(name: string, contents: string): string {
  const path = join(traceFolder(), name);
  writeFileSync(path, contents);
  return path;
}

const AZURE = [
  "TIMESTAMP,ContextTokens,GeneratedTokens",
  "2023-11-16 18:00:00.0000000,100,10",
  "2023-11-16 18:00:10.0000000,200,20",
  "",
].join("\n");
const WRONG = AZURE.replace("200", "-200");

describe("trace import", () => {
  it("writes our own format, which inspect tells from the others", async () => {
    const output = join(traceFolder(), "out.jsonl");
    expect(await run("import", written("a.csv", AZURE), "--output", output)).toBeNull();
    expect(printed).toEqual([`${output}: 4 lines`]);
    expect(await run("inspect", output, "--format", "json")).toBeNull();
    expect(JSON.parse(printed[1] ?? "")).toMatchObject({ format: "breakwater", turns: 2 });
  });

  it.each([
    ["a number below zero", WRONG, "TRC004"],
    ["nothing", "", "TRC006"],
    ["what is known to nobody", "a b c\n", "TRC007"],
    ["a cut line", AZURE.slice(0, -5), "TRC002"],
  ])("of %s is bad input with its line, and leaves nothing behind", async (_what, text, code) => {
    const folder = traceFolder();
    const output = join(folder, "out.jsonl");
    const contents = code === "TRC002" ? text.slice(0, -2) : text;
    const error = await run("import", written("a.csv", contents), "--output", output);
    expect(error).toBeInstanceOf(TraceError);
    expect(String(error)).toContain(code);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not write over what it reads, or what is no file", async () => {
    const input = written("a.csv", AZURE);
    expect(await run("import", input, "--output", input)).toBeInstanceOf(UsageError);
    expect(readFileSync(input, "utf8")).toBe(AZURE);
    expect(await run("import", input, "--output", traceFolder())).toBeInstanceOf(UsageError);
  });

  it("keeps the file that was there when the new one fails", async () => {
    const output = written("out.jsonl", "before");
    await run("import", written("a.csv", WRONG), "--output", output);
    expect(readFileSync(output, "utf8")).toBe("before");
  });

  it("skips and counts with --lenient", async () => {
    const output = join(traceFolder(), "out.jsonl");
    expect(
      await run("import", written("a.csv", WRONG), "--output", output, "--lenient"),
    ).toBeNull();
    expect(existsSync(output)).toBe(true);
    expect(complained).toEqual([expect.stringMatching(/^skipped 1 x TRC004 .*a\.csv:3:29/)]);
  });

  it("of rates says what to do with them", async () => {
    const file = written("r.csv", "t_s,req_per_s\n0,1\n60,2\n");
    const error = await run("import", file, "--output", join(traceFolder(), "x"));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain("name it in a scenario");
  });

  it("into a folder that is not there is bad input", async () => {
    const output = join(traceFolder(), "none/out.jsonl");
    const error = await run("import", written("a.csv", AZURE), "--output", output);
    expect(error).toBeInstanceOf(UsageError);
  });
});

describe("trace inspect", () => {
  it.each([
    [
      "turns",
      AZURE,
      ["2 turns in 2 sessions", "input tokens", "arrivals:", "ideal hit rate: 0.0 %"],
    ],
    ["rates", "t_s,req_per_s\n0,1\n60,3\n", ["2 rates over", "requests/s", "peak 1.5"]],
  ])("describes %s", async (_what, text, expected) => {
    expect(await run("inspect", written("a.csv", text))).toBeNull();
    for (const part of expected) expect(printed.join("\n")).toContain(part);
  });

  it("takes a format that is named for what it is", async () => {
    const error = await run("inspect", written("a.csv", AZURE), "--trace-format", "burstgpt");
    expect(String(error)).toMatch(/looks like azure-llm/);
  });
});

describe("trace generate", () => {
  it("writes the same sessions for the same seed", async () => {
    const folder = traceFolder();
    const made = async (name: string, seed: string): Promise<string> => {
      const output = join(folder, name);
      const flags = ["--profile", "coding-agent", "--sessions", "5", "--seed", seed];
      expect(await run("generate", ...flags, "--output", output)).toBeNull();
      return readFileSync(output, "utf8");
    };
    const first = await made("a", "7");
    expect(await made("b", "7")).toBe(first);
    expect(await made("c", "8")).not.toBe(first);
    expect(await run("inspect", join(folder, "a"))).toBeNull();
  });
});

const FLEET = `
apiVersion: breakwater.dev/v1alpha1
kind: InferenceFleet
metadata: {name: coder, namespace: agents}
`;

describe("trace record", () => {
  const flags = (fleet: string, url: string, output: string): readonly string[] => [
    `--fleet=${fleet}`,
    `--prometheus-url=${url}`,
    `--output=${output}`,
    "--from=2026-11-16T00:00:00Z",
    "--to=2026-11-16T00:10:00Z",
  ];

  it.each([
    ["a fleet that is none", FLEET, /fleet\.yaml/],
    ["no file", null, /cannot be read/],
  ])("of %s is bad input", async (_what, text, message) => {
    const file = text === null ? join(traceFolder(), "fleet.yaml") : written("fleet.yaml", text);
    const error = await run("record", ...flags(file, "http://127.0.0.1:1", "x"));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(message);
  });

  it.each([
    ["--from", "yesterday"],
    ["--to", "2026-11-15T00:00:00Z"],
    ["--step", "often"],
  ])("refuses %s %s", async (flag, text) => {
    const error = await run("record", ...flags("none", "http://127.0.0.1:1", "x"), flag, text);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(flag);
  });

  it("writes rates and lengths of a fleet that Prometheus knows", async () => {
    const folder = traceFolder();
    const url = await aPrometheus();
    const [rates, lengths] = [join(folder, "rates.csv"), join(folder, "tokens.json")];
    const argv = flags(written("fleet.yaml", fleetText()), url, rates);
    expect(await run("record", ...argv, "--histograms", lengths)).toBeNull();
    expect(readFileSync(rates, "utf8")).toBe("t_s,req_per_s\n0,2.5\n60,3.5\n");
    expect(JSON.parse(readFileSync(lengths, "utf8"))).toMatchObject({
      schemaVersion: 1,
      inputTokens: {
        buckets: [
          { upTo: 1_000, turns: 60 },
          { upTo: null, turns: 60 },
        ],
      },
    });
    expect(complained).toEqual([expect.stringContaining("9 steps have no rate")]);
  });

  it("asks for the series of the profile that is named", async () => {
    const folder = traceFolder();
    const url = await aPrometheus();
    const argv = flags(written("fleet.yaml", fleetText()), url, join(folder, "rates.csv"));
    const lengths = join(folder, "tokens.json");
    const record = (profile: string) =>
      run("record", ...argv, `--profile=${profile}`, "--histograms", lengths);
    expect(await record("dynamo")).toBeNull();
    expect(asked.some((query) => query.includes("dynamo_frontend_input_sequence_tokens"))).toBe(
      true,
    );
    expect(asked.filter((query) => query.includes("vllm"))).toEqual([]);
    const error = await record("trtllm");
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain("--histograms: found profile trtllm, expected a profile with");
  });

  it("fails, and writes nothing, when Prometheus does not answer", async () => {
    const folder = traceFolder();
    const fleet = written("fleet.yaml", fleetText());
    const error = await run("record", ...flags(fleet, "http://127.0.0.1:1", join(folder, "x")));
    expect(error).toBeInstanceOf(CommandFailed);
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** A pool and a fleet in one file, as people keep them. */
const fleetText = (): string =>
  readFileSync(join(import.meta.dirname, "../../../docs/examples/coreweave-fleet.yaml"), "utf8");

/** Queries of the Prometheus of the test that runs. */
const asked: string[] = [];

/** Answers range queries with two samples a part, instant ones with a histogram of two buckets. */
async function aPrometheus(): Promise<string> {
  asked.length = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += String(chunk)));
    request.on("end", () => {
      const query = new URLSearchParams(body).get("query") ?? "";
      asked.push(query);
      const result = request.url?.endsWith("query_range") === true ? ranged(query) : bucketed();
      const resultType = request.url?.endsWith("query_range") === true ? "matrix" : "vector";
      response.end(JSON.stringify({ status: "success", data: { resultType, result } }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
}

const FROM_SECONDS = Date.parse("2026-11-16T00:00:00Z") / 1_000;

const ranged = (query: string) =>
  [...query.matchAll(/"breakwater_part", "(\w+)"/g)].map(([, part]) => ({
    metric: { breakwater_part: part },
    values: [
      [FROM_SECONDS, "2.5"],
      [FROM_SECONDS + 60, "3.5"],
    ],
  }));

const bucketed = () =>
  [
    ["1000", "0.1"],
    ["+Inf", "0.2"],
  ].map(([le, value]) => ({ metric: { le }, value: [FROM_SECONDS, value] }));
