/** One fleet of the world: its kernel of clients, router and engines, and the pods they run in. */
import type { CompiledFleet } from "../core/compiled.ts";
import { CounterFault } from "./counter-fault.ts";
import type { CacheConfig, EngineHost } from "./engine-host.ts";
import { replicaSettings } from "./engine-model.ts";
import { PRIORITY } from "./event-queue.ts";
import { FixedReplicas } from "./fixed-replicas.ts";
import type { Deployment, Endpoint, PlacedPod } from "./fleet-endpoints.ts";
import { endpointsOf, podsOf } from "./fleet-endpoints.ts";
import type { FleetWorldOptions } from "./fleet-options.ts";
import { kernelOptions } from "./kernel-options.ts";
import type {
  FleetKernel,
  GatewayCounts,
  KernelOptions,
  KernelResults,
  ReplicaRole,
  ReplicaSettings,
} from "./kernel/contract.ts";
import { SLICE_NS } from "./kernel/contract.ts";
import { Rollout } from "./rollout.ts";
import type { ScrapeTarget } from "./scrape-targets.ts";

/** The port that engines listen on, vLLM's default. */
const ENGINE_PORT = 8_000;

export class FleetWorld implements EngineHost {
  readonly fleet: CompiledFleet;
  readonly kernel: FleetKernel;
  readonly rollout: Rollout;
  readonly counters = new CounterFault();
  private readonly options: FleetWorldOptions;
  private readonly model: KernelOptions;
  private readonly blockTokens: number;
  private readonly deployments: Deployment[] = [];
  private readonly fixed: FixedReplicas | null;
  /** Ejected engines that still have turns, and what is to happen when they have none. */
  private readonly draining = new Map<number, () => void>();
  /** Engines out of routing whose pods stay. */
  private readonly ejected = new Set<number>();
  private standsAtNs = 0;

  /** @throws when the fleet names an engine profile that is not in the table */
  constructor(options: FleetWorldOptions) {
    const { fleet, timeline, createKernel, engine } = options;
    this.fleet = fleet;
    this.options = options;
    const { model, blockTokens } = kernelOptions(options);
    this.model = model;
    this.blockTokens = blockTokens;
    this.kernel = createKernel(model);
    const pods = (): readonly PlacedPod[] => this.pods();
    this.rollout = new Rollout({ timeline, deployments: this.deployments, pods });
    const { fixed } = engine;
    const name = fleet.name;
    this.fixed =
      fixed === null
        ? null
        : new FixedReplicas({ host: this, timeline, name, replicas: fixed.replicas });
  }

  /** The fleet's pods run on racks of this pool, too. */
  deploy(deployment: Deployment): void {
    this.deployments.push(deployment);
  }

  /** Fixed replicas begin to serve; those on racks begin with their rack. */
  begin(): void {
    this.fixed?.begin();
  }

  start(role: ReplicaRole, config?: CacheConfig): number {
    const nowNs = this.enter();
    if (config === undefined) return this.kernel.addReplica(nowNs, role);
    return this.kernel.addReplica(nowNs, role, this.settingsOf(role, config));
  }

  eject(replica: number): void {
    this.kernel.eject(replica, this.enter());
    this.ejected.add(replica);
  }

  readmit(replica: number): void {
    this.kernel.readmit(replica, this.enter());
    this.ejected.delete(replica);
  }

  drain(replica: number, onEmpty: () => void): void {
    this.kernel.eject(replica, this.enter());
    if (this.kernel.turnsOn(replica) === 0) onEmpty();
    else this.draining.set(replica, onEmpty);
  }

  stop(replica: number): void {
    this.draining.delete(replica);
    this.ejected.delete(replica);
    this.kernel.remove(replica, this.enter());
  }

  /** Whether its kernel may stop early, at an ejected engine that runs empty. */
  isDraining(): boolean {
    return this.draining.size + this.ejected.size > 0;
  }

  /** @returns where the kernel stands: `untilNs`, or earlier when an ejected engine ran empty. */
  runUntil(untilNs: number): number {
    if (untilNs < this.standsAtNs) return this.standsAtNs;
    this.standsAtNs = this.kernel.runUntil(untilNs);
    this.noticeEmptied();
    return this.standsAtNs;
  }

  /** @returns the kernel's time of an instant of the world. */
  nsAt(at: number): number {
    return (at - this.options.beganAt) * 1e6;
  }

  pods(): readonly PlacedPod[] {
    return podsOf(this.fleet.key, this.deployments);
  }

  endpoints(): readonly Endpoint[] {
    return this.fixed?.endpoints() ?? endpointsOf(this.pods());
  }

  /** Engines that are alive, those that end their last turns included. */
  replicas(): readonly number[] {
    return this.endpoints().flatMap(({ replica }) => (replica === null ? [] : [replica]));
  }

  targets(): readonly ScrapeTarget[] {
    const nowNs = this.nowNs();
    return this.endpoints().map(({ name, role, replica, config }) => ({
      pod: name,
      instance: `${name}:${ENGINE_PORT}`,
      role,
      up: replica !== null,
      ...(replica === null
        ? { metrics: null }
        : this.counters.shown(name, this.kernel.metrics(replica, nowNs))),
      ...this.settingsOf(role, config),
      blockTokens: this.blockTokens,
    }));
  }

  gateway(): GatewayCounts {
    return this.kernel.gateway();
  }

  /** @returns what truly became of the turns that arrived since the scenario started. */
  results(): KernelResults {
    const results = this.kernel.results(this.nowNs());
    const { startsAt } = this.options;
    return { ...results, slices: results.slices.slice(this.nsAt(startsAt) / SLICE_NS) };
  }

  /** @returns the kernel's time of this instant, at which it is about to be changed. */
  enter(): number {
    const nowNs = this.nowNs();
    this.standsAtNs = Math.max(this.standsAtNs, nowNs);
    return nowNs;
  }

  private nowNs(): number {
    return this.nsAt(this.options.timeline.now());
  }

  private settingsOf(role: ReplicaRole, config: CacheConfig | undefined): ReplicaSettings {
    const engine = this.engineOf(role);
    if (config === undefined) return { kvTokens: engine.kvTokens, prefixCaching: true };
    return replicaSettings(config, engine, this.blockTokens);
  }

  private engineOf(role: ReplicaRole): KernelOptions["engine"] {
    const { engine, decodeEngine } = this.model;
    return role === "Decode" ? (decodeEngine ?? engine) : engine;
  }

  /** What follows is an event of the world, at the next whole millisecond. */
  private noticeEmptied(): void {
    for (const [replica, onEmpty] of this.draining) {
      if (this.kernel.turnsOn(replica) > 0) continue;
      this.draining.delete(replica);
      const { timeline, beganAt } = this.options;
      const at = beganAt + Math.ceil(this.standsAtNs / 1e6);
      timeline.schedule(Math.max(at, timeline.now()), PRIORITY.supply, onEmpty);
    }
  }
}
