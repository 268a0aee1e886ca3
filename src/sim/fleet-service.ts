/**
 * The engines of one fleet as one queue: a turn waits for a free unit, is prefilled there alone,
 * and then decodes beside others. TTFT = base + wait + prefill, prefill = cold tokens / the unit's
 * prefill rate, the rest as in `engine-speed.ts`.
 */
import type { CompiledObjective } from "../core/compiled.ts";
import type { EngineProfile } from "../core/profiles/engine-profiles.ts";
import type { OfferedTurn } from "./arrivals.ts";
import { isSent } from "./arrivals.ts";
import type { EngineMetrics } from "./engine-counters.ts";
import { EngineCounters } from "./engine-counters.ts";
import type { DecodeLoad } from "./engine-speed.ts";
import { interTokenSeconds, prefillTokensPerSecondPerGpu } from "./engine-speed.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { TurnCounts } from "./ledger.ts";
import { ObjectiveLedger } from "./ledger.ts";
import type { CacheLoad } from "./prefix-cache.ts";
import { PrefixCache, warmth } from "./prefix-cache.ts";
import type { Turn } from "./turn-queue.ts";
import { TurnQueue, waitingTurn } from "./turn-queue.ts";

/** One engine instance. */
export interface Unit {
  /** When it began to serve: what its cache's age counts from. */
  readonly since: number;
  accepting: boolean;
  readonly running: Set<Turn>;
  /** Called once, when a draining unit has finished its last turn. */
  onEmpty: (() => void) | null;
}

export interface FleetServiceOptions {
  readonly engine: EngineProfile;
  readonly gpusPerUnit: number;
  readonly clientTimeoutMs: number;
  readonly thinkMs: number | null;
  readonly objectives: readonly CompiledObjective[];
}

/** How often the hit rate follows the load. */
const CACHE_STEP_MS = 1_000;

export class FleetService {
  readonly ledger: ObjectiveLedger;
  private readonly cache = new PrefixCache();
  private readonly counters = new EngineCounters();
  private readonly timeline: Timeline;
  private readonly options: FleetServiceOptions;
  private readonly queue = new TurnQueue();
  private readonly units = new Set<Unit>();
  private readonly free: Unit[] = [];
  private readonly turns = { sent: 0, unsent: 0, completed: 0, abandoned: 0 };
  private running = 0;
  private decoding = 0;
  private pinnedTokens = 0;
  /** Prompt tokens of the turns taken up since the last cache step. */
  private admittedTokens = 0;
  private nextExpiryAt = Number.POSITIVE_INFINITY;

  constructor(timeline: Timeline, options: FleetServiceOptions) {
    this.timeline = timeline;
    this.options = options;
    this.ledger = new ObjectiveLedger(options.objectives);
    this.scheduleCacheStep(timeline.now());
  }

  /** A client offers a turn: it is sent, unless its session still waits for an answer. */
  offer(offered: OfferedTurn): void {
    if (!isSent(offered, this.queue.length, this.options.thinkMs)) {
      this.turns.unsent += 1;
      this.ledger.judge("TTFT", Number.POSITIVE_INFINITY, 1);
      return;
    }
    this.turns.sent += 1;
    this.queue.push(waitingTurn(offered));
    this.dispatch(offered.at);
    this.scheduleExpiry(offered.at);
  }

  /** Adds a unit that serves from now on, with a cache as warm as its age since `since`. */
  addUnit(since: number): Unit {
    const unit: Unit = { since, accepting: true, running: new Set(), onEmpty: null };
    this.units.add(unit);
    this.free.push(unit);
    this.dispatch(this.timeline.now());
    return unit;
  }

  /** Takes no new turn; `onEmpty` is called when the running ones are done, perhaps at once. */
  drainUnit(unit: Unit, onEmpty: () => void): void {
    unit.accepting = false;
    unit.onEmpty = onEmpty;
    this.settleDrain(unit);
  }

  /** The unit is gone at once; clients send its turns again, which keep their place in line. */
  killUnit(unit: Unit): void {
    if (!this.units.has(unit)) return;
    unit.accepting = false;
    unit.onEmpty = null;
    this.removeUnit(unit);
    for (const turn of unit.running) this.takeBack(turn);
    this.queue.putBack([...unit.running]);
    unit.running.clear();
    this.dispatch(this.timeline.now());
    this.scheduleExpiry(this.timeline.now());
  }

  counts(): TurnCounts {
    const { sent, unsent, completed, abandoned } = this.turns;
    const ended = { offered: sent + unsent, unsent, completed, abandoned };
    return { ...ended, queued: this.queue.length, running: this.running };
  }

  metrics(): EngineMetrics {
    return this.counters.read({
      running: this.running,
      waiting: this.queue.length,
      pinnedTokens: this.pinnedTokens,
      kvTokens: this.gpus() * this.options.engine.kvTokensPerGpu,
    });
  }

  hitRate(): number {
    return this.cache.hitRate();
  }

  private gpus(): number {
    return this.units.size * this.options.gpusPerUnit;
  }

