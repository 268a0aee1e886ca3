/** The world that `npm start` shows. */
import type {
  CompiledScenario,
  ScenarioFault,
  ScenarioSupply,
  TrafficShape,
} from "../config/compiled-scenario.ts";
import type { EpochMs } from "../core/units.ts";
import { MINUTE_MS, SECOND_MS, millis } from "../core/units.ts";
import { DEMO_GROUP, DEMO_LEAD_TIMES } from "./demo-policy.ts";
import { demoSurges, demoTraffic } from "./demo-traffic.ts";
import { World } from "./world.ts";

/** Racks that serve when the demo begins, out of those the provider has in all. */
const START_RACKS = 4;
const STOCK_RACKS = 12;
/** Three times as long as a session of the demo lasts: then as many begin as end. */
const WARMUP_MS = millis(15 * MINUTE_MS);

export interface DemoOptions {
  readonly seed: number;
  readonly startAt: EpochMs;
  readonly surges?: readonly TrafficShape[];
  readonly faults?: readonly ScenarioFault[];
  readonly turnsPerSecond?: number;
}

const { grant, boot, join, start, totalMs } = DEMO_LEAD_TIMES;

const SUPPLY: Omit<ScenarioSupply, "pool"> = {
  startRacks: START_RACKS,
  stock: [{ atMs: millis(0), racks: STOCK_RACKS }],
  leadTimes: { grant, boot, join, start },
  leadTimeBoundsMs: totalMs,
  release: { p50Ms: millis(45 * SECOND_MS), p95Ms: millis(90 * SECOND_MS) },
  failedBoots: 0,
  loanedRacks: 0,
};

/** @returns the demo as a scenario; its traffic is `demoTraffic`, which no file describes. */
export function demoScenario({ seed, startAt, faults }: DemoOptions): CompiledScenario {
  const { pools, fleets } = DEMO_GROUP;
  return {
    name: "demo",
    durationMs: null,
    startsAt: startAt,
    seeds: [seed],
    policy: "breakwater",
    group: DEMO_GROUP,
    world: {
      traffic: [],
      clients: {
        timeoutMs: millis(120 * SECOND_MS),
        retries: 2,
        abandonAfterMs: millis(5 * MINUTE_MS),
      },
      engines: fleets.map(({ model }) => ({ profile: model.profile, perturb: 0.1, fixed: null })),
      routers: fleets.map(({ router }) => ({ kind: router, lagMs: millis(0) })),
      supply: pools.map(({ name }) => ({ ...SUPPLY, pool: name })),
      people: { approvalDelay: null, absent: 0, refuse: 0 },
      scrape: { intervalMs: millis(15 * SECOND_MS), lagMs: millis(2 * SECOND_MS) },
      faults: faults ?? [],
      warmupMs: WARMUP_MS,
    },
  };
}

export function demoWorld(options: DemoOptions): World {
  const { seed, turnsPerSecond } = options;
  const source = demoTraffic({
    seed,
    surges: options.surges ?? demoSurges(seed),
    warmupMs: WARMUP_MS,
    ...(turnsPerSecond === undefined ? {} : { turnsPerSecond }),
  });
  const traffic = new Map(DEMO_GROUP.fleets.map(({ key }) => [key, [source]]));
  return new World({ scenario: demoScenario(options), seed, traffic });
}
