import { describe, expect, it } from "vitest";
import { CounterFault } from "../../src/sim/counter-fault.ts";
import type { ReplicaMetrics } from "../../src/sim/kernel/contract.ts";

const metrics = (promptTokens: number, cachedTokens: number): ReplicaMetrics => ({
  running: 1,
  waiting: 0,
  pinnedTokens: 0,
  promptTokens,
  cachedTokens,
  hostCachedTokens: 0,
  storeCachedTokens: 0,
  generatedTokens: promptTokens,
  firstTokens: 0,
  finishedTurns: 0,
  preemptions: 0,
  evictedTokens: 0,
  ttftBuckets: new Float64Array(1),
  ttftSumSeconds: 0,
  itlBuckets: new Float64Array(1),
  itlSumSeconds: 0,
});

describe("counters", () => {
  it("are shown as they are while nothing is wrong", () => {
    const right = metrics(100, 60);
    expect(new CounterFault().shown("p", right)).toEqual({ metrics: right });
  });

  it("of prompts stand still while frozen, others go on, and then jump", () => {
    const fault = new CounterFault();
    fault.break("frozen");
    fault.shown("p", metrics(100, 60));
    const { metrics: still } = fault.shown("p", metrics(300, 200));
    expect(still).toMatchObject({ promptTokens: 100, cachedTokens: 60, generatedTokens: 300 });
    fault.mend();
    expect(fault.shown("p", metrics(400, 300)).metrics.promptTokens).toBe(400);
  });

  it("of computed tokens count everything twice, and never go back", () => {
    const fault = new CounterFault();
    fault.break("recounted");
    const shown = (prompt: number, cached: number) =>
      fault.shown("p", metrics(prompt, cached)).recountedTokens;
    expect([shown(100, 60), shown(200, 110), shown(300, 150)]).toEqual([0, 50, 110]);
    fault.mend();
    expect(shown(400, 200)).toBe(110);
  });
});
