/** What a step costs in turns missed, by racks; raised where a replay missed more than foreseen. */
import { missedShare } from "./fleet-model.ts";
import type { FleetModel } from "./fleet-model.ts";
import type { WatchedFleet } from "./standing-fleet.ts";

interface Raise {
  readonly factor: number;
  /** Turns. */
  readonly least: number;
}

export class MissTable {
  readonly steps: number;
  private readonly width: number;
  /** By step, racks, and racks whose caches are warm. */
  private readonly missed: Float64Array;

  /** @param most racks that may ever compute */
  constructor(model: FleetModel, offered: WatchedFleet, most: number) {
    this.steps = offered.steps.length;
    this.width = most + 1;
    this.missed = new Float64Array(this.steps * this.width * this.width);
    for (const [at, step] of offered.steps.entries()) {
      for (let racks = 0; racks <= most; racks += 1) {
        for (let cached = 0; cached <= racks; cached += 1) {
          const share = missedShare(model, step, racks, cached);
          this.missed[this.indexOf(at, racks, cached)] = share * step.turns;
        }
      }
    }
  }

  /** @returns turns that the step misses on so many racks */
  at(step: number, racks: number, cachedRacks = racks): number {
    return this.missed[this.indexOf(step, racks, cachedRacks)] ?? 0;
  }

  /**
   * From now on the step misses `factor` times as many turns on `racks` racks, or on fewer, and
   * `least` at least.
   */
  raise(step: number, racks: number, { factor, least }: Raise): void {
    for (let fewer = 0; fewer <= racks; fewer += 1) {
      for (let cached = 0; cached <= fewer; cached += 1) {
        const index = this.indexOf(step, fewer, cached);
        this.missed[index] = Math.max(least, (this.missed[index] ?? 0) * factor);
      }
    }
  }

  private indexOf(step: number, racks: number, cached: number): number {
    return (step * this.width + racks) * this.width + cached;
  }
}

/**
 * @returns GPU-hours that one turn costs on a fleet that always has just the racks it needs: what a
 *   price of a miss is told in, so that one price suits fleets of every size
 */
export function gpuHoursPerTurn(
  offered: WatchedFleet,
  racksNeeded: (step: number) => number,
  rackStepGpuHours: number,
): number {
  const { hours, turns } = offered.steps.reduce(
    (sum, step, at) => ({
      hours: sum.hours + racksNeeded(at) * rackStepGpuHours,
      turns: sum.turns + step.turns,
    }),
    { hours: 0, turns: 0 },
  );
  return hours / Math.max(1, turns);
}
