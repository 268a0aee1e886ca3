/**
 * The simulated world: clients, engines, racks and metrics on a virtual clock. Nothing in it knows
 * that a policy exists; a policy sees it only through the ports of `ports/`.
 */
import type { CompiledFleet, CompiledPool, FleetKey } from "../core/compiled.ts";
import type { EpochMs } from "../core/units.ts";
import { epochMs } from "../core/units.ts";
import { EventQueue, PRIORITY } from "./event-queue.ts";
import { FleetWorkload, unitShape } from "./fleet-workload.ts";
import { FleetWorld } from "./fleet-world.ts";
import { RackPool } from "./rack-pool.ts";
import type { SimPod } from "./rack-state.ts";
import { isServing } from "./rack-state.ts";
import { RandomStream } from "./random.ts";
import type { Fault, WorldOptions } from "./world-options.ts";

/** @returns the entry that belongs to a name. @throws when there is none. */
function entryFor<T>(entries: readonly T[], matches: (entry: T) => boolean, what: string): T {
  const entry = entries.find(matches);
  if (entry === undefined) throw new Error(`the world has no ${what}`);
  return entry;
}

export class World {
  readonly options: WorldOptions;
  private readonly queue: EventQueue;
  private readonly poolsByName = new Map<string, RackPool>();
  private readonly fleetsByKey = new Map<FleetKey, FleetWorld>();

  /** @throws when the options name a pool, fleet or engine that the group does not have */
  constructor(options: WorldOptions) {
    this.options = options;
    this.queue = new EventQueue(options.startAt);
    for (const pool of options.group.pools) this.addPool(pool);
    for (const fleet of options.group.fleets) this.addFleet(fleet);
    for (const pool of this.pools()) pool.begin(this.workloadsOn(pool.pool));
    for (const fleet of this.fleets()) fleet.begin();
    for (const fault of options.faults) this.scheduleFault(fault);
  }

  now(): EpochMs {
    return epochMs(this.queue.now());
  }

  /** Lets time pass up to `at`. @throws when `at` lies in the past, or an invariant broke. */
  advanceTo(at: EpochMs): void {
    this.queue.runUntil(at);
    for (const fleet of this.fleets()) fleet.check();
    for (const pool of this.pools()) pool.checkConserved();
  }

  pools(): readonly RackPool[] {
    return [...this.poolsByName.values()];
  }

  fleets(): readonly FleetWorld[] {
    return [...this.fleetsByKey.values()];
  }

  pool(name: string): RackPool | undefined {
    return this.poolsByName.get(name);
  }

  fleet(key: FleetKey): FleetWorld | undefined {
    return this.fleetsByKey.get(key);
  }

  /** Racks with at least one engine of the fleet that answers. */
  servingRacks(key: FleetKey): number {
    const serves = (pod: SimPod): boolean => pod.fleet === key && isServing(pod);
    return this.racks().filter((rack) => rack.pods.some(serves)).length;
  }

  /** @returns whether nothing can be read from the metrics source at `at`. */
  metricsOut(at: number): boolean {
    return this.options.faults.some((fault) => {
      if (fault.kind !== "metrics-outage") return false;
      const from = this.options.startAt + fault.afterMs;
      return at >= from && at < from + fault.forMs;
    });
  }

  private racks(): readonly ReturnType<RackPool["racks"]>[number][] {
    return this.pools().flatMap((pool) => pool.racks());
  }

  private addPool(pool: CompiledPool): void {
    const { seed, supply } = this.options;
    const own = entryFor(supply, (entry) => entry.pool === pool.name, `supply for ${pool.name}`);
    const added = new RackPool({ pool, supply: own, timeline: this.queue, seed });
    this.poolsByName.set(pool.name, added);
  }

  private addFleet(fleet: CompiledFleet): void {
    const { traffic } = this.options;
    const own = entryFor(traffic, (entry) => entry.fleet === fleet.key, `traffic for ${fleet.key}`);
    const pods = (): readonly SimPod[] =>
      this.racks().flatMap((rack) => rack.pods.filter((pod) => pod.fleet === fleet.key));
    const world = this.options;
    const added = new FleetWorld({ fleet, traffic: own, world, timeline: this.queue, pods });
    this.fleetsByKey.set(fleet.key, added);
  }

  private workloadsOn(pool: CompiledPool): readonly FleetWorkload[] {
    const drawing = this.fleets().filter(({ fleet }) =>
      fleet.pools.some(({ name }) => name === pool.name),
    );
    return drawing.map(
      ({ fleet, service }) =>
        new FleetWorkload({
          fleet,
          shape: unitShape(fleet, pool),
          service,
          timeline: this.queue,
          starts: new RandomStream(this.options.seed, `starts/${pool.name}/${fleet.key}`),
        }),
    );
  }

  private scheduleFault(fault: Fault): void {
    if (fault.kind !== "node-loss") return;
    const pool = entryFor(this.pools(), (entry) => entry.pool.name === fault.pool, fault.pool);
    this.queue.schedule(this.options.startAt + fault.afterMs, PRIORITY.supply, () => {
      pool.loseNodes(fault.nodes, fault.forMs);
    });
  }
}
