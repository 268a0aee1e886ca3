/** Series written out sample by sample, and queries over them. */
import { QueryCompiler } from "../../../src/sim/metrics/promql/compile.ts";
import type { RangeRule, Series, SeriesIndex } from "../../../src/sim/metrics/promql/series.ts";
import type { Labels } from "../../../src/sim/metrics/promql/vector.ts";
import { SampleLog, STALE } from "../../../src/sim/metrics/sample-log.ts";
import { TimeAxis } from "../../../src/sim/metrics/time-axis.ts";

/** By the second of the scrape. */
export type LiteralSamples = Readonly<Record<number, number | "stale">>;

/** @param closed whether the log may note what spares readers to look at every row */
export function aSeries(labels: Labels, samples: LiteralSamples, closed = true): Series {
  const axis = new TimeAxis();
  const log = new SampleLog(1, 3, 0);
  for (const [second, value] of Object.entries(samples)) {
    log.open(axis.push(Number(second) * 1_000));
    log.cells[log.offset] = value === "stale" ? STALE : value;
    if (closed) log.close();
  }
  return { labels, axis, log, column: 0, keptMs: 3_600_000 };
}

/** `name{a="b"}` → its labels. */
export function labelled(text: string): Labels {
  const [name = "", rest = ""] = text.split("{");
  const pairs = [...rest.matchAll(/(\w+)="([^"]*)"/g)];
  return {
    __name__: name,
    ...Object.fromEntries(pairs.map(([, label = "", value = ""]) => [label, value])),
  };
}

/** @param samples by the text of the series, such as `up{job="a"}` */
export function anIndex(samples: Readonly<Record<string, LiteralSamples>>): SeriesIndex {
  const all = Object.entries(samples).map(([text, values]) => aSeries(labelled(text), values));
  return {
    generation: () => 1,
    named: (name) => all.filter(({ labels }) => labels["__name__"] === name),
  };
}

export interface EvaluationOptions {
  readonly rule?: RangeRule;
  readonly visibleUntilSeconds?: number;
}

/** @returns values by the text of the series, its labels in order. */
export function evaluated(
  promql: string,
  index: SeriesIndex,
  atSeconds: number,
  { rule = "left-open", visibleUntilSeconds = atSeconds }: EvaluationOptions = {},
): Readonly<Record<string, number>> {
  const node = new QueryCompiler(index, rule).compile(promql);
  const visibleUntil = visibleUntilSeconds * 1_000;
  const { shape, values } = node.evaluate({ at: atSeconds * 1_000, visibleUntil });
  return Object.fromEntries(shape.map((labels, i) => [textOf(labels), values[i] ?? Number.NaN]));
}

function textOf({ __name__: name = "", ...others }: Labels): string {
  const texts = Object.entries(others).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${texts.toSorted().join(",")}}`;
}
