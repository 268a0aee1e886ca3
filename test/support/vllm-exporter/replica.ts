import { VLLM_BUCKETS_SECONDS } from "../../../src/core/profiles/vllm.ts";
import type { EngineProfile } from "../../../src/core/profiles/engine-profiles.ts";
import { emptyHistogram, type Histogram, observe } from "./histogram.ts";

/** What one engine replica can do. */
export interface ReplicaCapacity {
  /** Uncached prompt tokens per second, one prompt after the other. */
  readonly prefillTokensPerSecond: number;
  readonly baseTtftMs: number;
  /** Inter-token latency with n decoding turns: itlBaseMs + itlPerSequenceMs x n. */
  readonly itlBaseMs: number;
  readonly itlPerSequenceMs: number;
  readonly kvTokens: number;
  /** Clients hang up on a turn that waited this long for its prefill; never when absent. */
  readonly patienceSeconds?: number;
}

/** @returns the capacity of a replica with so many GPUs, by the profile the policy believes in. */
export const capacityOf = (profile: EngineProfile, gpus: number): ReplicaCapacity => ({
  prefillTokensPerSecond: profile.prefillTokensPerSecondPerGpu * gpus,
  baseTtftMs: profile.baseTtftMs,
  itlBaseMs: profile.itlBaseMs,
  itlPerSequenceMs: profile.itlPerSequenceMs / gpus,
  kvTokens: profile.kvTokensPerGpu * gpus,
});

/** A turn inside the fleet. */
export interface Request {
  readonly arrivedAt: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

interface Running {
  readonly request: Request;
  readonly startedAt: number;
  prefillLeft: number;
  firstTokenAt: number | null;
  generated: number;
}

/** Bounds of vLLM's request_latency family. */
const REQUEST_SECONDS = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];

/** Counters of one engine process, from its start. */
export interface EngineCounters {
  promptTokens: number;
  computedTokens: number;
  generatedTokens: number;
  finished: number;
  readonly ttft: Histogram;
  readonly itl: Histogram;
  readonly endToEnd: Histogram;
  readonly queueTime: Histogram;
}

/** One engine: a queue, one prefill at a time, all decodes together. Times are model seconds. */
export class Replica {
  readonly counters: EngineCounters = {
    promptTokens: 0,
    computedTokens: 0,
    generatedTokens: 0,
    finished: 0,
    ttft: emptyHistogram(VLLM_BUCKETS_SECONDS.TTFT),
    itl: emptyHistogram(VLLM_BUCKETS_SECONDS.ITL),
    endToEnd: emptyHistogram(REQUEST_SECONDS),
    queueTime: emptyHistogram(REQUEST_SECONDS),
  };
  readonly #capacity: ReplicaCapacity;
  readonly #waiting: Request[] = [];
  #running: Running[] = [];
  #backlogTokens = 0;

  constructor(capacity: ReplicaCapacity) {
    this.#capacity = capacity;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#running.length;
  }

  /** Prompt tokens yet to compute: what a router balances. */
  get backlogTokens(): number {
    return this.#backlogTokens;
  }

  /** Blocks of running turns only, as vLLM counts them. */
  get kvUsage(): number {
    const tokens = this.#running.reduce((sum, turn) => sum + kvTokensOf(turn), 0);
    return Math.min(1, tokens / this.#capacity.kvTokens);
  }

  accept(request: Request): void {
    this.#waiting.push(request);
    this.#backlogTokens += computedTokensOf(request);
  }

  /** @returns everything it had in hand, to be served elsewhere from the start. */
  evacuate(): readonly Request[] {
    const all = [...this.#running.map(({ request }) => request), ...this.#waiting];
    this.#running = [];
    this.#waiting.length = 0;
    return all;
  }

  /** Serves from `now - stepSeconds` to `now`. */
  step(now: number, stepSeconds: number): void {
    this.#abandon(now - (this.#capacity.patienceSeconds ?? Infinity));
    this.#decode(stepSeconds);
    this.#prefill(now, this.#capacity.prefillTokensPerSecond * stepSeconds);
    this.#running = this.#running.filter((turn) => !this.#ends(turn, now));
  }

  /** The queue is in order of arrival, but for turns that another replica handed on. */
  #abandon(arrivedBefore: number): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.arrivedAt >= arrivedBefore) return;
      this.#waiting.shift();
      this.#backlogTokens -= computedTokensOf(first);
    }
  }

  #prefill(now: number, budget: number): void {
    let left = budget;
    while (left > 0) {
      const turn =
        this.#running.find(({ firstTokenAt }) => firstTokenAt === null) ?? this.#admit(now);
      if (turn === undefined) return;
      const computed = Math.min(left, turn.prefillLeft);
      turn.prefillLeft -= computed;
      this.#backlogTokens -= computed;
      left -= computed;
      if (turn.prefillLeft > 0) return;
      this.#firstToken(turn, now);
    }
  }

  #admit(now: number): Running | undefined {
    const request = this.#waiting[0];
    const used = this.#running.reduce((sum, turn) => sum + kvTokensOf(turn), 0);
    const fits = used + (request?.inputTokens ?? 0) <= this.#capacity.kvTokens;
    if (request === undefined || (!fits && this.#running.length > 0)) return undefined;
    this.#waiting.shift();
    const prefillLeft = computedTokensOf(request);
    const turn = { request, startedAt: now, prefillLeft, firstTokenAt: null, generated: 0 };
    this.#running.push(turn);
    return turn;
  }

  #firstToken(turn: Running, now: number): void {
    const { request } = turn;
    turn.firstTokenAt = now;
    turn.generated = 1;
    this.counters.generatedTokens += 1;
    this.counters.promptTokens += request.inputTokens;
    this.counters.computedTokens += computedTokensOf(request);
    const seconds = now - request.arrivedAt + this.#capacity.baseTtftMs / 1000;
    observe(this.counters.ttft, seconds);
  }

  #decode(stepSeconds: number): void {
    const decoding = this.#running.filter(({ firstTokenAt }) => firstTokenAt !== null);
    const { itlBaseMs, itlPerSequenceMs } = this.#capacity;
    const itlSeconds = (itlBaseMs + itlPerSequenceMs * decoding.length) / 1000;
    for (const turn of decoding) {
      const before = Math.floor(turn.generated);
      const grown = turn.generated + stepSeconds / itlSeconds;
      turn.generated = Math.min(turn.request.outputTokens, grown);
      const tokens = Math.floor(turn.generated) - before;
      if (tokens > 0) observe(this.counters.itl, itlSeconds, tokens);
      this.counters.generatedTokens += tokens;
    }
  }

  #ends(turn: Running, now: number): boolean {
    const { request, firstTokenAt, generated } = turn;
    if (firstTokenAt === null || generated < request.outputTokens) return false;
    this.counters.finished += 1;
    observe(this.counters.endToEnd, now - request.arrivedAt);
    observe(this.counters.queueTime, turn.startedAt - request.arrivedAt);
    return true;
  }
}

const computedTokensOf = ({ inputTokens, cachedTokens }: Request): number =>
  inputTokens - cachedTokens;

const kvTokensOf = ({ request, generated }: Running): number => request.inputTokens + generated;
