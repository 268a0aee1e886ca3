/** Results for a planner: a row a figure with its unit, a column a seed. */
import type { LatencyResult, SimulationResult } from "../../api/results.ts";
import { inPercent } from "../../core/in-percent.ts";

export interface ResultRow {
  readonly section: string;
  readonly name: string;
  /** One a result. */
  readonly values: readonly string[];
}

interface Figure {
  readonly section: string;
  readonly name: string;
  readonly of: (result: SimulationResult) => string;
}

const NONE = "–";

const number = (value: number | null, decimals: number): string =>
  value === null ? NONE : grouped(value.toFixed(decimals));
/** 1234567.8 → 1,234,567.8 */
const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");
const whole = (value: number): string => number(value, 0);
const percent = (value: number | null): string => (value === null ? NONE : inPercent(value, 2));
const duration = (seconds: number | null): string => {
  if (seconds === null) return "never";
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3_600).toFixed(2)} h`;
};
/** Milliseconds below a second. */
const latency = (seconds: number | null): string => {
  if (seconds === null) return NONE;
  return seconds < 1 ? `${(seconds * 1_000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
};

const latencies = ({ mean, p50, p95, p99 }: LatencyResult): string =>
  [mean, p50, p95, p99].map(latency).join(" / ");

const figure = (section: string, name: string, of: Figure["of"]): Figure => ({ section, name, of });

const FIGURES: readonly Figure[] = [
  figure("turns", "offered", ({ turns }) => whole(turns.offered)),
  figure("turns", "completed", ({ turns }) => whole(turns.completed)),
  figure("turns", "abandoned, rejected", ({ turns }) =>
    [turns.abandoned, turns.rejected].map(whole).join(", "),
  ),
  figure("turns", "in flight at the end", ({ turns }) => whole(turns.inFlight)),
  figure("objectives", "judged (could end in time)", ({ slo }) => whole(slo.judged)),
  figure("objectives", "violations (turns)", ({ slo }) => whole(slo.violations)),
  figure("objectives", "attainment", ({ slo }) => percent(slo.attainment)),
  figure("objectives", "outside for", ({ slo }) => duration(slo.violationSeconds)),
  figure("latency", "TTFT mean / p50 / p95 / p99", (result) => latencies(result.latency.ttft)),
  figure("latency", "ITL mean / p50 / p95 / p99", (result) => latencies(result.latency.itl)),
  figure("latency", "E2E mean / p50 / p95 / p99", (result) => latencies(result.latency.e2e)),
  figure("cache", "hit rate", ({ cache }) => percent(cache.hitRate)),
  figure("cache", "ideal hit rate", ({ cache }) => percent(cache.idealHitRate)),
  figure("racks", "mean", ({ racks }) => number(racks.mean, 2)),
  figure("racks", "peak", ({ racks }) => whole(racks.peak)),
  figure("racks", "out, in, moved", ({ racks }) =>
    [racks.scaleUps, racks.scaleDowns, racks.moves].map(whole).join(", "),
  ),
  figure("cost", "GPU-hours held", ({ gpuHours }) => number(gpuHours.held, 1)),
  figure("cost", "of them serving", ({ gpuHours }) => number(gpuHours.serving, 1)),
  figure("cost", "wasted", ({ gpuHours }) => number(gpuHours.wasted, 1)),
  figure("cost", "above the commitment", ({ gpuHours }) => number(gpuHours.marginal, 1)),
  figure("cost", "on loan", ({ gpuHours }) => number(gpuHours.loaned, 1)),
  figure("cost", "US dollars", ({ costUsd }) => number(costUsd, 2)),
  figure("forecast", "coverage of 80 %, 95 %", ({ forecast }) =>
    [forecast.coverage80, forecast.coverage95].map(percent).join(", "),
  ),
  figure("forecast", "pinball loss", ({ forecast }) => percent(forecast.pinballLoss)),
  figure("decisions", "opened", ({ decisions }) => whole(decisions.total)),
  figure("decisions", "confirmed, expired", ({ decisions }) =>
    [decisions.confirmed, decisions.expired].map(whole).join(", "),
  ),
];

/** @param results of one scenario and policy, a seed each */
export function resultRows(results: readonly SimulationResult[]): readonly ResultRow[] {
  const objectives = unionOf(results, ({ slo }) => Object.keys(slo.byObjective));
  const reasons = unionOf(results, ({ decisions }) => Object.keys(decisions.byReason));
  const many = Math.max(0, ...results.map(({ surges }) => surges.length));
  const figures = [
    ...FIGURES.filter(({ section }) => section === "turns" || section === "objectives"),
    ...objectives.map((name) =>
      figure("objectives", `met ${name}`, ({ slo }) => percent(slo.byObjective[name] ?? null)),
    ),
    ...FIGURES.filter(({ section }) => section !== "turns" && section !== "objectives"),
    ...reasons.map((name) =>
      figure("decisions", `for ${name}`, ({ decisions }) => whole(decisions.byReason[name] ?? 0)),
    ),
    ...Array.from({ length: many }, (_, at) => surgeFigure(at, results)),
    ...referenceFigures(results),
  ];
  return figures.map(({ name, of, section }) => ({ section, name, values: results.map(of) }));
}

function surgeFigure(at: number, results: readonly SimulationResult[]): Figure {
  const [surge] = results.flatMap(({ surges }) => surges[at] ?? []);
  const what = surge?.cause === "traffic" ? `x ${surge.factor}` : (surge?.cause ?? "");
  const name = `${what} at ${duration(surge?.startSeconds ?? 0)}: absorbed, outside, violations`;
  return figure("surges", name, ({ surges }) => {
    const own = surges[at];
    if (own === undefined) return NONE;
    const times = [own.timeToAbsorbSeconds, own.outsideSeconds].map(duration);
    return [...times, whole(own.violations)].join(", ");
  });
}

/** Of references: what each round planned, and what its replay came to. */
function referenceFigures(results: readonly SimulationResult[]): readonly Figure[] {
  const many = Math.max(0, ...results.map(({ reference }) => reference?.rounds.length ?? 0));
  return Array.from({ length: many }, (_, at) =>
    figure("rounds", `${at + 1}: GPU-hours, violations: planned; replayed`, ({ reference }) => {
      const round = reference?.rounds[at];
      if (round === undefined) return NONE;
      const told = [round.planned, round.replayed].map((found) =>
        found === null ? NONE : `${number(found.gpuHours, 1)}, ${whole(found.violations)}`,
      );
      return `${told.join("; ")}${reference?.reported === at ? " (reported)" : ""}`;
    }),
  );
}

function unionOf(
  results: readonly SimulationResult[],
  names: (result: SimulationResult) => readonly string[],
): readonly string[] {
  return [...new Set(results.flatMap(names))];
}
