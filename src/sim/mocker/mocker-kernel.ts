/**
 * The mocker as one fleet of the world. Arrivals of one instant are queued before the pass that
 * begins at it. Source and figures of the original: README.md.
 */
import { EventQueue, PRIORITY } from "../event-queue.ts";
import type {
  FleetKernel,
  GatewayCounts,
  KernelOptions,
  KernelResults,
  TurnCounts,
  ReplicaMetrics,
} from "../kernel/contract.ts";
import { BlockPool } from "./block-pool.ts";
import type { MockerTurn } from "./mocker-clients.ts";
import { MockerClients } from "./mocker-clients.ts";
import { MockerMetrics } from "./mocker-metrics.ts";
import { MockerOutcomes } from "./mocker-outcomes.ts";
import type { MockerShape } from "./mocker-worker.ts";
import { MockerWorker } from "./mocker-worker.ts";

export type MockerOptions = Pick<KernelOptions, "sources" | "objectives" | "buckets"> & {
  readonly shape: MockerShape;
};

interface Worker {
  readonly engine: MockerWorker<MockerTurn>;
  readonly metrics: MockerMetrics;
  busy: boolean;
}

export function createMockerKernel(options: MockerOptions): FleetKernel {
  return new MockerKernel(options);
}

class MockerKernel implements FleetKernel {
  private readonly options: MockerOptions;
  private readonly timeline = new EventQueue(0);
  private readonly clients: MockerClients;
  private readonly outcomes: MockerOutcomes;
  private readonly workers: Worker[] = [];
  /** Turns that are not done, and when each had its first token. */
  private readonly open = new Map<MockerTurn, number | null>();
  private routed = 0;
  private begun = false;

  constructor(options: MockerOptions) {
    this.options = options;
    this.outcomes = new MockerOutcomes(options.objectives);
    this.clients = new MockerClients(this.timeline, (turn) => this.arrive(turn));
  }

  addReplica(): number {
    const { shape, buckets } = this.options;
    const engine = new MockerWorker<MockerTurn>(shape, new BlockPool(shape.totalBlocks));
    this.workers.push({ engine, metrics: new MockerMetrics(buckets), busy: false });
    return this.workers.length - 1;
  }

  turnsOn(replica: number): number {
    const { engine } = this.worker(replica);
    return engine.waiting.length + engine.runningTurns().length;
  }

  flushCache(replica: number): void {
    this.worker(replica).engine.pool.flush();
  }

  nextEventNs(): number {
    this.begin();
    return this.timeline.nextAt();
  }

  runUntil(untilNs: number): number {
    this.begin();
    this.timeline.runUntil(untilNs);
    return untilNs;
  }

  gateway(): GatewayCounts {
    return { tries: this.outcomes.counts().arrived, waiting: 0 };
  }

  metrics(replica: number): ReplicaMetrics {
    const { engine, metrics } = this.worker(replica);
    const { blockTokens, totalBlocks } = this.options.shape;
    const pinnedTokens = (totalBlocks - engine.pool.available()) * blockTokens;
    return metrics.read(engine, pinnedTokens);
  }

  counts(): TurnCounts {
    const { arrived, completed, rejected } = this.outcomes.counts();
    const inFlight = arrived - completed - rejected;
    return { arrived, completed, rejected, abandoned: 0, inFlight };
  }

  results(nowNs: number): KernelResults {
    let openSeconds = 0;
    for (const turn of this.open.keys()) openSeconds += (nowNs - turn.arrivalNs) * 1e-9;
    return this.outcomes.results(openSeconds);
  }

  checkConserved(): void {
    const { arrived, completed, rejected } = this.outcomes.counts();
    const held = this.workers.reduce((sum, _, replica) => sum + this.turnsOn(replica), 0);
    if (held === this.open.size && arrived === completed + rejected + held) return;
    const found = `${completed} completed, ${rejected} rejected, ${held} on workers`;
    throw new Error(`INV-1: ${arrived} turns arrived, found ${found}, ${this.open.size} open`);
  }

  eject(): void {
    unsupported("a worker that takes no more turns");
  }

  readmit(): void {
    unsupported("a worker that takes turns again");
  }

  remove(): void {
    unsupported("a worker that disappears");
  }

  setSlowdown(): void {
    unsupported("slow workers");
  }

  setMisroutedShare(): void {
    unsupported("misrouted turns");
  }

  setIndexKnown(): void {
    unsupported("a router without its index");
  }

  setTurnGaps(): void {
    unsupported("other turn gaps");
  }

  setUnstablePrompts(): void {
    unsupported("unstable prompts");
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    for (const [index, source] of this.options.sources.entries()) {
      this.clients.follow(source, index);
    }
  }

  private worker(replica: number): Worker {
    const worker = this.workers[replica];
    if (worker === undefined) throw new Error(`there is no worker ${replica}`);
    return worker;
  }

  private arrive(turn: MockerTurn): void {
    const { shape } = this.options;
    this.outcomes.arrived(turn.arrivalNs);
    const replica = this.routed % this.workers.length;
    this.routed += 1;
    if (turn.inputTokens + turn.outputTokens > shape.totalBlocks * shape.blockTokens) {
      this.outcomes.rejected();
      return;
    }
    const worker = this.worker(replica);
    worker.engine.waiting.push(turn);
    this.open.set(turn, null);
    this.wake(worker, turn.arrivalNs);
  }

  private wake(worker: Worker, at: number): void {
    if (worker.busy) return;
    worker.busy = true;
    this.timeline.schedule(at, PRIORITY.settle, (now) => this.beginPass(worker, now));
  }

  private beginPass(worker: Worker, now: number): void {
    const lengthNs = worker.engine.begin();
    if (lengthNs === null) {
      worker.busy = false;
      return;
    }
    this.timeline.schedule(now + lengthNs, PRIORITY.finish, (at) => this.endPass(worker, at));
  }

  private endPass(worker: Worker, at: number): void {
    const { served, finished } = worker.engine.end();
    for (const turn of served) {
      worker.metrics.token(turn, at);
      if (turn.generated === 1) this.open.set(turn, at);
    }
    for (const turn of finished) this.complete(worker, turn, at);
    worker.busy = false;
    this.wake(worker, at);
  }

  private complete(worker: Worker, turn: MockerTurn, at: number): void {
    const firstTokenNs = this.open.get(turn) ?? at;
    this.open.delete(turn);
    worker.metrics.finished(turn.outputTokens, at - firstTokenNs);
    this.outcomes.completed(turn, firstTokenNs, at);
    this.clients.completed(turn, at);
  }
}

function unsupported(what: string): never {
  throw new Error(`the mocker does not simulate ${what}: use an engine profile of the kernel`);
}
