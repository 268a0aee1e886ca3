/** One worker of the mocker: which requests a pass serves, and what it leaves behind. */
import type { Block, BlockPool } from "./block-pool.ts";
import { decodeNs, prefillNs } from "./pass-time.ts";

export interface MockerShape {
  readonly blockTokens: number;
  readonly totalBlocks: number;
  /** max_num_seqs and max_num_batched_tokens. */
  readonly maxSequences: number;
  readonly budgetTokens: number;
}

/** The mocker's defaults of all its published rows. */
export const MOCKER_LIMITS = { maxSequences: 256, budgetTokens: 8_192 } as const;

export interface MockerRequest {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Keys of its full blocks, prompt and output, from the root on. */
  readonly keys: readonly string[];
  generated: number;
  computed: number;
  /** Prompt tokens found in the cache when it was last admitted. */
  cached: number;
  blocks: Block[];
}

interface Scheduled<R> {
  readonly request: R;
  readonly prefixTokens: number;
  readonly chunkTokens: number;
  readonly decodes: boolean;
}

/** What a pass brought: requests that have a new token now, in order of scheduling. */
export interface PassEnd<R> {
  readonly served: readonly R[];
  readonly finished: readonly R[];
}

const lengthOf = (request: MockerRequest): number => request.inputTokens + request.generated;

export class MockerWorker<R extends MockerRequest> {
  readonly waiting: R[] = [];
  readonly pool: BlockPool;
  preemptions = 0;
  private readonly shape: MockerShape;
  private readonly running: R[] = [];
  private scheduled: Scheduled<R>[] = [];
  private budget = 0;

  constructor(shape: MockerShape, pool: BlockPool) {
    this.shape = shape;
    this.pool = pool;
  }

  runningTurns(): readonly R[] {
    return this.running;
  }

  /** Schedules a pass. @returns its length, integer ns; null when there is nothing to do */
  begin(): number | null {
    this.scheduled = [];
    this.budget = this.shape.budgetTokens;
    const preempted = this.scheduleRunning();
    if (!preempted) this.admitWaiting();
    if (this.scheduled.length === 0) return null;
    const prefills = this.scheduled.filter(({ decodes }) => !decodes);
    const decoding = this.scheduled.filter(({ decodes }) => decodes);
    const context = decoding.reduce((sum, { request }) => sum + lengthOf(request), 0);
    const capacity = this.shape.totalBlocks * this.shape.blockTokens;
    return prefillNs(prefills) + (decoding.length === 0 ? 0 : decodeNs(context, capacity));
  }

  /** All tokens of a pass appear at its end. */
  end(): PassEnd<R> {
    const served: R[] = [];
    const finished: R[] = [];
    for (const { request, prefixTokens, chunkTokens } of this.scheduled) {
      request.computed = prefixTokens + chunkTokens;
      if (request.computed < lengthOf(request)) continue;
      request.generated += 1;
      served.push(request);
      if (request.generated < request.outputTokens) continue;
      this.running.splice(this.running.indexOf(request), 1);
      this.releaseBlocks(request);
      finished.push(request);
    }
    this.scheduled = [];
    return { served, finished };
  }

  /** @returns whether somebody was preempted */
  private scheduleRunning(): boolean {
    let preempted = false;
    for (let i = 0; i < this.running.length && this.budget > 0; i += 1) {
      const request = this.running[i];
      if (request === undefined) break;
      const left = lengthOf(request) - request.computed;
      const chunkTokens = Math.min(left, this.budget);
      while (this.missingBlocks(request, chunkTokens) > this.pool.available()) {
        preempted = true;
        if (this.preemptLast() === request) return true;
      }
      const decodes = request.generated > 0 && left === 1;
      this.schedule({ request, prefixTokens: request.computed, chunkTokens, decodes });
    }
    return preempted;
  }

  private admitWaiting(): void {
    for (;;) {
      const [request] = this.waiting;
      if (request === undefined || this.budget <= 0) return;
      if (this.running.length >= this.shape.maxSequences) return;
      const found = this.cachedBlocks(request);
      const inUse = found.filter(({ users }) => users > 0).length;
      const wholeBlocks = Math.ceil(lengthOf(request) / this.shape.blockTokens);
      if (wholeBlocks - inUse > this.pool.available()) return;
      this.waiting.shift();
      this.admit(request, found);
    }
  }

  private admit(request: R, found: readonly Block[]): void {
    for (const block of found) this.pool.use(block);
    request.blocks = [...found];
    request.computed = found.length * this.shape.blockTokens;
    request.cached = Math.min(request.computed, request.inputTokens);
    this.running.push(request);
    const prefixTokens = request.computed;
    const chunkTokens = Math.min(lengthOf(request) - prefixTokens, this.budget);
    this.schedule({ request, prefixTokens, chunkTokens, decodes: false });
  }

  private missingBlocks(request: R, chunkTokens: number): number {
    const until = Math.ceil((request.computed + chunkTokens) / this.shape.blockTokens);
    return until - request.blocks.length;
  }

  /** Takes the blocks; those that are full can be found at once, by the same pass too. */
  private schedule(item: Scheduled<R>): void {
    const { request, prefixTokens, chunkTokens } = item;
    const missing = this.missingBlocks(request, chunkTokens);
    for (let i = 0; i < missing; i += 1) request.blocks.push(this.pool.allocate());
    const { blockTokens } = this.shape;
    const full = Math.floor((prefixTokens + chunkTokens) / blockTokens);
    for (let i = Math.floor(prefixTokens / blockTokens); i < full; i += 1) {
      const block = request.blocks[i];
      const key = request.keys[i];
      if (block !== undefined && key !== undefined) this.pool.fill(block, key);
    }
    this.budget -= chunkTokens;
    this.scheduled.push(item);
  }

  /** The prefix that is cached; one token at least is left to compute. */
  private cachedBlocks(request: R): readonly Block[] {
    const most = Math.floor((lengthOf(request) - 1) / this.shape.blockTokens);
    const found: Block[] = [];
    for (const key of request.keys.slice(0, most)) {
      const block = this.pool.find(key);
      if (block === undefined) break;
      found.push(block);
    }
    return found;
  }

  private preemptLast(): R | undefined {
    const victim = this.running.pop();
    if (victim === undefined) return undefined;
    this.releaseBlocks(victim);
    victim.computed = 0;
    const planned = this.scheduled.findIndex(({ request }) => request === victim);
    const [given] = planned < 0 ? [] : this.scheduled.splice(planned, 1);
    this.budget += given?.chunkTokens ?? 0;
    this.waiting.unshift(victim);
    this.preemptions += 1;
    return victim;
  }

  /** Leaves first: what is deepest is evicted first. */
  private releaseBlocks(request: R): void {
    for (const block of request.blocks.toReversed()) this.pool.release(block);
    request.blocks = [];
  }
}
