/** One replica: its queue, what runs on it, its iterations; docs/simulator.md, "An iteration". */
import {
  SUBS_PER_NS,
  type EngineModel,
  type ReplicaRole,
  type StoreModel,
} from "../../../src/sim/kernel/contract.ts";
import { NaiveCache } from "./naive-cache.ts";
import type { NaiveEvent } from "./naive-events.ts";
import { UnitLog } from "./naive-log.ts";
import type { NaiveStore } from "./naive-store.ts";
import type { Found, NaiveTurn } from "./naive-turn.ts";

/** A turn that runs here. */
interface Sequence {
  readonly turn: NaiveTurn;
  readonly blocks: readonly string[];
  privateTokens: number;
  /** Tokens that were found or computed, and those that its prefill still has to compute. */
  before: number;
  needs: number;
  /** Prefill tokens in the iteration that has begun. */
  chunk: number;
  /** Whether the iteration that has begun gives it one more token. */
  decodes: boolean;
}

/** What happened at the end of an iteration. */
export interface IterationEnd {
  /** Turns whose try has its first token, and turns that are done here, in order of admission. */
  readonly firstTokens: readonly NaiveTurn[];
  readonly done: readonly NaiveTurn[];
}

export interface UnitOptions {
  readonly id: number;
  readonly role: ReplicaRole;
  readonly engine: EngineModel;
  readonly prefixCaching: boolean;
  readonly blockTokens: number;
  readonly store: NaiveStore | null;
  readonly storeModel: StoreModel | undefined;
}

/** Tokens that those admitted in an iteration found elsewhere than in the KV. */
interface Loaded {
  fromHost: number;
  fromStore: number;
}

export class NaiveUnit {
  readonly id: number;
  readonly role: ReplicaRole;
  readonly cache: NaiveCache;
  readonly log = new UnitLog();
  readonly queue: NaiveTurn[] = [];
  readonly engine: EngineModel;
  slowdown = 1;
  inIteration = false;
  ejected = false;
  /** The beginning or the end of an iteration, whichever is due. */
  next: NaiveEvent | null = null;
  /** In order of admission. */
  private running: Sequence[] = [];
  private carrySubs = 0;
  private readonly prefixCaching: boolean;
  readonly blockTokens: number;
  private readonly store: NaiveStore | null;
  private readonly storeModel: StoreModel | undefined;
  private loaded: Loaded = { fromHost: 0, fromStore: 0 };

  constructor({ id, role, engine, prefixCaching, blockTokens, ...shared }: UnitOptions) {
    this.store = shared.store;
    this.storeModel = shared.storeModel;
    this.id = id;
    this.role = role;
    this.engine = engine;
    this.prefixCaching = prefixCaching && role !== "Decode";
    this.blockTokens = blockTokens;
    const hostTokens = engine.host?.tokens ?? 0;
    this.cache = new NaiveCache({ kvTokens: engine.kvTokens, hostTokens, blockTokens });
  }

  runningTurns(): readonly NaiveTurn[] {
    return this.running.map(({ turn }) => turn);
  }

  /** Withdrawn by its client, whether it waits here or runs. */
  withdraw(nowNs: number, turn: NaiveTurn): void {
    const waiting = this.queue.indexOf(turn);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    const sequence = this.running.find((other) => other.turn === turn);
    if (sequence !== undefined) this.release(nowNs, sequence, []);
  }

  /** @returns how long the iteration that begins lasts, ns; null when there is nothing to do */
  begin(nowNs: number): number | null {
    const preempted = this.takeDecodeTokens(nowNs);
    const decoding = this.running.filter(({ decodes }) => decodes);
    const prefilling = this.running.find(({ needs }) => needs > 0);
    const budget = Math.max(0, this.engine.budgetTokens - decoding.length);
    if (prefilling !== undefined) prefilling.chunk = Math.min(budget, prefilling.needs);
    const left = budget - (prefilling?.chunk ?? 0);
    this.loaded = { fromHost: 0, fromStore: 0 };
    if (!preempted) this.admitFromQueue(nowNs, left);
    if (this.running.length === 0) return null;
    this.inIteration = true;
    return this.lastsNs();
  }

  end(nowNs: number): IterationEnd {
    this.inIteration = false;
    const firstTokens = this.running.filter((sequence) => this.advance(nowNs, sequence));
    const done = this.running.filter((sequence) => this.isDone(sequence));
    for (const sequence of done) {
      this.log.finish(nowNs, sequence.turn);
      this.release(nowNs, sequence, this.cachedOutput(sequence.turn));
    }
    return {
      firstTokens: firstTokens.map(({ turn }) => turn),
      done: done.map(({ turn }) => turn),
    };
  }

  /** Step 1. @returns whether somebody was preempted */
  private takeDecodeTokens(nowNs: number): boolean {
    let preempted = false;
    for (const sequence of this.running) sequence.chunk = 0;
    for (;;) {
      const decoding = this.running.filter(({ needs }) => needs === 0);
      if (this.cache.grow(nowNs, decoding.length, this.engine.evictAtLeastTokens)) {
        for (const sequence of decoding) {
          sequence.privateTokens += 1;
          sequence.decodes = true;
        }
        return preempted;
      }
      this.preemptLast(nowNs);
      preempted = true;
    }
  }

