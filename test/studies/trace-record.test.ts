import { describe, expect, it } from "vitest";
import { epochMs, millis } from "../../src/core/units.ts";
import type { EpochMs } from "../../src/core/units.ts";
import type { DemandSample } from "../../src/ports/signal-source.ts";
import type { SignalProfile } from "../../src/core/signals/names.ts";
import { QueryCompiler } from "../../src/sim/metrics/promql/compile.ts";
import { linesOfRates, recordTraffic } from "../../src/studies/trace-record.ts";
import type { TokenHistogram } from "../../src/studies/trace-record.ts";
import { rateCsvFormat } from "../../src/traces/formats/rate-csv.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import { SCRAPED_AT_MS, storedScrapes } from "../support/expositions/stored.ts";
import { linesRead } from "../support/trace-lines.ts";
import { aFleet } from "../adapters/prometheus/a-fleet.ts";

const FROM = Date.parse("2026-11-16T00:00:00Z");
const MINUTE = 60_000;

const sampleAt = (at: number): DemandSample => ({
  at: epochMs(at),
  turnsPerSecond: 1 + (at - FROM) / MINUTE,
  promptTokensPerSecond: 100,
  outputTokensPerSecond: 10,
});

/** A recorder whose Prometheus knows every step but those that are left out. */
async function recorded(steps: number, missing: readonly number[] = []) {
  const ranges: (readonly [number, number])[] = [];
  const asked: string[] = [];
  const result = await recordTraffic({
    fleet: aSmallFleet(),
    from: epochMs(FROM),
    to: epochMs(FROM + steps * MINUTE),
    stepMs: millis(MINUTE),
    signals: {
      history: (_fleet, { at, windowMs, stepMs }) => {
        ranges.push([at - windowMs, at]);
        const count = Math.floor(windowMs / stepMs) + 1;
        const all = Array.from({ length: count }, (_, i) => at - windowMs + i * stepMs);
        const known = all.filter((each) => !missing.includes((each - FROM) / MINUTE));
        return Promise.resolve(known.map(sampleAt));
      },
    },
    ask: (promql: string, _at: EpochMs) => {
      asked.push(promql);
      const rates = [
        ["+Inf", 0.4],
        ["1000", 0.1],
        ["5000.0", 0.3],
      ] as const;
      return Promise.resolve(rates.map(([le, value]) => ({ labels: { le }, value })));
    },
  });
  return { result, ranges, asked };
}

describe("a fleet's traffic out of its metrics", () => {
  it("is a recorded rate, from the first sample on", async () => {
    const { result } = await recorded(3);
    const lines = [...linesOfRates(result.samples)];
    expect(lines).toEqual(["t_s,req_per_s", "0,1", "60,2", "120,3", "180,4"]);
    expect(linesRead(rateCsvFormat, lines)).toHaveLength(4);
    expect(result.missingSteps).toBe(0);
  });

  it("counts steps for which there is no rate", async () => {
    const { result } = await recorded(5, [0, 3]);
    expect(result.missingSteps).toBe(2);
    expect([...linesOfRates(result.samples)][1]).toBe("0,2");
  });

  it("is asked for in pieces that Prometheus answers, each step once", async () => {
    const { result, ranges } = await recorded(25_000);
    expect(ranges.every(([from, to]) => (to - from) / MINUTE < 11_000)).toBe(true);
    const instants = result.samples.map(({ at }) => at);
    expect(instants).toHaveLength(25_001);
    expect(new Set(instants).size).toBe(25_001);
  });

  it("has turns per bucket of their lengths, asked as rates over the whole range", async () => {
    const { result, asked } = await recorded(60);
    const seconds = 3_600;
    const buckets = [
      { upTo: 1_000, turns: 0.1 * seconds },
      { upTo: 5_000, turns: 0.2 * seconds },
      { upTo: null, turns: 0.1 * seconds },
    ];
    for (const { buckets: found } of [result.inputTokens, result.outputTokens]) {
      found.forEach(({ upTo, turns }, i) => {
        expect(upTo).toBe(buckets[i]?.upTo);
        expect(turns).toBeCloseTo(buckets[i]?.turns ?? 0, 6);
      });
    }
    expect(asked[0]).toContain("vllm:request_prompt_tokens_bucket");
    expect(asked[1]).toContain("vllm:request_generation_tokens_bucket");
    expect(asked[0]).toContain("[3600s]");
  });
});

const PODS = [
  "vllm/serve-0",
  "sglang/serve-0",
  "sglang/serve-1",
  "trtllm/serve-0",
  "dynamo/frontend-0",
  "dynamo/worker-0",
].map((pod) => ({ pod, namespace: "agents" }));

/** Lengths of turns as engines of the profile export them, out of two scrapes. */
async function lengthsOf(profile: SignalProfile) {
  const compiler = new QueryCompiler(storedScrapes(PODS), "left-open");
  const to = epochMs(SCRAPED_AT_MS);
  return recordTraffic({
    fleet: aFleet({ profile }),
    from: epochMs(SCRAPED_AT_MS - MINUTE),
    to,
    stepMs: millis(MINUTE),
    signals: { history: () => Promise.resolve([]) },
    ask: (promql, at) => {
      const { shape, values } = compiler.compile(promql).evaluate({ at, visibleUntil: at });
      return Promise.resolve(
        shape.map((labels, index) => ({ labels, value: values[index] ?? Number.NaN })),
      );
    },
  });
}

/** Shares of the turns by the bound below which they are, where there are any. */
function sharesOf({ buckets }: TokenHistogram): Readonly<Record<string, unknown>> {
  const turns = buckets.reduce((sum, bucket) => sum + bucket.turns, 0);
  return Object.fromEntries(
    buckets
      .filter((bucket) => bucket.turns > 0)
      .map((bucket) => [String(bucket.upTo), expect.closeTo(bucket.turns / turns, 6)]),
  );
}

describe("lengths of turns", () => {
  it.each([
    ["vllm", { 1000: 1 / 3, 10000: 2 / 3 }, { 200: 2 / 3, 500: 1 / 3 }],
    ["sglang", { 1500: 1 / 2, null: 1 / 2 }, { 300: 1 }],
    ["dynamo", { 8900: 1 }, { 210: 3 / 4, 430: 1 / 4 }],
    ["trtllm", {}, {}],
  ] as const)("are those that engines of the profile %s export", async (profile, input, output) => {
    const { inputTokens, outputTokens } = await lengthsOf(profile);
    expect(input).toEqual(sharesOf(inputTokens));
    expect(output).toEqual(sharesOf(outputTokens));
  });
});
