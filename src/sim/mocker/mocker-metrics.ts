/** What a worker of the mocker counts, as a metrics endpoint would show it. */
import { BucketHistogram, boundsNs } from "../kernel/bucket-histogram.ts";
import type { KernelOptions, ReplicaMetrics } from "../kernel/contract.ts";
import type { MockerTurn } from "./mocker-clients.ts";
import type { MockerWorker } from "./mocker-worker.ts";

export class MockerMetrics {
  private readonly ttft: BucketHistogram;
  private readonly itl: BucketHistogram;
  private readonly tokens = { prompt: 0, cached: 0, generated: 0 };
  private readonly turns = { first: 0, finished: 0 };

  constructor({ ttft, itl }: KernelOptions["buckets"]) {
    this.ttft = new BucketHistogram(boundsNs(ttft));
    this.itl = new BucketHistogram(boundsNs(itl));
  }

  token(turn: MockerTurn, at: number): void {
    this.tokens.generated += 1;
    if (turn.generated > 1) return;
    const ttftNs = at - turn.arrivalNs;
    this.turns.first += 1;
    this.tokens.prompt += turn.inputTokens;
    this.tokens.cached += turn.cached;
    this.ttft.add(0, ttftNs, 1, ttftNs);
  }

  finished(outputTokens: number, decodeNs: number): void {
    this.turns.finished += 1;
    if (outputTokens < 2) return;
    const gaps = outputTokens - 1;
    this.itl.add(0, decodeNs / gaps, gaps, decodeNs);
  }

  read(worker: MockerWorker<MockerTurn>, pinnedTokens: number): ReplicaMetrics {
    return {
      running: worker.runningTurns().length,
      waiting: worker.waiting.length,
      pinnedTokens,
      promptTokens: this.tokens.prompt,
      cachedTokens: this.tokens.cached,
      hostCachedTokens: 0,
      storeCachedTokens: 0,
      generatedTokens: this.tokens.generated,
      firstTokens: this.turns.first,
      finishedTurns: this.turns.finished,
      preemptions: worker.preemptions,
      evictedTokens: 0,
      ttftBuckets: this.ttft.cumulative(0),
      ttftSumSeconds: this.ttft.sumSeconds(0),
      itlBuckets: this.itl.cumulative(0),
      itlSumSeconds: this.itl.sumSeconds(0),
    };
  }
}