  private preemptLast(nowNs: number): void {
    const last = this.running.at(-1);
    if (last === undefined) throw new Error(`replica ${this.id}: nobody left to preempt`);
    this.release(nowNs, last, []);
    this.log.preemptions += 1;
    last.turn.place = "queue";
    this.queue.unshift(last.turn);
  }

  /** Step 3. */
  private admitFromQueue(nowNs: number, budget: number): void {
    let left = budget;
    while (left > 0 && this.running.length < this.engine.maxSequences) {
      const [turn] = this.queue;
      const sequence = turn === undefined ? null : this.admit(nowNs, turn);
      if (sequence === null) return;
      this.queue.shift();
      this.running.push(sequence);
      sequence.turn.place = "running";
      sequence.chunk = Math.min(left, sequence.needs);
      left -= sequence.decodes ? 1 : sequence.chunk;
    }
  }

  private admit(nowNs: number, turn: NaiveTurn): Sequence | null {
    const { inputTokens, promptBlocks, generated } = turn;
    const decodes = this.role === "Decode";
    const blocks = this.prefixCaching ? promptBlocks : [];
    const privateTokens = inputTokens - blocks.length * this.blockTokens + generated;
    const maxHitBlocks = Math.floor((inputTokens - 1) / this.blockTokens);
    const hits = this.cache.admit(nowNs, { blocks, privateTokens, maxHitBlocks });
    if (hits === null) return null;
    const fromStore = this.fetch(blocks, hits.blocks, maxHitBlocks) * this.blockTokens;
    const found = hits.blocks * this.blockTokens + fromStore;
    const hostTokens = hits.fromHost * this.blockTokens;
    this.loaded.fromHost += hostTokens;
    this.loaded.fromStore += fromStore;
    this.log.storeCachedTokens += fromStore;
    const before = decodes ? inputTokens + generated : found;
    const needs = inputTokens + generated - before;
    if (!decodes) this.noteFound(turn, { cachedTokens: found, hostCachedTokens: hostTokens });
    return { turn, blocks, privateTokens, before, needs, chunk: 0, decodes };
  }

  /** @returns blocks behind those found on this replica that are found in the store */
  private fetch(blocks: readonly string[], found: number, maxHitBlocks: number): number {
    if (this.store === null || found >= Math.min(blocks.length, maxHitBlocks)) return 0;
    return Math.max(found, Math.min(this.store.fetch(blocks), maxHitBlocks)) - found;
  }

  private noteFound(turn: NaiveTurn, found: Found): void {
    this.log.promptTokens += turn.inputTokens;
    this.log.cachedTokens += found.cachedTokens;
    this.log.hostCachedTokens += found.hostCachedTokens;
    if (turn.found !== null) return;
    turn.found = found;
    turn.foundByTry.push(found);
  }

  /** Step 4. */
  private lastsNs(): number {
    const { engine, loaded, storeModel } = this;
    let subs = engine.iterationSubs + (engine.host?.loadTokenSubs ?? 0) * loaded.fromHost;
    if (storeModel !== undefined && loaded.fromStore > 0) {
      subs += storeModel.fetchSubs + storeModel.fetchTokenSubs * loaded.fromStore;
    }
    for (const { chunk, before, decodes, turn } of this.running) {
      subs += engine.prefillTokenSubs * chunk;
      subs += engine.prefillPairSubs * chunk * (2 * before + chunk);
      if (!decodes) continue;
      subs += engine.decodeSequenceSubs;
      subs += engine.decodeContextSubs * (turn.inputTokens + turn.generated);
    }
    if (this.slowdown !== 1) subs = Math.max(SUBS_PER_NS, Math.round(subs * this.slowdown));
    const total = subs + this.carrySubs;
    this.carrySubs = total % SUBS_PER_NS;
    return Math.floor(total / SUBS_PER_NS);
  }

  /** @returns whether its try has its first token now */
  private advance(nowNs: number, sequence: Sequence): boolean {
    const { turn, chunk } = sequence;
    sequence.before += chunk;
    sequence.needs -= chunk;
    sequence.decodes = false;
    if (sequence.needs > 0) return false;
    turn.generated += 1;
    this.log.generatedTokens += 1;
    if (turn.generated > 1) return false;
    turn.tryFirstTokenNs = nowNs;
    this.log.ttftNs.push(nowNs - turn.routedNs);
    return true;
  }

  private isDone({ turn, needs }: Sequence): boolean {
    if (needs > 0) return false;
    return this.role === "Prefill" || turn.generated === turn.outputTokens;
  }

  private cachedOutput(turn: NaiveTurn): readonly string[] {
    const caches = this.prefixCaching && this.engine.cacheOutputs;
    return this.role === "Aggregated" && caches ? turn.outputBlocks : [];
  }

  private release(nowNs: number, sequence: Sequence, outputBlocks: readonly string[]): void {
    const { blocks, privateTokens } = sequence;
    this.running = this.running.filter((other) => other !== sequence);
    this.cache.release(nowNs, { blocks, outputBlocks, privateTokens });
    this.store?.write([...blocks, ...outputBlocks]);
  }
}
