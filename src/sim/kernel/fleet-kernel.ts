import { checkConservation } from "./conservation.ts";
import type { Clients } from "./clients.ts";
import type {
  FleetKernel,
  GatewayCounts,
  KernelOptions,
  KernelResults,
  TurnCounts,
  ReplicaMetrics,
  ReplicaRole,
  ReplicaSettings,
} from "./contract.ts";
import type { FleetState } from "./fleet-state.ts";
import type { Gateway } from "./gateway.ts";
import type { IterationEnd } from "./iteration-end.ts";
import type { IterationStart } from "./iteration-start.ts";
import { checkSettings } from "./kernel-options.ts";
import { assembleKernel, type KernelParts } from "./kernel-parts.ts";
import { lostTurns } from "./lost-turns.ts";
import { readMetrics } from "./read-metrics.ts";
import { EJECTED, GONE, KV_TOKENS, REPLICA_SHIFT, ROUTABLE, SLOWDOWN, STATUS } from "./replicas.ts";
import type { SessionFeed } from "./session-feed.ts";
import type { StretchClock } from "./stretch-clock.ts";
import type { TurnArrivals } from "./turn-arrivals.ts";

/** One fleet in closed form: an event a stretch of iterations. docs/simulator.md has the rules. */
class ClosedFormKernel implements FleetKernel {
  private readonly state: FleetState;
  private readonly clock: StretchClock;
  private readonly starts: IterationStart;
  private readonly iterationEnds: IterationEnd;
  private readonly feed: SessionFeed;
  private readonly gatewayPart: Gateway;
  private readonly clients: Clients;
  private readonly arrivals: TurnArrivals;

  constructor({ state, clock, starts, ends, feed, gateway, clients, arrivals }: KernelParts) {
    this.state = state;
    this.clock = clock;
    this.starts = starts;
    this.iterationEnds = ends;
    this.feed = feed;
    this.gatewayPart = gateway;
    this.clients = clients;
    this.arrivals = arrivals;
  }

  addReplica(nowNs: number, role: ReplicaRole, settings?: ReplicaSettings): number {
    const { state } = this;
    this.enter(nowNs);
    if (settings !== undefined) checkSettings(settings, state.engineFor(role));
    const replica = state.replicas.add(role, settings?.prefixCaching);
    const kvTokens = settings?.kvTokens ?? state.engineOf(replica).kvTokens;
    state.replicas.words[(replica << REPLICA_SHIFT) | KV_TOKENS] = kvTokens;
    if (settings !== undefined) this.gatewayPart.refuseTooLarge();
    state.timers.add(replica);
    state.caches.addReplica(replica, kvTokens);
    state.routerOf(replica).addReplica(replica);
    this.gatewayPart.open(replica);
    return replica;
  }

  eject(replica: number, nowNs: number): void {
    this.enter(nowNs);
    if (this.statusOf(replica) !== ROUTABLE) return;
    this.setStatus(replica, EJECTED);
    this.state.routerOf(replica).eject(replica);
    this.gatewayPart.close(replica);
  }

  readmit(replica: number, nowNs: number): void {
    this.enter(nowNs);
    if (this.statusOf(replica) !== EJECTED) return;
    this.setStatus(replica, ROUTABLE);
    this.state.routerOf(replica).readmit(replica);
    this.gatewayPart.open(replica);
  }

  remove(replica: number, nowNs: number): void {
    const { state } = this;
    this.enter(nowNs);
    if (this.statusOf(replica) === ROUTABLE) this.gatewayPart.close(replica);
    const turns = lostTurns(state, this.gatewayPart.underway, replica);
    this.setStatus(replica, GONE);
    state.timers.clear(replica);
    state.caches.removeReplica(replica);
    state.routerOf(replica).removeReplica(replica);
    for (const turn of turns) this.clients.fail(turn);
  }

  turnsOn(replica: number): number {
    return this.state.routerOf(replica).inFlight(replica);
  }

  setSlowdown(replica: number, nowNs: number, factor: number): void {
    this.enter(nowNs);
    this.statusOf(replica);
    if (!(factor > 0 && factor < Infinity)) throw new RangeError(`slowdown ${factor}`);
    this.state.replicas.words[(replica << REPLICA_SHIFT) | SLOWDOWN] = factor;
    this.clock.cut(replica);
  }

  flushCache(replica: number, nowNs: number): void {
    this.enter(nowNs);
    this.statusOf(replica);
    this.clock.catchUp(replica);
    this.state.caches.flush(replica);
  }

  setMisroutedShare(nowNs: number, share: number): void {
    this.enter(nowNs);
    this.gatewayPart.setMisroutedShare(share);
  }

  setIndexKnown(nowNs: number, known: boolean): void {
    this.enter(nowNs);
    this.gatewayPart.setIndexKnown(known);
  }

  setTurnGaps(nowNs: number, factor: number): void {
    this.enter(nowNs);
    if (!(factor > 0 && factor < Infinity)) throw new RangeError(`turn gaps ${factor}`);
    this.state.gapFactor = factor;
  }

  setUnstablePrompts(nowNs: number, share: number, depthTokens: number): void {
    this.enter(nowNs);
    this.feed.setUnstable(share, Math.floor(depthTokens / this.state.blockTokens));
  }

