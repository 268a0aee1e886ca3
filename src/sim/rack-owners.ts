/** Which fleet's workload runs on which rack of a pool. */
import type { CompiledPool, FleetKey } from "../core/compiled.ts";
import { fleetKey } from "../core/compiled.ts";
import type { FleetWorkload } from "./fleet-workload.ts";
import type { SimRack } from "./rack-state.ts";

export class RackOwners {
  private readonly pool: CompiledPool;
  private readonly workloads: FleetWorkload[] = [];
  private readonly owners = new Map<SimRack, FleetWorkload>();

  constructor(pool: CompiledPool) {
    this.pool = pool;
  }

  consider(workloads: readonly FleetWorkload[]): void {
    this.workloads.push(...workloads);
  }

  of(rack: SimRack): FleetWorkload | undefined {
    return this.owners.get(rack);
  }

  forget(rack: SimRack): void {
    this.owners.delete(rack);
  }

  /** Gives the rack to a fleet. @returns whether the fleet draws on the pool */
  give(rack: SimRack, fleet: FleetKey): boolean {
    const workload = this.workloads.find((each) => each.fleet.key === fleet);
    if (workload !== undefined) this.owners.set(rack, workload);
    return workload !== undefined;
  }

  /** Gives the rack to the fleet furthest below its guarantee, the first listed on a tie. */
  assign(rack: SimRack): FleetWorkload | undefined {
    const neediest = this.workloads.toSorted((a, b) => this.shortfall(b) - this.shortfall(a))[0];
    if (neediest !== undefined) this.owners.set(rack, neediest);
    return neediest;
  }

  private shortfall(workload: FleetWorkload): number {
    const consumer = this.pool.consumers.find(
      ({ fleet }) => fleetKey(fleet) === workload.fleet.key,
    );
    const owned = [...this.owners.values()].filter((owner) => owner === workload);
    return (consumer?.guaranteed ?? 0) - owned.length;
  }
}
