/** What the engines of a fleet count, as their metrics endpoints would show it, summed. */
import { VLLM_BUCKETS_SECONDS } from "../core/profiles/vllm.ts";
import { Histogram } from "./histogram.ts";
import type { Turn } from "./turn-queue.ts";

export interface EngineGauges {
  readonly running: number;
  readonly waiting: number;
  /** KV tokens held by running turns, and KV tokens in all. */
  readonly pinnedTokens: number;
  readonly kvTokens: number;
}

/** Counters since the start of the world, and gauges. */
export interface EngineMetrics extends EngineGauges {
  readonly firstTokens: number;
  readonly promptTokens: number;
  readonly computedPromptTokens: number;
  readonly generatedTokens: number;
  readonly ttft: readonly number[];
  readonly itl: readonly number[];
}

export class EngineCounters {
  private readonly ttft = new Histogram(VLLM_BUCKETS_SECONDS.TTFT);
  private readonly itl = new Histogram(VLLM_BUCKETS_SECONDS.ITL);
  private firstTokens = 0;
  private promptTokens = 0;
  private computedPromptTokens = 0;
  private generatedTokens = 0;

  /** Prompt tokens are counted once, when the prefill is done, as vLLM does. */
  firstToken(turn: Turn, coldTokens: number, ttftSeconds: number): void {
    this.firstTokens += 1;
    this.promptTokens += turn.promptTokens;
    this.computedPromptTokens += coldTokens;
    this.ttft.observe(ttftSeconds);
  }

  /** Output tokens are counted at the end of the turn: a few seconds late at most. */
  finished(turn: Turn, itlSeconds: number): void {
    this.generatedTokens += turn.outputTokens;
    this.itl.observe(itlSeconds, turn.outputTokens);
  }

  read(gauges: EngineGauges): EngineMetrics {
    const { firstTokens, promptTokens, computedPromptTokens, generatedTokens } = this;
    const counters = { firstTokens, promptTokens, computedPromptTokens, generatedTokens };
    return { ...gauges, ...counters, ttft: this.ttft.cumulative(), itl: this.itl.cumulative() };
  }
}
