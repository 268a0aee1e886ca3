import { describe, expect, it } from "vitest";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import type { EngineProfile } from "../../../src/core/profiles/engine-profiles.ts";
import { diagnoseTrace } from "../../../src/studies/diagnosis/diagnose-trace.ts";
import type { TraceDiagnosis } from "../../../src/studies/diagnosis/diagnose-trace.ts";
import { openTrace } from "../../../src/studies/diagnosis/open-trace.ts";
import type { OpenedTrace } from "../../../src/studies/diagnosis/open-trace.ts";
import { FaultLog } from "../../../src/traces/diagnostics.ts";
import type { TraceFormatName } from "../../../src/traces/formats/format.ts";
import { linesOfSessions } from "../../../src/traces/breakwater-file.ts";
import { generateTemplates } from "../../../src/traces/generators/generate.ts";
import { draws } from "../../support/draws.ts";
import { BLOCK_TOKENS, faultyRecording } from "../../support/prompt-faults.ts";
import type { PromptFault } from "../../support/prompt-faults.ts";
import { recording, traceFile } from "../../support/trace-file.ts";

const PROFILE = profileNamed("dsr1-fp4-gb200");

function profileNamed(name: string): EngineProfile {
  const profile = ENGINE_PROFILES[name];
  if (profile === undefined) throw new Error(`no profile ${name}`);
  return profile;
}

function opened(path: string, format: TraceFormatName, blockTokens?: number): OpenedTrace {
  const faults = new FaultLog({ lenient: false });
  const block = blockTokens === undefined ? {} : { blockTokens };
  return openTrace({ path, format, faults, sessionsPerHour: 120, profile: PROFILE, ...block });
}

function diagnosed({ traffic }: OpenedTrace, cacheTokens = 1e9): TraceDiagnosis {
  if (traffic === null) throw new Error("nothing to diagnose");
  return diagnoseTrace({ ...traffic, cacheTokens, profile: PROFILE, usdPerGpuHour: 10 });
}

function ofFault(fault: PromptFault, seed: number) {
  const made = faultyRecording(fault, seed);
  const diagnosis = diagnosed(opened(traceFile(made.lines), "mooncake", BLOCK_TOKENS));
  return { ...made, diagnosis, first: diagnosis.suspects[0] };
}

const SEEDS = [1, 2, 3, 4];

describe.each(SEEDS)("a fault that was put into prompts, seed %i", (seed) => {
  it("is found as a changing field, at its depth, in its share of turns", () => {
    const { diagnosis, first, changed, followers } = ofFault(
      { kind: "clock", atToken: 1_920, share: 0.31 },
      seed,
    );
    expect(first).toMatchObject({ kind: "changing-field", fromBlock: 30, toBlock: 30 });
    expect(first).toMatchObject({ fromToken: 1_920, turns: changed });
    expect(diagnosis.divergence).toMatchObject({ followers, diverging: changed });
    expect(diagnosis.divergence?.byDepth[0]).toMatchObject({ block: 30, token: 1_920 });
    expect(first?.shareOfTurns).toBeCloseTo(changed / followers, 10);
    expect(Math.abs((first?.shareOfTurns ?? 0) - 0.31)).toBeLessThan(0.07);
    expect(diagnosis.suspects).toHaveLength(1);
  });

  it("is found as a changing field at each session's own depth", () => {
    const { diagnosis, first, changed } = ofFault(
      { kind: "clock", atToken: 640, share: 0.5, deeper: 2 * BLOCK_TOKENS },
      seed,
    );
    expect(first).toMatchObject({ kind: "changing-field" });
    expect(first?.fromBlock).toBeLessThan(18);
    expect(first?.toBlock).toBeGreaterThan(45);
    expect(first?.turns).toBeGreaterThan(0.9 * changed);
    expect(diagnosis.suspects).toHaveLength(1);
  });

  it("is found as an unordered list, within the list", () => {
    const { first, changed, diagnosis } = ofFault({ kind: "shuffled-tools", share: 0.4 }, seed);
    expect(first?.kind).toBe("unordered-list");
    expect(first?.fromToken).toBeGreaterThanOrEqual(3_200 - BLOCK_TOKENS);
    expect(first?.toToken).toBeLessThan(3_200 + 9 * 300);
    expect(first?.turns).toBeGreaterThan(0.9 * changed);
    expect(diagnosis.suspects).toHaveLength(1);
  });

  it("is found as truncated history, at the end of what stays", () => {
    const { first, changed, diagnosis } = ofFault({ kind: "window", messages: 8 }, seed);
    expect(first).toMatchObject({ kind: "truncated-history" });
    expect(first?.turns).toBeGreaterThan(0.9 * changed);
    expect(Math.abs((first?.fromToken ?? 0) - (3_200 + 9 * 300))).toBeLessThanOrEqual(BLOCK_TOKENS);
    expect(diagnosis.suspects).toHaveLength(1);
  });

  it("is found as another template, at its time", () => {
    const { first, changed } = ofFault(
      { kind: "new-wording", atToken: 1_536, atMs: 500_000 },
      seed,
    );
    expect(first).toMatchObject({ kind: "template-version", turns: changed, fromToken: 1_536 });
    expect(Math.abs((first?.sinceSeconds ?? 0) - 500)).toBeLessThan(120);
  });

  it("is not found where there is none", () => {
    const { diagnosis } = ofFault({ kind: "none" }, seed);
    expect(diagnosis.suspects).toEqual([]);
    expect(diagnosis.divergence).toMatchObject({ diverging: 0, unexplained: 0 });
  });
});

