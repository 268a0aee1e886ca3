/** Queries that every engine's table is made of. */
import type { Combine, SignalQuery } from "./signal-table.ts";

export const ONE: Combine = { kind: "one" };

/** @returns a query whose answer is the value */
export const one = <Unit extends string>(
  unit: Unit,
  newest: string,
  promql: string,
): SignalQuery<Unit> => ({ unit, newest, promql, combine: ONE });

/**
 * An idle histogram has the quantile NaN; the `and` makes it no answer instead. Between bounds the
 * quantile is interpolated, below the first one from 0.
 *
 * @returns the quantile of a histogram, in the unit of its buckets
 */
export const quantile = (q: number, bucket: string, count: string): SignalQuery<"s"> =>
  one(
    "s",
    count,
    `histogram_quantile(${q}, sum by (le) ($rate(${bucket}))) and on () (sum($rate(${count})) > 0)`,
  );

/** @returns the share of a histogram's events at or below the objective's threshold */
export const share = (bucket: string, count: string): SignalQuery<"ratio"> =>
  one("ratio", count, `sum($within(${bucket})) / (sum($rate(${count})) > 0)`);

/** Of tables whose histograms of both latencies, and their counts, go by these keys. */
export const LATENCIES = {
  ttftP50: quantile(0.5, "ttft", "ttftCount"),
  ttftP95: quantile(0.95, "ttft", "ttftCount"),
  ttftP99: quantile(0.99, "ttft", "ttftCount"),
  itlP50: quantile(0.5, "itl", "itlCount"),
  itlP95: quantile(0.95, "itl", "itlCount"),
  itlP99: quantile(0.99, "itl", "itlCount"),
} as const;

export const LATENCY_SHARES = {
  TTFT: share("ttft", "ttftCount"),
  ITL: share("itl", "itlCount"),
} as const;
