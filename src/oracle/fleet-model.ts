/**
 * What N racks make of a step's demand. Core's capacity says how loaded they are at the hit rate
 * that N racks would have: cold work falls as racks are added, so load falls faster than they rise.
 * What is missed at a load is measured on the world itself: see `calibrate.ts`.
 */
import { hitRateAt } from "../core/cache/response-law.ts";
import { coldTokensPerTurn, prefillLoad } from "../core/capacity/attainment.ts";
import { rackCapacity } from "../core/capacity/rack-capacity.ts";
import type { RackCapacity } from "../core/capacity/rack-capacity.ts";
import type { CompiledFleet } from "../core/compiled.ts";
import { clamp } from "../core/numeric.ts";
import { ENGINE_PROFILES } from "../core/profiles/engine-profiles.ts";
import { ratio, seconds } from "../core/units.ts";
import type { Millis } from "../core/units.ts";
import type { MissCurve } from "./miss-curve.ts";
import { missedAt } from "./miss-curve.ts";
import type { DemandStep } from "./standing-fleet.ts";

/** Of the hits that ample racks have, N racks have 1 / (1 + (x / halfSeconds)^−steepness). */
export interface CacheLaw {
  /** x: seconds of free cache. The response law without its ceiling, which the recording has. */
  readonly halfSeconds: number;
  readonly steepness: number;
}

export interface FleetModel {
  readonly fleet: CompiledFleet;
  readonly capacity: RackCapacity;
  readonly stepMs: Millis;
  readonly law: CacheLaw;
  readonly misses: MissCurve;
}

/** @throws Error when the engine's profile is not in the table */
export function capacityOf(fleet: CompiledFleet, profile: string): RackCapacity {
  const engine = ENGINE_PROFILES[profile];
  if (engine !== undefined) return rackCapacity(fleet, engine);
  const known = Object.keys(ENGINE_PROFILES).join(", ");
  throw new Error(`fleet ${fleet.key}: engine ${profile} is not known, expected one of ${known}`);
}

/** What is known of a fleet before it was measured. */
export type FleetBasis = Pick<FleetModel, "capacity" | "stepMs">;

/** @returns seconds of free cache on `racks` racks; Infinity without prompts */
export function freeSeconds(
  { capacity, stepMs }: FleetBasis,
  step: DemandStep,
  racks: number,
): number {
  if (step.promptTokens <= 0) return Number.POSITIVE_INFINITY;
  const perSecond = step.promptTokens / seconds(stepMs);
  return (racks * capacity.kvTokens - step.pinnedTokens) / perSecond;
}

/** @returns the hit rate of prompts on ample racks; 1 without prompts */
export const ampleHitRate = ({ promptTokens, coldTokens }: DemandStep): number =>
  promptTokens <= 0 ? 1 : clamp(1 - coldTokens / promptTokens, 0, 1);

/** @returns the hit rate of the step's prompts on the caches of `racks` racks, once warm */
export const hitRateOn = (
  model: Omit<FleetModel, "misses" | "fleet">,
  step: DemandStep,
  racks: number,
): number =>
  ampleHitRate(step) * hitRateAt({ ceiling: 1, ...model.law }, freeSeconds(model, step, racks));

/**
 * @param hitRate of the step's prompts
 * @returns shares of what the racks can prefill and decode in the step, the sum where units do both
 */
export function loadOn(
  { capacity, stepMs }: FleetBasis,
  step: DemandStep,
  racks: number,
  hitRate: number,
): number {
  if (step.turns <= 0) return 0;
  if (racks <= 0) return Number.POSITIVE_INFINITY;
  const load = {
    turnsPerSecond: step.turns / seconds(stepMs),
    promptTokensPerTurn: step.promptTokens / step.turns,
    outputTokensPerTurn: step.outputTokens / step.turns,
    hitRate: ratio(hitRate),
  };
  const prefill = coldTokensPerTurn(load) > 0 ? prefillLoad(racks, capacity, load) : 0;
  const output = load.turnsPerSecond * load.outputTokensPerTurn;
  const decode = output / (racks * capacity.decodeTokensPerSecond);
  return capacity.shared ? prefill + decode : Math.max(prefill, decode);
}

/**
 * @param cachedRacks racks whose caches are warm; the others only compute
 * @returns the share of the step's turns that miss an objective
 */
export function missedShare(
  model: FleetModel,
  step: DemandStep,
  racks: number,
  cachedRacks = racks,
): number {
  if (step.turns <= 0) return 0;
  return missedAt(model.misses, loadOn(model, step, racks, hitRateOn(model, step, cachedRacks)));
}

/** @returns the fewest racks up to `max` that miss at most `share` of the step's turns, or `max` */
export function racksFor(model: FleetModel, step: DemandStep, share: number, max: number): number {
  for (let racks = 0; racks < max; racks += 1) {
    if (missedShare(model, step, racks) <= share) return racks;
  }
  return max;
}
