import type { RackPhase } from "../../../core/decision.ts";
import type { FleetView } from "../../../api/fleet-view.ts";
import { causeCode, HISTORY_SERIES, SHARE_PREFIX } from "../../../api/history-view.ts";
import type { HistoryPoint, Reduction } from "../../../api/history-view.ts";
import type { PoolView } from "../../../api/pool-view.ts";

/** Width of a history point. */
export const HISTORY_RESOLUTION_SECONDS = 60;

type Values = Record<string, number | null>;

/** @returns the point of one fleet's tick; `pools` are those of its group. */
export function historyPoint(fleet: FleetView, pools: readonly PoolView[]): HistoryPoint {
  const width = HISTORY_RESOLUTION_SECONDS;
  return {
    atSeconds: Math.floor(fleet.atSeconds / width) * width,
    values: {
      ...forecastValues(fleet),
      ...objectiveValues(fleet),
      ttftP95: fleet.latency.ttft.p95Seconds,
      itlP95: fleet.latency.itl.p95Seconds,
      hitRate: fleet.cache.hitRate,
      expectedHitRate: fleet.cache.expectedHitRate,
      cacheCause: causeCode(fleet.cache.cause),
      cacheCauseShare: fleet.cache.shareOfGap ?? null,
      ...rackValues(fleet, pools),
    },
  };
}

function forecastValues({ forecast, signals }: FleetView): Values {
  const arrivals = signals.find(({ name }) => name === "arrivals")?.value ?? null;
  return {
    demand: arrivals,
    horizonSeconds: forecast?.horizonSeconds ?? null,
    forecastP10: forecast?.p10 ?? null,
    forecastP50: forecast?.p50 ?? null,
    forecastP90: forecast?.p90 ?? null,
    forecastP99: forecast?.p99 ?? null,
  };
}

function objectiveValues({ objectives }: FleetView): Values {
  const shares = objectives.map(({ name, observedShare }) => [SHARE_PREFIX + name, observedShare]);
  return Object.fromEntries(shares);
}

const GROUPS: Readonly<Record<RackPhase, string>> = {
  Requested: "racksArriving",
  Provisioning: "racksArriving",
  Joining: "racksArriving",
  Starting: "racksArriving",
  Warming: "racksWarming",
  Serving: "racksServing",
  Draining: "racksLeaving",
  Releasing: "racksLeaving",
  Gone: "racksLeaving",
  Repairing: "racksOther",
  Loaned: "racksOther",
  Idle: "racksOther",
};

/**
 * Racks of a fleet by group of phases. A rack on the way carries nobody's name yet: it counts for
 * the fleet that is alone in its pool, and what the fleet holds beyond that is still to appear.
 */
function rackValues(fleet: FleetView, pools: readonly PoolView[]): Values {
  const counts = new Map(Object.values(GROUPS).map((group) => [group, 0]));
  const own = pools.flatMap((pool) => racksOf(fleet.fleet, pool));
  for (const { phase } of own) counts.set(GROUPS[phase], (counts.get(GROUPS[phase]) ?? 0) + 1);
  const toAppear = Math.max(0, fleet.racks.held - own.length);
  const racksArriving = (counts.get("racksArriving") ?? 0) + toAppear;
  return { ...Object.fromEntries(counts), racksArriving, racksWant: fleet.racks.want };
}

function racksOf(fleet: string, pool: PoolView): PoolView["racks"] {
  const alone = pool.consumers.every((consumer) => consumer.fleet === fleet);
  return pool.racks.filter((rack) => rack.fleet === fleet || (alone && rack.fleet === null));
}

/** @returns the point for both, of the same minute; `newer` stands where the newest counts. */
export function mergePoints(older: HistoryPoint, newer: HistoryPoint): HistoryPoint {
  const names = Object.keys({ ...older.values, ...newer.values });
  const merged = names.map((name) => {
    const [a, b] = [older.values[name] ?? null, newer.values[name] ?? null];
    return [name, reduce(reductionOf(name), a, b)] as const;
  });
  return { atSeconds: newer.atSeconds, values: Object.fromEntries(merged) };
}

function reductionOf(name: string): Reduction {
  if (name.startsWith(SHARE_PREFIX)) return "min";
  return isSeries(name) ? HISTORY_SERIES[name] : "last";
}

const isSeries = (name: string): name is keyof typeof HISTORY_SERIES => name in HISTORY_SERIES;

function reduce(how: Reduction, a: number | null, b: number | null): number | null {
  if (how === "last" || a === null) return b;
  if (b === null) return a;
  return how === "max" ? Math.max(a, b) : Math.min(a, b);
}
