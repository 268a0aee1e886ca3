/** Queries of dashboards, rules and docs: whether they parse, and what they name. */
import { parser } from "@prometheus-io/lezer-promql";

interface NamedSeries {
  readonly name: string;
  /** Labels that its selector matches on. */
  readonly labels: readonly string[];
}

interface ParsedQuery {
  /** Where the grammar does not follow, as offsets; none in a query that parses. */
  readonly errors: readonly number[];
  readonly series: readonly NamedSeries[];
}

function parseQuery(query: string): ParsedQuery {
  const errors: number[] = [];
  const series: NamedSeries[] = [];
  const textOf = ({ from, to }: { readonly from: number; readonly to: number }): string =>
    query.slice(from, to);
  parser.parse(query).iterate({
    enter: ({ type, node, from }) => {
      if (type.isError) errors.push(from);
      if (type.name !== "VectorSelector") return;
      const name = node.getChild("Identifier");
      const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
      const labels = matchers.flatMap((matcher) => matcher.getChild("LabelName") ?? []).map(textOf);
      series.push({ name: name === null ? "" : textOf(name), labels });
    },
  });
  return { errors, series };
}

export interface KnownSeries {
  /** Labels by name of the catalogue's metrics. */
  readonly metrics: ReadonlyMap<string, readonly string[]>;
  /** Recorded ones, and those of engines and gateways. */
  readonly others: ReadonlySet<string>;
}

/** The series that a histogram adds to its name. */
const DERIVED = /_(bucket|sum|count)$/;

/** @returns what is wrong with the query, in words; none when it may be asked */
export function queryProblems(query: string, { metrics, others }: KnownSeries): readonly string[] {
  const { errors, series } = parseQuery(query);
  if (errors.length > 0) return [`does not parse at ${errors.join(", ")}: ${query}`];
  return series.flatMap(({ name, labels }) => {
    const own = metrics.get(name) ?? metrics.get(name.replace(DERIVED, ""));
    if (own === undefined) return others.has(name) ? [] : [`no such metric: ${name}`];
    const unknown = labels.filter((label) => !own.includes(label) && label !== "le");
    return unknown.map((label) => `${name} has no label ${label}`);
  });
}
