/** A kernel without turns: engines come, are ejected, end after a while, and go. */
import type {
  FleetKernel,
  GatewayCounts,
  KernelOptions,
  KernelResults,
  LatencySummary,
  ReplicaMetrics,
  ReplicaRole,
  ReplicaSettings,
  TurnCounts,
} from "../../src/sim/kernel/contract.ts";

interface StubReplica {
  readonly role: ReplicaRole;
  ejectedAtNs: number | null;
}

const NO_METRICS: ReplicaMetrics = {
  running: 0,
  waiting: 0,
  pinnedTokens: 0,
  promptTokens: 0,
  cachedTokens: 0,
  hostCachedTokens: 0,
  storeCachedTokens: 0,
  generatedTokens: 0,
  firstTokens: 0,
  finishedTurns: 0,
  preemptions: 0,
  evictedTokens: 0,
  ttftBuckets: new Float64Array(23),
  ttftSumSeconds: 0,
  itlBuckets: new Float64Array(20),
  itlSumSeconds: 0,
};
const NO_LATENCY: LatencySummary = { count: 0, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 };
const NO_RESULTS: KernelResults = {
  counts: { arrived: 0, completed: 0, rejected: 0, abandoned: 0, inFlight: 0 },
  ttft: NO_LATENCY,
  itl: NO_LATENCY,
  e2e: NO_LATENCY,
  metAll: 0,
  met: [],
  promptTokens: 0,
  coldTokens: 0,
  slices: [],
  turnSecondsInSystem: 0,
};

export class StubKernel implements FleetKernel {
  readonly options: KernelOptions;
  /** Calls that change something, as text with the time in seconds. */
  readonly calls: string[] = [];
  private readonly replicas = new Map<number, StubReplica>();
  private readonly drainNs: number;
  private added = 0;
  private standsAtNs = 0;

  /** @param drainMs for how long an ejected replica has a turn left */
  constructor(options: KernelOptions, drainMs = 0) {
    this.options = options;
    this.drainNs = drainMs * 1e6;
  }

  /** Replicas that are there, and those of them that take turns. */
  alive(): readonly number[] {
    return [...this.replicas.keys()];
  }

  routable(): readonly number[] {
    return [...this.replicas].flatMap(([id, { ejectedAtNs }]) =>
      ejectedAtNs === null ? [id] : [],
    );
  }

  addReplica(nowNs: number, role: ReplicaRole, settings?: ReplicaSettings): number {
    this.added += 1;
    this.replicas.set(this.added, { role, ejectedAtNs: null });
    const as = settings === undefined ? "" : ` as ${JSON.stringify(settings)}`;
    this.note(nowNs, `add ${this.added} ${role}${as}`);
    return this.added;
  }

  eject(replica: number, nowNs: number): void {
    this.found(replica).ejectedAtNs = nowNs;
    this.note(nowNs, `eject ${replica}`);
  }

  readmit(replica: number, nowNs: number): void {
    this.found(replica).ejectedAtNs = null;
    this.note(nowNs, `readmit ${replica}`);
  }

  remove(replica: number, nowNs: number): void {
    this.found(replica);
    this.replicas.delete(replica);
    this.note(nowNs, `remove ${replica}`);
  }

  turnsOn(replica: number): number {
    const { ejectedAtNs } = this.found(replica);
    const drained = ejectedAtNs !== null && this.standsAtNs >= ejectedAtNs + this.drainNs;
    return drained || this.drainNs === 0 ? 0 : 1;
  }

  setSlowdown(replica: number, nowNs: number, factor: number): void {
    this.found(replica);
    this.note(nowNs, `slow ${replica} x${factor}`);
  }

  flushCache(replica: number, nowNs: number): void {
    this.found(replica);
    this.note(nowNs, `flush ${replica}`);
  }

  setMisroutedShare(nowNs: number, share: number): void {
    this.note(nowNs, `misroute ${share}`);
  }

  setIndexKnown(nowNs: number, known: boolean): void {
    this.note(nowNs, `index ${known}`);
  }

  setTurnGaps(nowNs: number, factor: number): void {
    this.note(nowNs, `gaps ${factor}`);
  }

  setUnstablePrompts(nowNs: number, share: number, depthTokens: number): void {
    this.note(nowNs, `unstable ${share} from ${depthTokens}`);
  }

  nextEventNs(): number {
    const ends = [...this.replicas.values()].flatMap(({ ejectedAtNs }) =>
      ejectedAtNs === null ? [] : [ejectedAtNs + this.drainNs],
    );
    return Math.min(Number.POSITIVE_INFINITY, ...ends.filter((end) => end > this.standsAtNs));
  }

  runUntil(untilNs: number): number {
    this.standsAtNs = Math.min(untilNs, this.nextEventNs());
    return this.standsAtNs;
  }

  gateway(): GatewayCounts {
    return { tries: 0, waiting: 0 };
  }

  metrics(replica: number): ReplicaMetrics {
    this.found(replica);
    return NO_METRICS;
  }

  counts(): TurnCounts {
    return NO_RESULTS.counts;
  }

  results(): KernelResults {
    return NO_RESULTS;
  }

  checkConserved(): void {}

  private found(replica: number): StubReplica {
    const found = this.replicas.get(replica);
    if (found === undefined) throw new Error(`no replica ${replica}`);
    return found;
  }

  private note(nowNs: number, what: string): void {
    this.calls.push(`${nowNs / 1e9} ${what}`);
  }
}
