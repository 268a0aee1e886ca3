/** Whether a fleet is inside its objectives, by what truly happened to its turns. */
import type { CompiledObjective } from "../core/compiled.ts";
import { MINUTE_MS } from "../core/units.ts";
import type { ObjectiveLedger, ObjectiveTally } from "../sim/ledger.ts";

/** Inside the objective: over this long, the share meeting the threshold is at least `share`. */
const INSIDE_WINDOW_MS = 5 * MINUTE_MS;

interface Reading {
  readonly at: number;
  readonly tallies: readonly ObjectiveTally[];
}

export class InsideJudge {
  private readonly objectives: readonly CompiledObjective[];
  private readonly ledger: ObjectiveLedger;
  private readings: readonly Reading[] = [];

  constructor(objectives: readonly CompiledObjective[], ledger: ObjectiveLedger) {
    this.objectives = objectives;
    this.ledger = ledger;
  }

  /**
   * To be asked at rising instants.
   * @returns whether every objective is met over the last five minutes, or what was watched of
   *   them; turns that were never served count as missed, an objective nothing was judged by as met
   */
  insideAt(at: number): boolean {
    const newest = { at, tallies: this.ledger.read() };
    const kept = this.readings.filter((reading) => reading.at >= at - INSIDE_WINDOW_MS);
    this.readings = [...kept, newest];
    const [oldest] = this.readings;
    return this.objectives.every(({ name, share }) => shareSince(name, oldest, newest) >= share);
  }
}

function shareSince(name: string, oldest: Reading | undefined, newest: Reading): number {
  const from = oldest?.tallies.find((tally) => tally.name === name);
  const to = newest.tallies.find((tally) => tally.name === name);
  const judged = (to?.judged ?? 0) - (from?.judged ?? 0);
  return judged > 0 ? ((to?.met ?? 0) - (from?.met ?? 0)) / judged : 1;
}
