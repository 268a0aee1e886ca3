/**
 * Everything that is kept as OpenMetrics text with timestamps, for `promtool tsdb
 * create-blocks-from openmetrics` (github.com/prometheus/OpenMetrics, specification 1.0). The
 * format has no stale markers: a series that ended is found for the five minutes of the lookback.
 */
import type { MetricsStore } from "./metrics-store.ts";
import { METRIC_NAME } from "./promql/vector.ts";
import type { Labels } from "./promql/vector.ts";
import { STALE } from "./sample-log.ts";
import type { StoredSeries } from "./scraped-target.ts";

/** @param write is given whole lines, in order, each ending in a newline; `# EOF` is the last */
export function writeOpenMetrics(store: MetricsStore, write: (line: string) => void): void {
  for (const [family, series] of familiesOf(store.series())) {
    write(`# TYPE ${family} ${series[0]?.family.type ?? "unknown"}\n`);
    for (const metric of metricsOf(series)) writeMetric(metric, write);
  }
  write("# EOF\n");
}

/** Families must not be interleaved. */
function familiesOf(all: readonly StoredSeries[]): ReadonlyMap<string, readonly StoredSeries[]> {
  return grouped(all, ({ family }) => family.family);
}

/** Nor must metrics: the series of one histogram belong together, others stand alone. */
function metricsOf(family: readonly StoredSeries[]): Iterable<readonly StoredSeries[]> {
  const identity = ({ labels }: StoredSeries): string => {
    const { [METRIC_NAME]: _, le: __, ...others } = labels;
    return JSON.stringify(others);
  };
  return grouped(family, identity).values();
}

function grouped<T>(entries: readonly T[], keyOf: (entry: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** Instants ascend, all series of the metric at one before the next. */
function writeMetric(metric: readonly StoredSeries[], write: (line: string) => void): void {
  const [first] = metric;
  if (first === undefined) return;
  const { axis } = first;
  const ordered = metric.toSorted((a, b) => boundOf(a) - boundOf(b));
  const names = ordered.map(({ labels }) => selectorOf(labels));
  for (let row = axis.firstRow(); row < axis.endRow(); row += 1) {
    const at = timestampText(axis.timeOf(row));
    ordered.forEach(({ log, column }, index) => {
      const value = log.value(row, column);
      if (value > STALE) write(`${names[index]} ${value} ${at}\n`);
    });
  }
}

/** Buckets come in the order of their bounds, count and sum behind them. */
const boundOf = ({ labels: { le } }: StoredSeries): number => {
  if (le === undefined) return Number.MAX_VALUE;
  return le === "+Inf" ? Number.MAX_VALUE / 2 : Number(le);
};

function selectorOf(labels: Labels): string {
  const { [METRIC_NAME]: name, ...others } = labels;
  const texts = Object.entries(others).map(([label, value]) => `${label}=${escaped(value)}`);
  return `${name}{${texts.join(",")}}`;
}

/** The format knows three escapes. */
const escaped = (value: string): string =>
  `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/** Part of a millisecond that keeps readers that cut off from losing one. */
const NUDGE_MS = 0.25;

/**
 * Seconds. Prometheus multiplies by 1000 and cuts off: where the double nearest to an instant lies
 * below it, a text slightly above is written.
 */
export function timestampText(atMs: number): string {
  const text = String(atMs / 1_000);
  return Math.trunc(Number(text) * 1_000) === atMs ? text : String((atMs + NUDGE_MS) / 1_000);
}
