/** Demand, model and supply small enough to plan for by hand. */
import { rackCapacity } from "../../../src/core/capacity/rack-capacity.ts";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import { millis } from "../../../src/core/units.ts";
import type { FleetModel } from "../../../src/oracle/fleet-model.ts";
import type { DemandStep, WatchedFleet } from "../../../src/oracle/standing-fleet.ts";
import type { SupplyTerms } from "../../../src/oracle/supply-terms.ts";
import { aSmallFleet } from "./compiled.ts";

export const STEP_MS = millis(60_000);

/** Turns of a thousand prompt tokens, a tenth of them cold on ample racks; no output. */
export const aStep = (turns: number, changes: Partial<DemandStep> = {}): DemandStep => ({
  turns,
  promptTokens: turns * 1_000,
  coldTokens: turns * 100,
  outputTokens: 0,
  runningTurns: 0,
  pinnedTokens: 0,
  missedTurns: 0,
  ...changes,
});

export const aWatch = (turns: readonly number[], racks = 20): WatchedFleet => ({
  racks,
  stepMs: STEP_MS,
  steps: turns.map((each) => aStep(each)),
});

/** 32,000 cold tokens a second and rack; misses begin at a load of a half, all miss at 1. */
export function aModel(changes: Partial<FleetModel> = {}): FleetModel {
  const fleet = aSmallFleet();
  const engine = ENGINE_PROFILES[fleet.model.profile];
  if (engine === undefined) throw new Error(`no profile ${fleet.model.profile}`);
  return {
    fleet,
    capacity: rackCapacity(fleet, engine),
    stepMs: STEP_MS,
    law: { halfSeconds: 1e-9, steepness: 2 },
    misses: {
      knots: [
        { load: 0.5, share: 0 },
        { load: 1, share: 1 },
      ],
    },
    ...changes,
  };
}

export const someTerms = (changes: Partial<SupplyTerms> = {}): SupplyTerms => ({
  startRacks: 1,
  minRacks: 1,
  maxRacks: 3,
  racksAt: () => 3,
  leadsMs: Array.from({ length: 50 }, () => 120_000),
  medianLeadMs: 120_000,
  p95LeadMs: 120_000,
  grantMs: 0,
  drainMs: 60_000,
  requestsPerHour: 10,
  gpusPerRack: 60,
  ...changes,
});
