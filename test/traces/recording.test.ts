import { describe, expect, it } from "vitest";
import { linesOfSessions, linesOfTurns } from "../../src/traces/breakwater-file.ts";
import { FaultLog } from "../../src/traces/diagnostics.ts";
import { openRecording, readRates } from "../../src/traces/recording.ts";
import { surge } from "../../src/traces/sources/rate-curve.ts";
import { replayTrace, sampleTrace } from "../../src/traces/sources/recorded-traffic.ts";
import type { SessionSource } from "../../src/traces/turn-templates.ts";
import { idealHits } from "../../src/traces/inspect/ideal-hits.ts";
import { draws } from "../support/draws.ts";
import { checkTemplates } from "../support/prefix-identities.ts";
import { recording, traceFile } from "../support/trace-file.ts";

const AZURE = [
  "TIMESTAMP,ContextTokens,GeneratedTokens",
  "2023-11-16 18:00:00.0000000,100,10",
  "2023-11-16 18:00:10.0000000,200,0",
  "2023-11-16 18:00:40.0000000,300,30",
].join("\n");
const MOONCAKE = [
  { timestamp: 1_000, input_length: 600, output_length: 9, hash_ids: [0, 1] },
  { timestamp: 3_000, input_length: 1_100, output_length: 0, hash_ids: [0, 2, 3] },
]
  .map((each) => JSON.stringify(each))
  .join("\n");
const AGENTS =
  '{"id":"a","block":64,"tool":64,"system":64,"r":[[0,200,70,-1,0,3,7,0,1,0],[9,400,5,0,3,6,7,2,1,0]]}';

interface Started {
  readonly seconds: number;
  readonly template: number;
  readonly tokens: number | undefined;
}

function started(source: SessionSource, most = 100): readonly Started[] {
  const start = { atNs: 0, template: 0, inputTokens: 0, outputTokens: 0 };
  const found: Started[] = [];
  while (found.length < most && source.next(start)) {
    const { atNs, template, inputTokens } = start;
    found.push({ seconds: atNs / 1e9, template, tokens: inputTokens });
  }
  return found;
}

const path = traceFile;

describe("a replayed recording", () => {
  it("of turns that share nothing starts each at its time, with its lengths", () => {
    const source = replayTrace({ path: path(AZURE), format: "azure-llm", copies: 1 });
    checkTemplates(source.templates);
    expect(started(source)).toEqual([
      { seconds: 0, template: 0, tokens: 100 },
      { seconds: 10, template: 0, tokens: 200 },
      { seconds: 40, template: 0, tokens: 300 },
    ]);
  });

  it("asks for at least one token of each", () => {
    const source = replayTrace({ path: path(AZURE), format: "azure-llm", copies: 1 });
    const start = { atNs: 0, template: 0, inputTokens: 0, outputTokens: 0 };
    source.next(start);
    source.next(start);
    expect(start.outputTokens).toBe(1);
  });

  it("of turns with identities is one session a copy", () => {
    const source = replayTrace({ path: path(MOONCAKE), format: "mooncake", copies: 3 });
    expect(started(source).map(({ seconds }) => seconds)).toEqual([0, 1, 2]);
    expect([...source.templates.rows.delayNs]).toEqual([0, 2e9]);
    expect(source.templates.blockTokens).toBe(512);
  });

  it.each([
    ["azure-llm", AZURE, [0, 10, 19.4]],
    ["mooncake", MOONCAKE, [0]],
  ] as const)("is compressed by a surge: %s", (format, contents, seconds) => {
    const curves = [surge({ atNs: 12.5e9, factor: 4, rampNs: 0, holdNs: 1e12 })];
    const source = replayTrace({ path: path(contents), format, copies: 1, curves });
    started(source).forEach((start, index) => {
      expect(Math.abs(start.seconds - (seconds[index] ?? 0))).toBeLessThan(1);
    });
  });

  it("cannot be one of sessions that do not say when they began", () => {
    const file = path(AGENTS);
    expect(() => replayTrace({ path: file, format: "agent-sessions", copies: 1 })).toThrow(
      /sessions without the time of their start, expected .*sessionsPerHour/,
    );
  });

  it("fails while it is played when a later line is wrong", () => {
    const file = path(`${AZURE}\n2023-11-16 18:00:50,x,1`);
    const source = replayTrace({ path: file, format: "azure-llm", copies: 1 });
    expect(() => started(source)).toThrow(/:5:21: TRC002/);
  });

  it("skips what is wrong when faults are forgiven", () => {
    const faults = new FaultLog({ lenient: true });
    const file = path(`${AZURE}\n2023-11-16 18:00:50,x,1\n2023-11-16 18:00:51,7,1\n`);
    const source = replayTrace({ path: file, format: "azure-llm", copies: 1, faults });
    expect(started(source)).toHaveLength(4);
    expect(faults.skipped()).toMatchObject([{ code: "TRC005", count: 1 }]);
  });
});