  nextEventNs(): number {
    const { state, feed } = this;
    if (state.ready.length > 0) return state.nowNs;
    const underwayNs = this.gatewayPart.nextJoinNs();
    const dueNs = Math.min(state.timers.nextNs(), feed.nextNs, underwayNs);
    return Math.min(dueNs, this.clients.nextNs(), this.arrivals.nextNs());
  }

  runUntil(untilNs: number): number {
    const { state } = this;
    if (!(untilNs >= state.nowNs)) {
      throw new RangeError(`time does not go back from ${state.nowNs} to ${untilNs} ns`);
    }
    for (;;) {
      const dueNs = this.dueNs();
      if (dueNs > untilNs || dueNs === Infinity) break;
      state.nowNs = dueNs;
      this.runInstant();
      if (state.emptied) {
        state.emptied = false;
        return state.nowNs;
      }
    }
    if (untilNs < Infinity) this.stand(untilNs);
    return state.nowNs;
  }

  gateway(): GatewayCounts {
    return this.gatewayPart.counts();
  }

  metrics(replica: number, nowNs: number): ReplicaMetrics {
    this.enter(nowNs);
    this.statusOf(replica);
    this.clock.catchUp(replica);
    return readMetrics(this.state, replica);
  }

  counts(): TurnCounts {
    return this.state.outcomes.counts();
  }

  results(nowNs: number): KernelResults {
    this.enter(nowNs);
    return this.state.outcomes.results(nowNs);
  }

  checkConserved(): void {
    checkConservation(this.state);
  }

  /** @returns when something may happen: never later than it does. */
  private dueNs(): number {
    const { state, clients } = this;
    if (state.ready.length > 0) return state.nowNs;
    let dueNs = state.timers.nextNs();
    const arrivalNs = state.arrivals.nextNs();
    if (arrivalNs < dueNs) dueNs = arrivalNs;
    if (this.feed.nextNs < dueNs) dueNs = this.feed.nextNs;
    if (this.gatewayPart.underway.nextNs < dueNs) dueNs = this.gatewayPart.underway.nextNs;
    if (clients.earliestNs() <= dueNs) dueNs = Math.min(dueNs, clients.nextNs());
    return dueNs;
  }

  /** Applies every event of one instant, in the order of docs/simulator.md, "Time". */
  private runInstant(): void {
    const { state, feed, gatewayPart, clients, arrivals } = this;
    const { timers, nowNs } = state;
    state.caches.advance(nowNs);
    while (timers.nextNs() === nowNs) this.endFirst(timers.secondNs() === nowNs);
    if (clients.earliestNs() === nowNs) clients.giveUpDue();
    if (feed.nextNs === nowNs) feed.startDue();
    while (state.arrivals.nextNs() === nowNs) arrivals.arriveFirst();
    while (gatewayPart.underway.nextNs === nowNs) gatewayPart.joinNext();
    // Stretches that were cut at an iteration that ends now: nothing else ends with it.
    while (timers.nextNs() === nowNs) this.endFirst(true);
    this.beginReady();
    state.begunNs = nowNs;
  }

  /** Ends the first stretch; the next begins, unless more is to happen at this instant before. */
  private endFirst(more: boolean): void {
    const { timers, ready } = this.state;
    const replica = timers.first();
    this.iterationEnds.end(replica);
    if (!more && !this.isDue() && this.starts.begin(replica)) return;
    timers.clear(replica);
    if (more || this.isDue()) ready.push(replica);
  }

  /** @returns whether anything but the end of an iteration is due now. */
  private isDue(): boolean {
    const { nowNs, arrivals, ready } = this.state;
    return (
      arrivals.nextNs() === nowNs ||
      this.gatewayPart.underway.nextNs === nowNs ||
      this.feed.nextNs === nowNs ||
      this.clients.earliestNs() === nowNs ||
      ready.length > 0
    );
  }

  private beginReady(): void {
    const { ready, timers, replicas, caches } = this.state;
    // Who looks into the shared store first matters: by replica id; the last one is taken first.
    if (caches.store !== null) ready.sort((a, b) => b - a);
    for (let replica = ready.pop(); replica !== undefined; replica = ready.pop()) {
      if (!timers.runs(replica) && replicas.status(replica) !== GONE) this.starts.begin(replica);
    }
  }

  /** The world acts at `nowNs`. @throws when events before it were not run */
  private enter(nowNs: number): void {
    const { state } = this;
    if (nowNs === state.nowNs) return;
    if (!(nowNs > state.nowNs) || this.nextEventNs() <= nowNs) {
      throw new RangeError(`at ${nowNs} ns, but the kernel has only run until ${state.nowNs} ns`);
    }
    this.stand(nowNs);
  }

  /** Nothing is left to happen up to `nowNs`. */
  private stand(nowNs: number): void {
    this.state.nowNs = nowNs;
    this.state.begunNs = nowNs;
    this.state.caches.advance(nowNs);
  }

  private statusOf(replica: number): number {
    const status = this.state.replicas.status(replica);
    if (status === GONE) throw new RangeError(`there is no replica ${replica}`);
    return status;
  }

  private setStatus(replica: number, status: number): void {
    this.state.replicas.words[(replica << REPLICA_SHIFT) | STATUS] = status;
  }
}

/** @returns a fleet without replicas at instant 0. @throws RangeError for options out of range */
export function createFleetKernel(options: KernelOptions): FleetKernel {
  return new ClosedFormKernel(assembleKernel(options));
}
