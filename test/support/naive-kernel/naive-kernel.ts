import type {
  FleetKernel,
  GatewayCounts,
  KernelOptions,
  KernelResults,
  ReplicaMetrics,
  ReplicaRole,
  ReplicaSettings,
  TurnCounts,
} from "../../../src/sim/kernel/contract.ts";
import { NaiveFleet } from "./naive-fleet.ts";
import { metricsOf } from "./naive-metrics.ts";
import { resultsOf } from "./naive-results.ts";

class NaiveKernel implements FleetKernel {
  private readonly fleet: NaiveFleet;
  private readonly options: KernelOptions;
  private added = 0;

  constructor(options: KernelOptions) {
    this.options = options;
    this.fleet = new NaiveFleet(options);
  }

  addReplica(nowNs: number, role: ReplicaRole, settings?: ReplicaSettings): number {
    const id = this.added;
    this.added += 1;
    this.at(nowNs).addUnit(role, id, settings);
    return id;
  }

  eject(replica: number, nowNs: number): void {
    this.at(nowNs).unit(replica).ejected = true;
  }

  readmit(replica: number, nowNs: number): void {
    const fleet = this.at(nowNs);
    fleet.readmit(fleet.unit(replica));
  }

  remove(replica: number, nowNs: number): void {
    const fleet = this.at(nowNs);
    fleet.removeUnit(fleet.unit(replica));
  }

  turnsOn(replica: number): number {
    return this.fleet.turnsOn(replica).length;
  }

  setSlowdown(replica: number, nowNs: number, factor: number): void {
    this.at(nowNs).unit(replica).slowdown = factor;
  }

  flushCache(replica: number, nowNs: number): void {
    this.at(nowNs).unit(replica).cache.flush(nowNs);
  }

  setMisroutedShare(nowNs: number, share: number): void {
    this.at(nowNs).misroutedShare = share;
  }

  setIndexKnown(nowNs: number, known: boolean): void {
    this.at(nowNs).misroutedShare = known ? 0 : 1;
  }

  setTurnGaps(): void {
    throw new Error("the naive kernel keeps turn gaps as they are");
  }

  setUnstablePrompts(nowNs: number, share: number, depthTokens: number): void {
    this.at(nowNs).setUnstable(share, depthTokens);
  }

  nextEventNs(): number {
    return this.fleet.events.nextNs();
  }

  runUntil(untilNs: number): number {
    while (this.fleet.events.nextNs() <= untilNs) {
      const emptiedNs = this.runInstant(this.fleet.events.nextNs());
      if (emptiedNs !== null) return emptiedNs;
    }
    this.fleet.nowNs = untilNs;
    return untilNs;
  }

  gateway(): GatewayCounts {
    return { tries: this.fleet.tries, waiting: this.fleet.gateway.length };
  }

  metrics(replica: number, nowNs: number): ReplicaMetrics {
    return metricsOf(this.at(nowNs).unit(replica), this.options.buckets);
  }

  counts(): TurnCounts {
    return resultsOf(this.fleet, this.options, 0).counts;
  }

  results(nowNs: number): KernelResults {
    return resultsOf(this.at(nowNs), this.options, nowNs);
  }

  /** @throws when a turn is not where its replica, or the gateway, believes it to be */
  checkConserved(): void {
    const { units, turns, gateway } = this.fleet;
    const held = [...units.values()].flatMap((unit) => [...unit.queue, ...unit.runningTurns()]);
    const here = turns.filter(({ place }) => place === "queue" || place === "running");
    const lost = here.filter((turn) => !held.includes(turn));
    const waiting = turns.filter(({ place }) => place === "gateway");
    if (lost.length > 0 || held.length !== here.length || waiting.length !== gateway.length) {
      throw new Error(`${held.length} turns held, ${here.length} there, ${lost.length} lost`);
    }
  }

  /** Applies what is due at one instant. @returns it when an ejected replica ran empty in it */
  private runInstant(nowNs: number): number | null {
    const { fleet } = this;
    const busy = [...fleet.units.values()].filter(
      ({ ejected, id }) => ejected && this.turnsOn(id) > 0,
    );
    fleet.nowNs = nowNs;
    while (fleet.events.nextNs() === nowNs) fleet.events.take()?.happen();
    return busy.some(({ id }) => this.turnsOn(id) === 0) ? nowNs : null;
  }

  /** @throws when the world is ahead of the kernel, or behind it */
  private at(nowNs: number): NaiveFleet {
    const { fleet } = this;
    if (nowNs < fleet.nowNs || nowNs > fleet.events.nextNs()) {
      throw new Error(`called at ${nowNs} ns, stands at ${fleet.nowNs} ns`);
    }
    fleet.nowNs = nowNs;
    return fleet;
  }
}

/** The reference: what docs/simulator.md says, without a thought for speed. */
export const createNaiveKernel = (options: KernelOptions): FleetKernel => new NaiveKernel(options);
