/** Whether a fleet is inside its objectives, by what truly happened to its turns. */
import type { CompiledObjective } from "../core/compiled.ts";
import { MINUTE_MS } from "../core/units.ts";
import type { KernelResults } from "../sim/kernel/contract.ts";

/** Inside the objective: over this long, the share meeting the threshold is at least `share`. */
const INSIDE_WINDOW_MS = 5 * MINUTE_MS;

/** What has become of a fleet's turns so far. */
export type TurnTally = Pick<KernelResults, "counts" | "met">;

interface Reading {
  readonly at: number;
  /** Turns that ended, in whatever way. */
  readonly ended: number;
  readonly met: readonly number[];
}

export class InsideJudge {
  private readonly objectives: readonly CompiledObjective[];
  private readonly tally: () => TurnTally;
  private readings: readonly Reading[] = [];

  /** @param tally its `met` is in the order of the objectives */
  constructor(objectives: readonly CompiledObjective[], tally: () => TurnTally) {
    this.objectives = objectives;
    this.tally = tally;
  }

  /**
   * To be asked at rising instants.
   * @returns whether every objective was met by enough of the turns that ended in the last five
   *   minutes, or in what was watched of them; turns that were never served count as missed, and
   *   without any turn every objective is met
   */
  insideAt(at: number): boolean {
    const { counts, met } = this.tally();
    const ended = counts.completed + counts.rejected + counts.abandoned;
    const newest: Reading = { at, ended, met: [...met] };
    const kept = this.readings.filter((reading) => reading.at >= at - INSIDE_WINDOW_MS);
    this.readings = [...kept, newest];
    const [oldest = newest] = this.readings;
    const judged = newest.ended - oldest.ended;
    return this.objectives.every(({ share }, index) => {
      const good = (newest.met[index] ?? 0) - (oldest.met[index] ?? 0);
      return judged === 0 || good / judged >= share;
    });
  }
}
