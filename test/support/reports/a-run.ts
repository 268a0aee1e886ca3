/** A run for reports: calm, but for what a test changes. */
import type { SimulationResult } from "../../../src/api/results.ts";
import type { TimelineOrder, TimelineSeries } from "../../../src/api/timeline.ts";
import type { ReportRun } from "../../../src/report/report-input.ts";

type Columns = Record<TimelineSeries, (number | null)[]>;

/** Ten turns a second on five racks, one in a hundred missing, where one in twenty may. */
const CALM: Readonly<Record<TimelineSeries, number>> = {
  arrived: 600,
  met: 594,
  forecastP10: 8.5,
  forecastP50: 10,
  forecastP90: 11.8,
  ttftP95: 4,
  itlP95: 0.02,
  hitRate: 0.8,
  racksWanted: 5,
  racksHeld: 5,
  racksServing: 5,
  racksArriving: 0,
};

/** Values go up and down by a part of themselves that repeats after so many minutes. */
const WAVER = { minutes: 37, share: 0.01 };

export interface RunChanges {
  readonly name?: string;
  readonly days?: number;
  readonly change?: (columns: Columns) => void;
  readonly orders?: readonly TimelineOrder[];
  readonly result?: Partial<SimulationResult>;
}

export function aRun({ change, days = 4, name = "ours", ...rest }: RunChanges = {}): ReportRun {
  const steps = Math.round(days * 1_440);
  const columns = calmColumns(steps);
  change?.(columns);
  const total = (column: readonly (number | null)[]): number =>
    column.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const [arrived, met] = [total(columns.arrived), total(columns.met)];
  const held = (total(columns.racksHeld) * 72) / 60;
  return {
    name,
    result: { ...aResult(name, { arrived, met, held, steps }), ...rest.result },
    timeline: {
      schemaVersion: 1,
      startsAtSeconds: 0,
      stepSeconds: 60,
      fleets: [
        {
          fleet: "agents/coder",
          objectives: [{ name: "ttft", metric: "TTFT", thresholdSeconds: 20, share: 0.95 }],
          gpusPerRack: 72,
          series: columns,
          orders: rest.orders ?? [],
        },
      ],
    },
  };
}

function calmColumns(steps: number): Columns {
  const wavering = (name: TimelineSeries): (number | null)[] =>
    Array.from({ length: steps }, (_, at) => {
      const wave = Math.sin((2 * Math.PI * at) / WAVER.minutes) * WAVER.share;
      return name.startsWith("racks") ? CALM[name] : CALM[name] * (1 + wave);
    });
  return {
    arrived: wavering("arrived"),
    met: wavering("met"),
    forecastP10: wavering("forecastP10"),
    forecastP50: wavering("forecastP50"),
    forecastP90: wavering("forecastP90"),
    ttftP95: wavering("ttftP95"),
    itlP95: wavering("itlP95"),
    hitRate: wavering("hitRate"),
    racksWanted: wavering("racksWanted"),
    racksHeld: wavering("racksHeld"),
    racksServing: wavering("racksServing"),
    racksArriving: wavering("racksArriving"),
  };
}

/** Sets a column, or changes it by a function, between two hours of the run. */
export function between(
  column: (number | null)[],
  [from, to]: readonly [number, number],
  value: number | ((before: number) => number),
): void {
  for (let at = Math.round(from * 60); at < Math.min(column.length, to * 60); at += 1) {
    column[at] = typeof value === "number" ? value : value(column[at] ?? 0);
  }
}

/** So many racks, asked for and served at those hours, where 40 min are usual and 56 the p95. */
export const anOrder = (asked: number, served: number | null, racks = 1): TimelineOrder => ({
  pool: "gb200",
  racks,
  askedSeconds: asked * 3_600,
  servedSeconds: served === null ? null : served * 3_600,
  expected: { p50Seconds: 2_400, p95Seconds: 3_360 },
});

interface Totals {
  readonly arrived: number;
  readonly met: number;
  readonly held: number;
  readonly steps: number;
}

function aResult(policy: string, { arrived, held, met, steps }: Totals): SimulationResult {
  const latency = { mean: 2, p50: 2, p90: 3, p95: 4, p99: 5, max: 9 };
  return {
    schemaVersion: 1,
    scenario: "calm",
    policy,
    seed: 1,
    simulatedSeconds: steps * 60,
    turns: {
      offered: arrived,
      arrived,
      completed: arrived,
      rejected: 0,
      abandoned: 0,
      inFlight: 0,
      lost: 0,
    },
    slo: {
      attainment: met / arrived,
      judged: arrived,
      violations: arrived - met,
      violationSeconds: 0,
      byObjective: { ttft: met / arrived },
    },
    latency: { ttft: latency, itl: latency, e2e: latency },
    cache: { hitRate: 0.8, idealHitRate: 0.9, coldTokens: 1, promptTokens: 5 },
    gpuHours: { held, serving: held, wasted: 0, marginal: 0, loaned: 0 },
    costUsd: null,
    racks: { mean: 5, peak: 5, scaleUps: 0, scaleDowns: 0, moves: 0 },
    surges: [],
    forecast: { coverage80: 0.8, coverage95: 0.95, pinballLoss: 0.05 },
    decisions: { total: 0, byReason: {}, confirmed: 0, expired: 0 },
    fleets: [],
  };
}
