import { describe, expect, it } from "vitest";
import { BlockPool } from "../../../src/sim/mocker/block-pool.ts";
import type { MockerRequest } from "../../../src/sim/mocker/mocker-worker.ts";
import { MockerWorker } from "../../../src/sim/mocker/mocker-worker.ts";
import { decodeNs, prefillNs } from "../../../src/sim/mocker/pass-time.ts";

const SHAPE = { blockTokens: 4, totalBlocks: 8, maxSequences: 4, budgetTokens: 16 } as const;

function aRequest(name: string, inputTokens: number, outputTokens: number): MockerRequest {
  const blocks = Math.floor((inputTokens + outputTokens) / SHAPE.blockTokens);
  const keys = Array.from({ length: blocks }, (_, depth) => `${name}${depth}`);
  return { inputTokens, outputTokens, keys, generated: 0, computed: 0, cached: 0, blocks: [] };
}

function aWorker(...requests: readonly MockerRequest[]): MockerWorker<MockerRequest> {
  const worker = new MockerWorker<MockerRequest>(SHAPE, new BlockPool(SHAPE.totalBlocks));
  worker.waiting.push(...requests);
  return worker;
}

describe("a pass of the mocker", () => {
  it("prefills up to the budget, and the rest in the next pass", () => {
    const request = aRequest("a", 20, 2);
    const worker = aWorker(request);
    expect(worker.begin()).toBe(prefillNs([{ prefixTokens: 0, chunkTokens: 16 }]));
    expect(worker.end().served).toEqual([]);
    expect(worker.begin()).toBe(prefillNs([{ prefixTokens: 16, chunkTokens: 4 }]));
    expect(worker.end().served).toEqual([request]);
    // The context of a decode: 20 prompt tokens and 1 generated.
    expect(worker.begin()).toBe(decodeNs(21, 32));
    expect(worker.end().finished).toEqual([request]);
    expect(worker.begin()).toBeNull();
  });

  it("lets a request find the blocks of another of its pass, but never its last token", () => {
    const [first, second] = [aRequest("a", 8, 1), aRequest("a", 8, 1)];
    const worker = aWorker(first, second);
    worker.begin();
    expect([first.cached, second.cached]).toEqual([0, 4]);
  });

  it("does not admit what does not fit, nor anybody behind it", () => {
    const worker = aWorker(aRequest("a", 16, 9), aRequest("b", 24, 1), aRequest("c", 4, 1));
    worker.begin();
    worker.end();
    worker.begin();
    expect(worker.runningTurns()).toHaveLength(1);
    expect(worker.waiting).toHaveLength(2);
  });

  it("preempts the request admitted last when a decode finds no block, and starts it anew", () => {
    const [first, second] = [aRequest("a", 12, 9), aRequest("b", 12, 9)];
    const worker = aWorker(first, second);
    let passes = 0;
    while (worker.preemptions === 0 && passes < 20) {
      worker.begin();
      worker.end();
      passes += 1;
    }
    expect(worker.waiting).toEqual([second]);
    expect(second.computed).toBe(0);
    expect(second.generated).toBeGreaterThan(0);
    while (worker.begin() !== null) worker.end();
    expect([first.generated, second.generated]).toEqual([9, 9]);
    expect(worker.pool.available()).toBe(SHAPE.totalBlocks);
  });
});
