/** Racks that stopped serving though nobody wanted fewer. */
import type { FleetRun } from "./fleet-run.ts";
import { inSteps } from "./fleet-run.ts";

export interface RackLoss {
  /** The first step without them. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** A pod that restarts and a scrape that is missed are back before this. */
const LASTS_SECONDS = 120;

/** @returns oldest first. Fewer racks than wanted is a loss, fewer and not wanted is scale-in. */
export function rackLosses(run: FleetRun): readonly RackLoss[] {
  const { racksServing, racksWanted } = run.timeline.series;
  const lasts = inSteps(run, LASTS_SECONDS);
  const found: RackLoss[] = [];
  for (let at = 1; at < run.steps; at += 1) {
    const before = racksServing[at - 1] ?? 0;
    const after = racksServing[at] ?? before;
    const later = racksServing[Math.min(run.steps - 1, at + lasts)] ?? before;
    const wanted = racksWanted[at] ?? 0;
    if (after < before && later < before && wanted >= before) found.push({ at, before, after });
  }
  return found;
}
