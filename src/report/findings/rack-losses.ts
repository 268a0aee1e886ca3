/** Racks that stopped serving: though nobody wanted fewer, or given back. */
import type { Stretch } from "../statistics/episodes.ts";
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

/** Most drains end before it; what falls later, others may have caused. */
const RELEASED_SECONDS = 1_800;

/** @returns oldest first: fewer racks than wanted, or as many asked for as before */
export const rackLosses = (run: FleetRun): readonly RackLoss[] =>
  falls(run, ({ before, released, wanted }) => wanted >= before || !released);

/** @returns oldest first: racks that were given back, and wanted again before the stretch ended */
export function givenBack(run: FleetRun, { from, to }: Stretch): readonly RackLoss[] {
  const most = Math.max(
    ...run.timeline.series.racksWanted.slice(from, to).map((each) => each ?? 0),
  );
  return falls(
    run,
    ({ before, released, wanted }) => released && wanted < before && most >= before,
  );
}

interface Fall {
  readonly wanted: number;
  readonly before: number;
  /** Whether fewer were held afterwards. */
  readonly released: boolean;
}

function falls(run: FleetRun, counts: (fall: Fall) => boolean): readonly RackLoss[] {
  const { racksHeld, racksServing, racksWanted } = run.timeline.series;
  const lasts = inSteps(run, LASTS_SECONDS);
  const found: RackLoss[] = [];
  for (let at = 1; at < run.steps; at += 1) {
    const before = racksServing[at - 1] ?? 0;
    const after = racksServing[at] ?? before;
    const later = racksServing[Math.min(run.steps - 1, at + lasts)] ?? before;
    if (after >= before || later >= before) continue;
    const held = racksHeld[at - 1] ?? before;
    const released = racksHeld
      .slice(at, at + inSteps(run, RELEASED_SECONDS))
      .some((each) => each !== null && each < held);
    if (counts({ wanted: racksWanted[at] ?? 0, before, released }))
      found.push({ at, before, after });
  }
  return found;
}
