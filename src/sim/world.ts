/**
 * The simulated world: clients, engines, racks, people and metrics on a virtual clock. Nothing in
 * it knows that a policy exists; a policy sees it only through the ports of `ports/`.
 *
 * Turns live in one kernel a fleet, on nanoseconds; all else is an event of the world, on whole
 * milliseconds. Between two events the kernels run alone.
 */
import type { CompiledScenario, ScenarioFault } from "../config/compiled-scenario.ts";
import type { CompiledFleet, CompiledPool, FleetKey } from "../core/compiled.ts";
import type { EpochMs } from "../core/units.ts";
import { epochMs } from "../core/units.ts";
import type { SessionSource } from "../traces/turn-templates.ts";
import { sumAccounts } from "./account.ts";
import type { Timeline } from "./event-queue.ts";
import { EventQueue, PRIORITY, onWholeMillis } from "./event-queue.ts";
import { scheduleFaults } from "./faults.ts";
import { FleetWorkload } from "./fleet-workload.ts";
import { FleetWorld } from "./fleet-world.ts";
import type { KernelFactory } from "./kernel-factory.ts";
import { kernelFactory } from "./kernel-factory.ts";
import type { FleetKernel, KernelOptions, TurnRecord } from "./kernel/contract.ts";
import { People } from "./people.ts";
import type { RackAccount } from "./rack-meter.ts";
import { RackPool } from "./rack-pool.ts";
import type { SimRack } from "./rack-state.ts";
import { RandomStream } from "./random.ts";
import { runFleets } from "./run-fleets.ts";
import type { ScrapeListener } from "./scrape-targets.ts";

export interface WorldOptions {
  readonly scenario: CompiledScenario;
  /** 32 bits are used. */
  readonly seed: number;
  /**
   * Who sends turns to each fleet; their sources add up. Their times count from the beginning of
   * the warm-up, `scenario.world.warmupMs` before the scenario starts.
   */
  readonly traffic: ReadonlyMap<FleetKey, readonly SessionSource[]>;
  /** Makes the kernel of a fleet, perhaps by `usual`: that of its engine profile. Absent: it. */
  readonly createKernel?: (options: KernelOptions, usual: KernelFactory) => FleetKernel;
  /** Called when a turn ends, in any way. */
  readonly onTurn?: (fleet: FleetKey, turn: TurnRecord) => void;
  /** Pods of a fleet that its disruption budget lets be out at once; absent: half a rack's. */
  readonly maxUnavailablePods?: number;
}

/** For how long pods that were there before a warm-up have been Ready: long enough to be warm. */
const STANDING_MS = 3_600_000;

/** @returns the entry of a list that has one per fleet. @throws when there is none */
function entryAt<T>(entries: readonly T[], index: number, what: string): T {
  const entry = entries[index];
  if (entry === undefined) throw new Error(`the world has no ${what}`);
  return entry;
}

/** @returns the entry that belongs to a name. @throws when there is none. */
function entryFor<T>(entries: readonly T[], matches: (entry: T) => boolean, what: string): T {
  const entry = entries.find(matches);
  if (entry === undefined) throw new Error(`the world has no ${what}`);
  return entry;
}

export class World {
  readonly options: WorldOptions;
  readonly people: People;
  /** Others may add events of theirs to it, at `now()` or later. */
  readonly timeline: Timeline;
  private readonly queue: EventQueue;
  private readonly beganAt: number;
  private readonly allPools: readonly RackPool[];
  private readonly allFleets: readonly FleetWorld[];
  private readonly listeners: ScrapeListener[] = [];

  /** @throws when the scenario names a pool, fleet, profile or traffic that it does not have */
  constructor(options: WorldOptions) {
    const { seed, scenario } = options;
    const { startsAt, group, world } = scenario;
    this.options = options;
    this.beganAt = startsAt - (world.warmupMs ?? 0);
    this.queue = new EventQueue(this.beganAt);
    this.timeline = onWholeMillis(this.queue);
    this.people = new People({ people: world.people, timeline: this.timeline, seed });
    this.allPools = group.pools.map((pool) => this.makePool(pool));
    this.allFleets = group.fleets.map((fleet, index) => this.makeFleet(fleet, index));
    this.begin();
  }

  /** Not before the scenario's start, although a warm-up comes before it. */
  now(): EpochMs {
    return epochMs(Math.max(this.queue.now(), this.options.scenario.startsAt));
  }

  /**
   * Lets time pass up to `at`, which is included, and first of all the warm-up.
   * @throws when `at` lies in the past, or an invariant broke
   */
  advanceTo(at: EpochMs): void {
    const { queue } = this;
    for (;;) {
      const due = queue.nextAt() <= at;
      if (!runFleets(this.allFleets, this.nsAt(due ? queue.nextAt() : at))) continue;
      if (due) this.applyNext();
      else if (queue.nextAt() > at) break;
    }
    queue.standAt(at);
    for (const pool of this.allPools) {
      pool.meter.integrate(at);
      pool.checkConserved();
    }
  }

  pools(): readonly RackPool[] {
    return this.allPools;
  }

  fleets(): readonly FleetWorld[] {
    return this.allFleets;
  }

  pool(name: string): RackPool | undefined {
    return this.allPools.find(({ pool }) => pool.name === name);
  }

  fleet(key: FleetKey): FleetWorld | undefined {
    return this.allFleets.find(({ fleet }) => fleet.key === key);
  }

