/** Racks that the provider takes for others whenever it likes, as of a Spot pool. */
import type { ScenarioSupply } from "../config/compiled-scenario.ts";
import type { CompiledPool } from "../core/compiled.ts";
import { HOUR_MS } from "../core/units.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { RackOutages } from "./rack-outages.ts";
import { RandomStream } from "./random.ts";

export interface InterruptionsOptions {
  readonly pool: CompiledPool;
  readonly supply: ScenarioSupply;
  readonly timeline: Timeline;
  readonly seed: number;
  /** Epoch milliseconds: nothing is taken before. */
  readonly startsAt: number;
  readonly outages: RackOutages;
}

/**
 * A Poisson process of the rate of as many racks as the pool may ever have, each instant with a
 * place among them: what comes to a place that no rack has takes nothing. So every rack in service
 * is taken at the given rate, and the instants are the same whatever a policy does. They come from
 * a stream of their own.
 */
export function beginInterruptions(options: InterruptionsOptions): void {
  const { pool, supply, seed, startsAt, timeline, outages } = options;
  if (supply.interruptions === undefined) return;
  const { perRackHour, noticeMs } = supply.interruptions;
  const places = Math.max(pool.limits.maxRacks, supply.startRacks);
  const perMs = (perRackHour * places) / HOUR_MS;
  if (perMs <= 0) return;
  const random = new RandomStream(seed, `interruptions/${pool.name}`);
  const next = (from: number): void => {
    const at = from + random.exponential() / perMs;
    const place = Math.floor(random.uniform() * places);
    timeline.schedule(at, PRIORITY.supply, () => {
      outages.interruptAt(place, noticeMs);
      next(at);
    });
  };
  next(startsAt);
}