describe("a remedy", () => {
  const FAULTS = [
    { kind: "clock", atToken: 1_920, share: 0.31 },
    { kind: "shuffled-tools", share: 0.4 },
  ] as const;

  it.each(FAULTS)("of $kind gives about the hit rate of the same sessions without it", (fault) => {
    const { first, diagnosis } = ofFault(fault, 3);
    const clean = ofFault({ ...fault, share: 0 }, 3).diagnosis;
    expect(diagnosis.idealHitRate).toBeLessThan(clean.idealHitRate - 0.05);
    expect(Math.abs((first?.idealHitRateWithout ?? 0) - clean.idealHitRate)).toBeLessThan(0.02);
    const saved = first?.saved.coldTokens ?? 0;
    const gained = (first?.hitRateWithout ?? 0) - diagnosis.hitRate;
    expect(saved).toBeCloseTo(gained * diagnosis.promptTokens, 3);
    expect(first?.saved.usd).toBeCloseTo((first?.saved.gpuHours ?? 0) * 10, 10);
  });
});

describe("curves", () => {
  it("rise with the size of the cache and with the time it keeps blocks", () => {
    const { diagnosis } = ofFault({ kind: "none" }, 1);
    const rates = [...diagnosis.bySize.map(({ hitRate }) => hitRate), diagnosis.idealHitRate];
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
    expect(diagnosis.bySize.at(-1)?.hitRate).toBe(diagnosis.idealHitRate);
    const kept = diagnosis.byIdle.map(({ hitRate }) => hitRate);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    expect(kept.at(-1)).toBeCloseTo(diagnosis.idealHitRate, 10);
  });

  it("are those that were published for the conversation trace", () => {
    const path = recording("mooncake-conversation.jsonl");
    if (path === null) return;
    const found = diagnosed(opened(path, "mooncake"), 10e6);
    // Measured apart, with deepest blocks evicted first: 37.4 % without bounds, 29.1 % at 10 M.
    expect(found.idealHitRate).toBeCloseTo(0.374, 2);
    expect(found.hitRate).toBeCloseTo(0.291, 2);
    expect(found.divergence).toBeNull();
  });
});

describe("what a format cannot say", () => {
  it("is said of hashes without sessions", () => {
    const { lines } = faultyRecording({ kind: "none" }, 1, 2);
    const anonymous = lines.replaceAll(/"session_id":"[^"]*",/g, "");
    const trace = opened(traceFile(anonymous), "mooncake", BLOCK_TOKENS);
    expect(trace.cannotTell[0]).toMatch(/because the recording has no session_id/);
    expect(diagnosed(trace)).toMatchObject({ divergence: null, suspects: [] });
  });

  it.each([
    ["azure-llm", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:00:00.0,100,10\n"],
    ["rate-csv", "t_s,req_per_s\n0,1\n60,3\n"],
  ] as const)("is said of %s", (format, text) => {
    const trace = opened(traceFile(text), format);
    expect(trace.traffic).toBeNull();
    expect(trace.cannotTell[0]).toMatch(/no identities of blocks/);
  });

  it("is said of sessions without starts, which are diagnosed all the same", () => {
    const templates = generateTemplates({ profile: "chat", draws: draws(5), sessions: 150 });
    const text = [...linesOfSessions(templates, null)].join("\n");
    const trace = opened(traceFile(`${text}\n`), "breakwater");
    expect(trace.cannotTell[0]).toMatch(/does not say when they began/);
    const found = diagnosed(trace);
    expect(found.suspects).toEqual([]);
    expect(found.divergence?.followers).toBeGreaterThan(50);
  });
});
