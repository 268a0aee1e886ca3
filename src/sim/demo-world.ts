/** The world that `npm start` shows. */
import type { EpochMs } from "../core/units.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, millis } from "../core/units.ts";
import { DEMO_GROUP, DEMO_LEAD_TIMES } from "./demo-policy.ts";
import { World } from "./world.ts";
import type { PoolSupplyOptions, TrafficOptions, WorldOptions } from "./world-options.ts";

/**
 * Shown at 60 simulated seconds a second: the first surge comes 40 s after the start, the next ones
 * about every four minutes of watching.
 */
const SURGES: TrafficOptions["surges"] = {
  firstAfterMs: millis(40 * MINUTE_MS),
  everyMs: { low: 3.5 * HOUR_MS, high: 4.5 * HOUR_MS },
  factor: { low: 2, high: 3 },
  rampMs: { low: MINUTE_MS, high: 5 * MINUTE_MS },
  holdMs: { low: 20 * MINUTE_MS, high: 40 * MINUTE_MS },
};

/** Racks that serve when the demo begins, out of those the provider has in all. */
const START_RACKS = 4;
const STOCK_RACKS = 12;
/** Base load: a third of what four racks of the demo's small engine could ever serve. */
const BASE_TURNS_PER_SECOND = 20;

export interface DemoOptions {
  readonly seed: number;
  readonly startAt: EpochMs;
  readonly surges?: TrafficOptions["surges"];
  readonly faults?: WorldOptions["faults"];
}

/** @returns the options of the demo's world, for one seed. */
export function demoOptions({ seed, startAt, surges, faults }: DemoOptions): WorldOptions {
  return {
    seed,
    startAt,
    group: DEMO_GROUP,
    traffic: DEMO_GROUP.fleets.map(({ key }) => ({
      ...TRAFFIC,
      fleet: key,
      surges: surges ?? SURGES,
    })),
    supply: DEMO_GROUP.pools.map(({ name }) => ({ ...SUPPLY, pool: name })),
    perturb: 0.1,
    scrape: { intervalMs: millis(15 * SECOND_MS), lagMs: millis(2 * SECOND_MS) },
    maxUnavailablePods: 4,
    faults: faults ?? [],
  };
}

export const demoWorld = (options: DemoOptions): World => new World(demoOptions(options));

/**
 * Agents send long prompts, of which a cache holds most, and read short answers. Their pauses: half
 * are under 10 s in recorded sessions, but one in twelve is over 5 min, which makes a mean of about
 * a minute.
 */
const TRAFFIC: Omit<TrafficOptions, "fleet" | "surges"> = {
  baseTurnsPerSecond: BASE_TURNS_PER_SECOND,
  wave: { amplitude: 0.15, periodMs: DAY_MS },
  noiseSigma: 0.05,
  promptTokens: { p50: 14_000, p95: 36_000 },
  outputTokens: { p50: 170, p95: 450 },
  thinkMs: millis(60 * SECOND_MS),
  clientTimeoutMs: millis(120 * SECOND_MS),
};

const SUPPLY: Omit<PoolSupplyOptions, "pool"> = {
  startRacks: START_RACKS,
  stockRacks: STOCK_RACKS,
  leadTimes: DEMO_LEAD_TIMES,
  release: { p50Ms: millis(45 * SECOND_MS), p95Ms: millis(90 * SECOND_MS) },
};
