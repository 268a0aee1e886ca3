/** What a worker of the mocker counts, as a metrics endpoint would show it. */
import { Histogram } from "../histogram.ts";
import type { KernelOptions, ReplicaMetrics } from "../kernel/contract.ts";
import type { MockerTurn } from "./mocker-clients.ts";
import type { MockerWorker } from "./mocker-worker.ts";

const SECONDS_PER_NS = 1e-9;

export class MockerMetrics {
  private readonly ttft: Histogram;
  private readonly itl: Histogram;
  private readonly sums = { ttft: 0, itl: 0 };
  private readonly tokens = { prompt: 0, cached: 0, generated: 0 };
  private readonly turns = { first: 0, finished: 0 };

  constructor({ ttft, itl }: KernelOptions["buckets"]) {
    this.ttft = new Histogram(ttft);
    this.itl = new Histogram(itl);
  }

  token(turn: MockerTurn, at: number): void {
    this.tokens.generated += 1;
    if (turn.generated > 1) return;
    const seconds = (at - turn.arrivalNs) * SECONDS_PER_NS;
    this.turns.first += 1;
    this.tokens.prompt += turn.inputTokens;
    this.tokens.cached += turn.cached;
    this.ttft.observe(seconds);
    this.sums.ttft += seconds;
  }

  finished(outputTokens: number, decodeNs: number): void {
    this.turns.finished += 1;
    if (outputTokens < 2) return;
    const seconds = decodeNs * SECONDS_PER_NS;
    this.itl.observe(seconds / (outputTokens - 1), outputTokens - 1);
    this.sums.itl += seconds;
  }

  read(worker: MockerWorker<MockerTurn>, pinnedTokens: number): ReplicaMetrics {
    return {
      running: worker.runningTurns().length,
      waiting: worker.waiting.length,
      pinnedTokens,
      promptTokens: this.tokens.prompt,
      cachedTokens: this.tokens.cached,
      hostCachedTokens: 0,
      generatedTokens: this.tokens.generated,
      firstTokens: this.turns.first,
      finishedTurns: this.turns.finished,
      preemptions: worker.preemptions,
      evictedTokens: 0,
      ttftBuckets: Float64Array.from(this.ttft.cumulative()),
      ttftSumSeconds: this.sums.ttft,
      itlBuckets: Float64Array.from(this.itl.cumulative()),
      itlSumSeconds: this.sums.itl,
    };
  }
}
