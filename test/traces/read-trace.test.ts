import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { memoryUsage } from "node:process";
import { describe, expect, it } from "vitest";
import { FaultLog } from "../../src/traces/diagnostics.ts";
import { agentSessionsFormat } from "../../src/traces/formats/agent-sessions.ts";
import { azureLlmFormat } from "../../src/traces/formats/azure-llm.ts";
import { breakwaterFormat } from "../../src/traces/formats/breakwater.ts";
import { burstGptFormat } from "../../src/traces/formats/burstgpt.ts";
import type { LineFormat } from "../../src/traces/formats/format.ts";
import { mooncakeFormat } from "../../src/traces/formats/mooncake.ts";
import { rateCsvFormat } from "../../src/traces/formats/rate-csv.ts";
import { serveGenRateFormat } from "../../src/traces/formats/servegen-rate.ts";
import { detectFormat, readTrace } from "../../src/traces/read-trace.ts";
import { traceFile, traceFolder } from "../support/trace-file.ts";

/** The beginning of a file of each format. */
const SAMPLES = {
  mooncake: '{"timestamp": 0, "input_length": 600, "output_length": 9, "hash_ids": [0, 1]}\n',
  "azure-llm": "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n",
  "agent-sessions": '{"id":"a","block":64,"tool":0,"system":64,"r":[[0,100,5,-1,0,1,7,0,1,0]]}\n',
  burstgpt:
    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n" +
    "5,ChatGPT,472,18,490,Conversation log\n",
  "servegen-rate": "0,1.5,1.2,Gamma,0.7,0.9\n600,0,,,,\n",
  "rate-csv": "t_s,req_per_s\n0,1.5\n600,2\n",
  breakwater:
    '{"breakwaterTrace":"turns","schemaVersion":1,"blockTokens":64}\n{"turn":[0,5,1]}\n{"end":2}\n',
} as const;

const FORMATS: readonly LineFormat<unknown>[] = [
  mooncakeFormat(),
  azureLlmFormat,
  agentSessionsFormat,
  burstGptFormat,
  serveGenRateFormat,
  rateCsvFormat,
  breakwaterFormat,
];

const read = <Entry>(format: LineFormat<Entry>, contents: string | Uint8Array, lenient = false) => {
  const faults = new FaultLog({ lenient });
  return { entries: [...readTrace(format, traceFile(contents), { faults })], faults };
};

const pairs = FORMATS.flatMap((format) =>
  Object.entries(SAMPLES).map(([name, sample]) => ({ format, of: format.name, name, sample })),
);

describe("a file of one format read as another", () => {
  it.each(pairs.filter(({ of, name }) => of === name))(
    "reads its own: $of",
    ({ format, sample }) => {
      expect(read(format, sample).entries.length).toBeGreaterThan(0);
    },
  );

  // Rates with the plain header are read as what they are under either name.
  const foreign = pairs.filter(
    ({ of, name }) => of !== name && !(of === "servegen-rate" && name === "rate-csv"),
  );
  it.each(foreign)("$of refuses $name and says what it is", ({ format, sample, name }) => {
    expect(() => read(format, sample, true)).toThrow(
      expect.objectContaining({
        diagnostic: expect.objectContaining({
          code: "TRC007",
          line: 1,
          found: expect.stringContaining(`looks like ${name}`),
        }),
      }),
    );
  });

  it.each(Object.entries(SAMPLES))("is told by its first line: %s", (name, sample) => {
    expect(detectFormat(traceFile(`\n${sample}`))).toBe(name);
  });

  it.each([
    ["PAR1\u0015\u0004", "Parquet"],
    ["<!DOCTYPE html>\n<html>", "HTML"],
    ['[{"timestamp": 0}]', "a JSON array"],
    ['{"chat_id": 1, "parent_chat_id": -1, "hash_ids": []}', "Qwen Bailian"],
  ])("is told when it is none that is read: %s", (contents, name) => {
    expect(() => read(mooncakeFormat(), contents)).toThrow(`looks like ${name}`);
  });

  it("is an error where nothing is known of it", () => {
    expect(() => detectFormat(traceFile("a b c"))).toThrow(/TRC007 .*name it with --trace-format/);
  });
});

describe("files without a row", () => {
  it.each(FORMATS)("are an error, also when faults are forgiven: $name", (format) => {
    for (const contents of ["", "\n\n"]) expect(() => read(format, contents, true)).toThrow("TRC0");
  });

  it("of which every line is wrong are an error when faults are forgiven", () => {
    expect(() => read(rateCsvFormat, "t_s,req_per_s\n0,x\n", true)).toThrow("TRC006");
  });
});

describe("a last line that was cut", () => {
  it.each([
    ["JSON", mooncakeFormat(), `${SAMPLES.mooncake}{"timestamp": 3, "input_le`],
    ["CSV", azureLlmFormat, `${SAMPLES["azure-llm"]}2023-11-16 18:17:04.03`],
  ])("is told from one that is wrong: %s", (_what, format, contents) => {
    expect(() => read(format, contents)).toThrow(/TRC002 the last line is cut off/);
    expect(() => read(format, `${contents}\n`)).toThrow(/TRC0(09|10)/);
  });

  it("is skipped and counted when faults are forgiven", () => {
    const { entries, faults } = read(mooncakeFormat(), `${SAMPLES.mooncake}{"time`, true);
    expect(entries).toHaveLength(1);
    expect(faults.skipped()).toMatchObject([{ code: "TRC002", count: 1 }]);
  });

  it("that is whole without a newline is read", () => {
    expect(read(rateCsvFormat, "t_s,req_per_s\n0,1\n600,2").entries).toHaveLength(2);
  });
});

describe("a long file", () => {
  it("is read in constant memory", { timeout: 60_000 }, () => {
    const path = join(traceFolder(), "long.csv");
    const lines = 400_000;
    writeLongFile(path, lines);
    const before = memoryUsage();
    let count = 0;
    let leastGrowthBytes = Number.POSITIVE_INFINITY;
    for (const turn of readTrace(azureLlmFormat, path)) {
      count += turn.outputTokens > 0 ? 1 : 0;
      // What was kept of the first half would still be there at every look at the second.
      if (count < lines / 2 || count % 10_000 !== 0) continue;
      const { heapUsed, external } = memoryUsage();
      leastGrowthBytes = Math.min(
        leastGrowthBytes,
        heapUsed + external - before.heapUsed - before.external,
      );
    }
    expect(count).toBe(lines);
    // The file has 16 MB; what is kept of it are a chunk and a line.
    expect(leastGrowthBytes).toBeLessThan(6 * 1024 * 1024);
  });
});

function writeLongFile(path: string, lines: number): void {
  const file = openSync(path, "w");
  writeSync(file, "TIMESTAMP,ContextTokens,GeneratedTokens\n");
  const block = "2024-05-10 00:00:00.009930+00:00,2162,5\n".repeat(10_000);
  for (let written = 0; written < lines; written += 10_000) writeSync(file, block);
  closeSync(file);
}
