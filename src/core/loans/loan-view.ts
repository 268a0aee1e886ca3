import { drawsOn } from "../compiled.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import type { GroupObservation } from "../observation.ts";
import type { PoolState } from "../racks/pool-state.ts";
import type { LoanView } from "./call-back.ts";

/**
 * What choosing among racks on loan looks at. A floor that a person set by FleetOverride, where it
 * is what a fleet's size rests on, waives the loan's tenure: nothing else does.
 */
export function loanView(
  { pool, observed, summaries }: PoolState,
  {
    fleets,
    observation,
  }: { readonly fleets: readonly FleetPicture[]; readonly observation: GroupObservation },
): LoanView {
  return {
    pool,
    racks: observed.racks,
    summaries,
    intents: observation.intents,
    now: observation.now,
    gangsElsewhere: observed.gangsElsewhere ?? [],
    tenureWaived: fleets.some(
      ({ situation, sizing }) =>
        drawsOn(situation.fleet, pool) && sizing.want.reason.code === "override-floor",
    ),
  };
}
