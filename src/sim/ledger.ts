/**
 * What truly happened to the turns of a fleet, beyond what any metrics source shows: for invariants
 * and studies, never for the policy.
 */
import type { CompiledObjective } from "../core/compiled.ts";
import { seconds } from "../core/units.ts";

export interface TurnCounts {
  readonly offered: number;
  /** Never sent, because the session still waited for its last answer. */
  readonly unsent: number;
  readonly completed: number;
  readonly abandoned: number;
  readonly queued: number;
  readonly running: number;
}

/** Judged so far: turns for TTFT, tokens for ITL. Turns given up or unsent count as missed TTFT. */
export interface ObjectiveTally {
  readonly name: string;
  readonly met: number;
  readonly judged: number;
}

interface Tally {
  readonly objective: CompiledObjective;
  readonly thresholdSeconds: number;
  met: number;
  judged: number;
}

export class ObjectiveLedger {
  private readonly tallies: readonly Tally[];

  constructor(objectives: readonly CompiledObjective[]) {
    this.tallies = objectives.map((objective) => ({
      objective,
      thresholdSeconds: seconds(objective.thresholdMs),
      met: 0,
      judged: 0,
    }));
  }

  judge(metric: CompiledObjective["metric"], valueSeconds: number, weight: number): void {
    for (const tally of this.tallies) {
      if (tally.objective.metric !== metric) continue;
      tally.judged += weight;
      if (valueSeconds <= tally.thresholdSeconds) tally.met += weight;
    }
  }

  read(): readonly ObjectiveTally[] {
    return this.tallies.map(({ objective, met, judged }) => ({
      name: objective.name,
      met,
      judged,
    }));
  }
}

/** INV-1: every turn offered is in exactly one place. @throws when one was lost or doubled. */
export function checkTurnsConserved(fleet: string, counts: TurnCounts): void {
  const ended = counts.unsent + counts.abandoned + counts.completed;
  const found = ended + counts.queued + counts.running;
  if (found === counts.offered) return;
  throw new Error(
    `INV-1: fleet ${fleet} was offered ${counts.offered} turns, but ${found} are accounted for: ` +
      JSON.stringify(counts),
  );
}