  /** Racks with at least one engine of the fleet that answers. */
  servingRacks(key: FleetKey): number {
    const serves = ({ pods }: SimRack): boolean =>
      pods.some((pod) => pod.fleet === key && pod.replica !== null && !pod.terminating);
    return this.allPools.flatMap((pool) => pool.racks()).filter(serves).length;
  }

  /** @returns whether nothing can be read from the metrics source at `at`. */
  metricsOut(at: number): boolean {
    return this.during(at, "metrics-outage");
  }

  /** Adds a metrics server that scrapes every fleet from the next scrape on. */
  onScrape(listener: ScrapeListener): void {
    this.listeners.push(listener);
  }

  /** @returns what racks have cost since the scenario started. */
  account(): RackAccount {
    return sumAccounts(this.allPools.map(({ meter }) => meter.read()));
  }

  /** Recounts racks and turns from scratch. @throws on any difference (INV-1) */
  checkConserved(): void {
    for (const pool of this.allPools) pool.checkConserved();
    for (const { kernel } of this.allFleets) kernel.checkConserved();
  }

  /** @returns whether no turn will arrive or end any more, whatever time passes. */
  trafficEnded(): boolean {
    return this.allFleets.every(({ kernel }) => kernel.nextEventNs() === Number.POSITIVE_INFINITY);
  }

  private nsAt(at: number): number {
    return (at - this.beganAt) * 1e6;
  }

  private applyNext(): void {
    for (const pool of this.allPools) pool.meter.integrate(this.queue.nextAt());
    this.queue.applyNext();
  }

  private makePool(pool: CompiledPool): RackPool {
    const { seed, scenario } = this.options;
    const own = (entry: { readonly pool: string }): boolean => entry.pool === pool.name;
    const supply = entryFor(scenario.world.supply, own, `supply for ${pool.name}`);
    const { startsAt } = scenario;
    return new RackPool({ pool, supply, timeline: this.timeline, seed, startsAt });
  }

  private makeFleet(fleet: CompiledFleet, index: number): FleetWorld {
    const { seed, scenario, traffic, createKernel, onTurn } = this.options;
    const { engines, routers, stores, clients } = scenario.world;
    const sources = traffic.get(fleet.key);
    if (sources === undefined) throw new Error(`the world has no traffic for ${fleet.key}`);
    const engine = entryAt(engines, index, `engine for ${fleet.key}`);
    const usual = kernelFactory(engine);
    return new FleetWorld({
      fleet,
      engine,
      router: entryAt(routers, index, `router for ${fleet.key}`),
      store: stores?.[index] ?? null,
      clients,
      sources,
      seed,
      timeline: this.timeline,
      beganAt: this.beganAt,
      startsAt: scenario.startsAt,
      createKernel: (options) => createKernel?.(options, usual) ?? usual(options),
      ...(onTurn === undefined ? {} : { onTurn: (turn) => onTurn(fleet.key, turn) }),
    });
  }

  private begin(): void {
    const { scenario, seed } = this.options;
    const { startsAt, world } = scenario;
    const warmed = this.beganAt < startsAt;
    const readySince = warmed ? this.beganAt - STANDING_MS : this.beganAt;
    for (const pool of this.allPools) pool.begin(this.workloadsOn(pool), readySince);
    for (const fleet of this.allFleets) fleet.begin();
    this.timeline.schedule(startsAt, PRIORITY.supply, () => {
      for (const pool of this.allPools) pool.meter.reset();
    });
    scheduleFaults(world.faults, startsAt, {
      timeline: this.timeline,
      seed,
      pool: (name) => entryFor(this.allPools, ({ pool }) => pool.name === name, `pool ${name}`),
      fleet: (key) => entryFor(this.allFleets, ({ fleet }) => fleet.key === key, `fleet ${key}`),
    });
    this.scrapeAt(this.beganAt);
  }

  private workloadsOn(pool: RackPool): readonly FleetWorkload[] {
    const { name } = pool.pool;
    const drawing = this.allFleets.filter(({ fleet }) =>
      fleet.pools.some((drawn) => drawn.name === name),
    );
    return drawing.map((host) => {
      const { fleet } = host;
      const starts = new RandomStream(this.options.seed, `starts/${name}/${fleet.key}`);
      const { timeline } = this;
      const workload = new FleetWorkload({ fleet, pool: pool.pool, host, timeline, starts });
      host.deploy({ pool, workload });
      return workload;
    });
  }

  private scrapeAt(at: number): void {
    this.timeline.schedule(at, PRIORITY.scrape, () => {
      if (!this.during(at, "stale-metrics")) this.scrape(epochMs(at));
      this.scrapeAt(at + this.options.scenario.world.scrape.intervalMs);
    });
  }

  private scrape(at: EpochMs): void {
    if (this.listeners.length === 0) return;
    for (const world of this.allFleets) {
      const { fleet } = world;
      const scrape = { fleet, at, targets: world.targets(), gateway: world.gateway() };
      for (const listener of this.listeners) listener(scrape);
    }
  }

  /** @returns whether a fault of a kind that lasts is on at `at`. */
  private during(at: number, kind: "metrics-outage" | "stale-metrics"): boolean {
    const { world, startsAt } = this.options.scenario;
    const lasting = world.faults.flatMap((fault) => (isOfKind(fault, kind) ? [fault] : []));
    return lasting.some(({ atMs, forMs }) => at >= startsAt + atMs && at < startsAt + atMs + forMs);
  }
}

type MetricsFault = Extract<ScenarioFault, { readonly kind: "metrics-outage" | "stale-metrics" }>;

const isOfKind = (fault: ScenarioFault, kind: MetricsFault["kind"]): fault is MetricsFault =>
  fault.kind === kind;
