import { describe, expect, it } from "vitest";
import { BlockPool } from "../../../src/sim/mocker/block-pool.ts";
import { EventQueue } from "../../../src/sim/event-queue.ts";
import type { MockerTurn } from "../../../src/sim/mocker/mocker-clients.ts";
import { MockerClients } from "../../../src/sim/mocker/mocker-clients.ts";
import { MockerMetrics } from "../../../src/sim/mocker/mocker-metrics.ts";
import { MockerWorker } from "../../../src/sim/mocker/mocker-worker.ts";
import { chainTemplates } from "../../support/chain-templates.ts";

/** One turn of 8 prompt and 3 output tokens that comes at 1 s. */
function aTurn(): MockerTurn {
  const templates = chainTemplates({
    chains: [{ parent: -1, from: 0, to: 9, shared: false }],
    rows: [{ inputTokens: 8, outputTokens: 3, fullChain: 0, delayNs: 1e9 }],
  });
  const turns: MockerTurn[] = [];
  const timeline = new EventQueue(0);
  let sessions = 1;
  new MockerClients(timeline, (turn) => turns.push(turn)).follow(
    {
      templates,
      next: (start) => {
        start.template = 0;
        sessions -= 1;
        return sessions === 0;
      },
    },
    0,
  );
  timeline.runUntil(2e9);
  const [turn] = turns;
  if (turn === undefined) throw new Error("no turn came");
  return turn;
}

const SHAPE = { blockTokens: 4, totalBlocks: 8, maxSequences: 4, budgetTokens: 16 };

describe("what a worker of the mocker shows", () => {
  it("is counted at the first token, at every token, and at the end", () => {
    const metrics = new MockerMetrics({ ttft: [1, 3], itl: [0.1, 0.5] });
    const worker = new MockerWorker<MockerTurn>(SHAPE, new BlockPool(SHAPE.totalBlocks));
    const turn = aTurn();
    turn.cached = 4;
    for (const at of [3e9, 3.25e9, 3.5e9]) {
      turn.generated += 1;
      metrics.token(turn, at);
    }
    metrics.finished(turn.outputTokens, 0.5e9);
    expect(metrics.read(worker, 12)).toMatchObject({
      running: 0,
      waiting: 0,
      pinnedTokens: 12,
      promptTokens: 8,
      cachedTokens: 4,
      generatedTokens: 3,
      firstTokens: 1,
      finishedTurns: 1,
      ttftBuckets: Float64Array.of(0, 1, 1),
      ttftSumSeconds: 2,
      // Two gaps of a quarter of a second.
      itlBuckets: Float64Array.of(0, 2, 2),
      itlSumSeconds: 0.5,
    });
  });
});