describe("a sampled recording", () => {
  const sampling = () => ({ sessionsPerHour: 3_600, curves: [], draws: draws(3) });

  it("draws its sessions with replacement, without end", () => {
    const file = path(`${AGENTS}\n${AGENTS}\n${AGENTS}\n`);
    const source = sampleTrace({ path: file, format: "agent-sessions", ...sampling() });
    const found = started(source, 3_000);
    expect(found.at(-1)?.seconds).toBeGreaterThan(2_800);
    expect(found.at(-1)?.seconds).toBeLessThan(3_200);
    for (const template of [0, 1, 2]) {
      const share = found.filter((each) => each.template === template).length / 3_000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.04);
    }
  });

  it("draws turns that share nothing with their lengths", () => {
    const source = sampleTrace({ path: path(AZURE), format: "azure-llm", ...sampling() });
    const lengths = new Set(started(source, 200).map(({ tokens }) => tokens));
    expect(lengths).toEqual(new Set([100, 200, 300]));
  });

  it("is the same for the same draws", () => {
    const file = path(AGENTS);
    const once = () =>
      started(sampleTrace({ path: file, format: "agent-sessions", ...sampling() }), 50);
    expect(once()).toEqual(once());
  });
});

describe("our own format", () => {
  it("plays what was imported as what it was imported from", () => {
    const direct = openRecording({ path: path(AGENTS), format: "agent-sessions" });
    const lines = [...linesOfSessions(direct.templates, null)].join("\n");
    const imported = openRecording({ path: path(lines), format: "breakwater" });
    expect(imported.templates).toEqual(direct.templates);
    expect(imported.starts).toBeNull();
  });

  it("streams turns that share nothing", () => {
    const direct = openRecording({ path: path(AZURE), format: "azure-llm" });
    const lines = [...linesOfTurns(64, direct.starts?.() ?? [])].join("\n");
    const source = replayTrace({ path: path(lines), format: "breakwater", copies: 1 });
    expect(started(source).map(({ seconds }) => seconds)).toEqual([0, 10, 40]);
  });

  it("is never read in part, even when faults are forgiven", () => {
    const direct = openRecording({ path: path(AGENTS), format: "agent-sessions" });
    const lines = [...linesOfSessions(direct.templates, null)];
    const file = path(lines.filter((_, index) => index !== 3).join("\n"));
    const faults = new FaultLog({ lenient: true });
    expect(() => openRecording({ path: file, format: "breakwater", faults })).toThrow("TRC0");
  });

  it("without a session is refused", () => {
    const empty = '{"breakwaterTrace":"sessions","schemaVersion":1,"blockTokens":64}\n{"end":1}\n';
    expect(() => openRecording({ path: path(empty), format: "breakwater" })).toThrow(/no sessions/);
  });
});

describe("blocks that do not fit", () => {
  it("are refused with the file", () => {
    const options = { path: path(AGENTS), format: "agent-sessions", blockTokens: 100 } as const;
    expect(() => openRecording(options)).toThrow(
      /TRC013 .*blocks of 100 tokens cannot be made of 64/,
    );
  });
});

/** Their hit rates without a bound on the cache. */
describe("recordings beside the project", () => {
  const rateOf = (options: Parameters<typeof openRecording>[0]): number => {
    const { templates } = openRecording(options);
    checkTemplates(templates);
    const { hitTokens, promptTokens } = idealHits(templates);
    return hitTokens / promptTokens;
  };

  it("Mooncake's conversation: 37.4 % of prompt tokens", () => {
    const file = recording("mooncake-conversation.jsonl");
    if (file === null) return;
    expect(rateOf({ path: file, format: "mooncake" })).toBeCloseTo(0.3736, 3);
  });

  it("coding agents, as recorded in blocks of 512: 96.2 %", () => {
    const file = recording("agent-sessions.jsonl");
    if (file === null) return;
    const options = { path: file, format: "agent-sessions", reuseOutputs: false } as const;
    expect(rateOf({ ...options, blockTokens: 512 })).toBeCloseTo(0.962, 2);
    // An answer that a client sends back is a prefix too.
    expect(rateOf({ path: file, format: "agent-sessions" })).toBeGreaterThan(rateOf(options));
  });

  it("Azure's code: 8,819 turns of 57 minutes", () => {
    const file = recording("azure-llm-2023-code.csv");
    if (file === null) return;
    const source = replayTrace({ path: file, format: "azure-llm", copies: 1 });
    const found = started(source, 10_000);
    expect(found).toHaveLength(8_819);
    expect((found.at(-1)?.seconds ?? 0) / 60).toBeCloseTo(57.3, 1);
  });

  it.each([
    ["servegen-m-large-rate-600s.csv", 2_016, 195.8],
    ["nab-elb-request-count-5min.csv", 4_032, 0.206],
  ])("%s: rates", (name, count, mean) => {
    const file = recording(name);
    if (file === null) return;
    const rates = [...readRates({ path: file, format: "rate-csv" })];
    expect(rates).toHaveLength(count);
    const sum = rates.reduce((total, { perSecond }) => total + perSecond, 0);
    expect(Math.abs(sum / count / mean - 1)).toBeLessThan(0.01);
  });
});
