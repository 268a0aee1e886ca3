/** Series of a run as a file for `promtool test rules`. */
import type { MetricsHistory, SeriesHistory } from "./history.ts";

/** At a minute of the run, which alerts of this name fire: each by some of its labels. */
export interface AlertCheck {
  readonly alert: string;
  readonly minute: number;
  /** One a firing alert; none: it does not fire. */
  readonly firing: readonly Readonly<Record<string, string>>[];
}

export interface RuleTests {
  readonly ruleFile: string;
  readonly history: MetricsHistory;
  readonly checks: readonly AlertCheck[];
  /** Minute at which all series end, as when nothing is scraped any more; absent: never. */
  readonly endsAt?: number;
}

/** @returns the file, as JSON, which is YAML that needs no quoting rules */
export function ruleTestFile(tests: RuleTests): string {
  const { ruleFile, history, checks, endsAt } = tests;
  return JSON.stringify({
    rule_files: [ruleFile],
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        input_series: history.series.map((series) => ({
          series: series.name,
          values: valuesOf(series, endsAt ?? history.minutes),
        })),
        promql_expr_test: checks.map(expressionTest),
      },
    ],
  });
}

function valuesOf({ values }: SeriesHistory, endsAt: number): string {
  const kept = values.slice(0, endsAt).map((value) => (value === null ? "_" : String(value)));
  return [...kept, "stale"].join(" ");
}

/**
 * `ALERTS` is what Prometheus says of its own alerts. Labels and not annotations are compared: the
 * latter carry figures.
 */
function expressionTest({ alert, minute, firing }: AlertCheck) {
  const [labels = {}] = firing;
  const by = ["alertname", ...Object.keys(labels)].join(", ");
  return {
    expr: `group by (${by}) (ALERTS{alertname="${alert}",alertstate="firing"})`,
    eval_time: `${minute}m`,
    exp_samples: firing.map((of) => ({
      labels: selectorOf({ alertname: alert, ...of }),
      value: 1,
    })),
  };
}

const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}}`;
