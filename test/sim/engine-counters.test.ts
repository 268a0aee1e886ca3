import { describe, expect, it } from "vitest";
import { EngineCounters } from "../../src/sim/engine-counters.ts";
import { waitingTurn } from "../../src/sim/turn-queue.ts";
import { aTurn } from "../support/simulated-world.ts";

describe("the counters of engines", () => {
  it("count prompts at the first token and outputs at the end", () => {
    const counters = new EngineCounters();
    const turn = waitingTurn(aTurn(0, { promptTokens: 1_000, outputTokens: 40 }));
    const gauges = { running: 1, waiting: 2, pinnedTokens: 1_040, kvTokens: 9_000 };
    counters.firstToken(turn, 300, 0.3);
    expect(counters.read(gauges)).toMatchObject({
      ...gauges,
      firstTokens: 1,
      promptTokens: 1_000,
      computedPromptTokens: 300,
      generatedTokens: 0,
    });
    counters.finished(turn, 0.02);
    const { generatedTokens, ttft, itl } = counters.read(gauges);
    expect(generatedTokens).toBe(40);
    // 0.3 s lies in the bucket up to 0.5 s, the tenth of vLLM's; 0.02 s in the second.
    expect(ttft.slice(8, 10)).toEqual([0, 1]);
    expect(itl.slice(0, 2)).toEqual([0, 40]);
  });
});