  private load(): DecodeLoad {
    return { decoding: this.decoding, gpus: this.gpus() };
  }

  private nextFree(): Unit | undefined {
    for (;;) {
      const unit = this.free.shift();
      if (unit === undefined || unit.accepting) return unit;
    }
  }

  private dispatch(at: number): void {
    while (this.queue.length > 0) {
      const unit = this.nextFree();
      if (unit === undefined) return;
      const turn = this.queue.shift();
      if (turn !== undefined) this.startPrefill(turn, unit, at);
    }
  }

  private startPrefill(turn: Turn, unit: Unit, at: number): void {
    const coldTokens = turn.promptTokens * (1 - this.cache.hitRate());
    const { engine, gpusPerUnit } = this.options;
    const unitRate = gpusPerUnit * prefillTokensPerSecondPerGpu(engine, this.load());
    const prefillMs = (coldTokens / unitRate) * 1_000;
    unit.running.add(turn);
    this.running += 1;
    this.pinnedTokens += turn.promptTokens + turn.outputTokens;
    this.admittedTokens += turn.promptTokens;
    this.whenStill(turn, at + prefillMs, (doneAt) => {
      const ttftMs = engine.baseTtftMs + doneAt - turn.arrivedAt;
      this.counters.firstToken(turn, coldTokens, ttftMs / 1_000);
      this.judgeFirstToken(turn, ttftMs / 1_000);
      this.free.push(unit);
      this.startDecode(turn, unit, doneAt);
      this.dispatch(doneAt);
    });
  }

  private startDecode(turn: Turn, unit: Unit, at: number): void {
    turn.decoding = true;
    this.decoding += 1;
    const itlSeconds = interTokenSeconds(this.options.engine, this.load());
    this.whenStill(turn, at + turn.outputTokens * itlSeconds * 1_000, () => {
      this.counters.finished(turn, itlSeconds);
      this.ledger.judge("ITL", itlSeconds, turn.outputTokens);
      this.turns.completed += 1;
      this.stopRunning(turn);
      unit.running.delete(turn);
      this.settleDrain(unit);
    });
  }

  private stopRunning(turn: Turn): void {
    if (turn.decoding) this.decoding -= 1;
    turn.decoding = false;
    this.running -= 1;
    this.pinnedTokens -= turn.promptTokens + turn.outputTokens;
  }

  private takeBack(turn: Turn): void {
    turn.attempt += 1;
    this.stopRunning(turn);
  }

  private whenStill(turn: Turn, at: number, apply: (at: number) => void): void {
    const { attempt } = turn;
    this.timeline.schedule(at, PRIORITY.finish, (now) => {
      if (turn.attempt === attempt) apply(now);
    });
  }

  private judgeFirstToken(turn: Turn, ttftSeconds: number): void {
    if (!turn.judged) this.ledger.judge("TTFT", ttftSeconds, 1);
    turn.judged = true;
  }

  private settleDrain(unit: Unit): void {
    const { onEmpty } = unit;
    if (onEmpty === null || unit.running.size > 0) return;
    unit.onEmpty = null;
    this.removeUnit(unit);
    onEmpty();
  }

  private removeUnit(unit: Unit): void {
    this.cache.loseShare(1 / this.units.size);
    this.units.delete(unit);
  }

  private scheduleExpiry(at: number): void {
    const head = this.queue.peek();
    if (head === undefined) return;
    const due = Math.max(at, head.arrivedAt + this.options.clientTimeoutMs);
    if (due >= this.nextExpiryAt) return;
    this.nextExpiryAt = due;
    this.timeline.schedule(due, PRIORITY.expire, (now) => {
      this.nextExpiryAt = Number.POSITIVE_INFINITY;
      this.abandonExpired(now);
      this.scheduleExpiry(now);
    });
  }

  private abandonExpired(at: number): void {
    const { clientTimeoutMs } = this.options;
    for (let head = this.queue.peek(); head !== undefined; head = this.queue.peek()) {
      if (head.arrivedAt + clientTimeoutMs > at) return;
      this.queue.shift();
      this.turns.abandoned += 1;
      this.judgeFirstToken(head, Number.POSITIVE_INFINITY);
    }
  }

  private scheduleCacheStep(from: number): void {
    this.timeline.schedule(from + CACHE_STEP_MS, PRIORITY.settle, (at) => {
      this.cache.step(this.cacheLoad(at), CACHE_STEP_MS);
      this.admittedTokens = 0;
      this.scheduleCacheStep(at);
    });
  }

  private cacheLoad(at: number): CacheLoad {
    const kvTokensPerUnit = this.options.gpusPerUnit * this.options.engine.kvTokensPerGpu;
    let warmTokens = 0;
    for (const unit of this.units) warmTokens += kvTokensPerUnit * warmth(at - unit.since);
    const oldest = this.queue.peek();
    return {
      warmTokens,
      pinnedTokens: this.pinnedTokens,
      promptTokens: this.admittedTokens,
      queueAgeMs: oldest === undefined ? 0 : at - oldest.arrivedAt,
    };
  }
}
