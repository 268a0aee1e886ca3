/** A history as OpenMetrics text, for `promtool tsdb create-blocks-from openmetrics`. */
import type { MetricsHistory, SeriesHistory } from "./history.ts";

const MINUTE_SECONDS = 60;

/**
 * Every series is a gauge of its own family: what a family's type demands of its names and order
 * is of no use to who only stores samples.
 * @param endsAtSeconds since the epoch: the instant of the last minute
 */
export function openMetricsOf({ minutes, series }: MetricsHistory, endsAtSeconds: number): string {
  const startsAt = endsAtSeconds - minutes * MINUTE_SECONDS;
  const names = [...new Set(series.map(nameOf))];
  const families = names.map((name) => {
    const lines = series
      .filter((one) => nameOf(one) === name)
      .flatMap((one) => linesOf(one, startsAt));
    return [`# TYPE ${name} unknown`, ...lines].join("\n");
  });
  return [...families, "# EOF", ""].join("\n");
}

const nameOf = ({ name }: SeriesHistory): string => name.replace(/\{.*/, "");

function linesOf({ name, values }: SeriesHistory, startsAt: number): readonly string[] {
  return values.flatMap((value, minute) =>
    value === null ? [] : [`${name} ${value} ${startsAt + (minute + 1) * MINUTE_SECONDS}`],
  );
}
