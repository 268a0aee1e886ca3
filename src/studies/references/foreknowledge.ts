/** What references know of a run before it begins: its turns, its engines, its supply. */
import { calibrated } from "../../oracle/calibrate.ts";
import { stepsTogether } from "../../oracle/clairvoyant.ts";
import { capacityOf } from "../../oracle/fleet-model.ts";
import type { FleetModel } from "../../oracle/fleet-model.ts";
import { coarser, watchStanding } from "../../oracle/standing-fleet.ts";
import type { WatchedFleet } from "../../oracle/standing-fleet.ts";
import { loneFleet, supplyTerms } from "../../oracle/supply-terms.ts";
import type { SupplyTerms } from "../../oracle/supply-terms.ts";
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import { DAY_MS, millis } from "../../core/units.ts";
import type { SimulationRun } from "../simulation-run.ts";

export interface Foreknowledge {
  /** On ample racks: what clients offer. */
  readonly offered: WatchedFleet;
  readonly model: FleetModel;
  readonly terms: SupplyTerms;
  /** Watches the same traffic, or that of a scenario with other traffic, on ample racks. */
  readonly offeredIn: (scenario: CompiledScenario) => WatchedFleet;
}

/** Ample: with twice the most racks that the fleet may have nobody waits and nothing is evicted. */
const AMPLE = 2;

/** @throws UnplannableScenario when the scenario is not one fleet on one pool */
export function foreknowledge({ scenario, seed, traffic }: SimulationRun): Foreknowledge {
  const lone = loneFleet(scenario);
  const terms = supplyTerms(scenario, lone, seed);
  const stepMs = millis(Math.max(SLICE_MS, lone.fleet.behavior.reviewIntervalMs));
  const ample = AMPLE * Math.max(terms.maxRacks, terms.startRacks);
  const watch = (watched: CompiledScenario, racks: number): WatchedFleet => {
    const sources = traffic(seed, watched).map((entry) => [entry.fleet, entry.sources] as const);
    const world = { scenario: watched, seed, traffic: new Map(sources) };
    return watchStanding({ world, racks, stepMs });
  };
  const fine = watch(scenario, ample);
  const together = stepsTogether(fine.steps.length, stepMs, terms);
  const profile = scenario.world.engines[0]?.profile ?? lone.fleet.model.profile;
  const offered = coarser(fine, together);
  const standing = sizesOf(terms, scenario.durationMs ?? 0).map((racks) =>
    coarser(watch(scenario, racks), together),
  );
  const basis = { capacity: capacityOf(lone.fleet, profile), stepMs: offered.stepMs };
  const model = calibrated(lone.fleet, basis, offered, standing);
  const offeredIn = (changed: CompiledScenario) => coarser(watch(changed, ample), together);
  return { offered, model, terms, offeredIn };
}

/** Sizes that are watched: one a rack, but no more in all than take about a minute. Judgement. */
const SIZES_MAX = 14;
const WATCHED_MS_MAX = 14 * DAY_MS;

function sizesOf({ minRacks, maxRacks }: SupplyTerms, durationMs: number): readonly number[] {
  const least = Math.max(1, minRacks);
  const affordable = Math.max(3, Math.floor(WATCHED_MS_MAX / Math.max(1, durationMs)));
  const many = Math.min(maxRacks - least + 1, SIZES_MAX, affordable);
  const sizes = Array.from({ length: many }, (_, at) =>
    Math.round(maxRacks - (at * (maxRacks - least)) / Math.max(1, many - 1)),
  );
  return [...new Set(sizes)];
}

/** Outcomes are told in slices of it: no step is shorter. */
const SLICE_MS = 15_000;
