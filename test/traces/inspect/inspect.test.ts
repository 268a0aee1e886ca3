import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FaultLog } from "../../../src/traces/diagnostics.ts";
import { ArrivalStatistics } from "../../../src/traces/inspect/arrival-statistics.ts";
import { idealHits } from "../../../src/traces/inspect/ideal-hits.ts";
import { inspectTrace } from "../../../src/traces/inspect/inspect.ts";
import { QuantileSketch } from "../../../src/traces/inspect/quantile-sketch.ts";
import { compileHashedTurns } from "../../../src/traces/templates/hash-templates.ts";
import { traceFile } from "../../support/trace-file.ts";

describe("quantiles in little memory", () => {
  it("are within a hundredth of the exact ones, and exact for small whole numbers", () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(values, fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (list, share) => {
        const sketch = new QuantileSketch();
        for (const value of list) sketch.add(value);
        const exact = list.toSorted((a, b) => a - b)[Math.ceil(share * list.length) - 1] ?? 0;
        expect(Math.abs(sketch.quantile(share) - exact)).toBeLessThanOrEqual(0.0101 * exact);
      }),
    );
    const sketch = new QuantileSketch();
    for (const value of [1, 1, 2, 3, 0]) sketch.add(value);
    expect([0.2, 0.6, 0.8, 1].map((share) => sketch.quantile(share))).toEqual([0, 1, 2, 3]);
  });

  it("of nothing are not numbers", () => {
    expect(new QuantileSketch().quantile(0.5)).toBeNaN();
  });
});

describe("arrivals", () => {
  const summary = (...seconds: readonly number[]) => {
    const arrivals = new ArrivalStatistics();
    for (const second of seconds) arrivals.add(second * 1e9);
    return arrivals.summary();
  };

  it("that are even have no variation", () => {
    const even = summary(...Array.from({ length: 600 }, (_, i) => i));
    expect(even).toMatchObject({ spanSeconds: 599, perSecond: 1, peakOverMean: 1, p99OverMean: 1 });
    expect([even?.minuteCv, even?.gapCv]).toEqual([0, 0]);
  });

  it("count minutes in which nothing arrived", () => {
    // Ten in the first minute, none for eight minutes, ten in the tenth.
    const burst = Array.from({ length: 10 }, (_, i) => i);
    const found = summary(...burst, ...burst.map((second) => second + 540));
    expect(found?.peakOverMean).toBeCloseTo(5, 9);
    expect(found?.minuteCv).toBeCloseTo(2, 9);
  });

  it.each([[[]], [[5]], [[5, 5]]])("that span no time have none: %j", (seconds) => {
    expect(summary(...seconds)).toBeNull();
  });
});

describe("the ideal hit rate", () => {
  it("is that of a cache that forgets nothing, less the block that must be computed", () => {
    const turn = (at: number, hashIds: readonly number[]) => ({
      atNs: at,
      inputTokens: hashIds.length * 100,
      outputTokens: 1,
      hashIds,
    });
    const turns = [turn(0, [1, 2, 3]), turn(1, [1, 2, 3]), turn(2, [1, 2, 4, 5]), turn(3, [9])];
    // Of the second turn 2 blocks, for the third would leave nothing to compute; of the third 2.
    expect(idealHits(compileHashedTurns(turns, { blockTokens: 100 }))).toEqual({
      promptTokens: 1_100,
      hitTokens: 400,
    });
  });
});

describe("an inspection", () => {
  const inspect = (format: Parameters<typeof inspectTrace>[0]["format"], text: string) =>
    inspectTrace({ path: traceFile(text), format, faults: new FaultLog({ lenient: true }) });

  it("of turns says how many, when and how long they are, and what was skipped", () => {
    const text =
      "TIMESTAMP,ContextTokens,GeneratedTokens\n" +
      "2023-11-16 18:00:00,100,10\n2023-11-16 18:00:30,x,1\n2023-11-16 18:01:00,300,30\n";
    expect(inspect("azure-llm", text)).toMatchObject({
      kind: "traffic",
      turns: 2,
      sessions: 2,
      arrivals: { spanSeconds: 60, perSecond: 1 / 60 },
      inputTokens: { mean: 200, p50: 100, max: 300 },
      idealHitRate: 0,
      skipped: [{ code: "TRC005", count: 1 }],
    });
  });

  it("of sessions says how many turns they have and how long the pauses are", () => {
    const text =
      '{"id":"a","block":64,"tool":0,"system":0,"r":[[0,128,64,-1,0,2,7,0,1,0],' +
      "[9,256,5,0,2,4,7,2000,1,0]]}\n";
    expect(inspect("agent-sessions", text)).toMatchObject({
      turns: 2,
      sessions: 1,
      arrivals: null,
      turnsPerSession: { max: 2 },
      pauseSeconds: { p50: 2 },
      idealHitRate: 192 / 384,
    });
  });

  it("of rates says how far they are from their mean", () => {
    expect(inspect("rate-csv", "t_s,req_per_s\n0,1\n60,1\n120,4\n")).toMatchObject({
      kind: "rates",
      records: 3,
      spanSeconds: 120,
      perSecond: { mean: 2, max: 4 },
      peakOverMean: 2,
      cv: Math.SQRT1_2,
    });
  });
});
