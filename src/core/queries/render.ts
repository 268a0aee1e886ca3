/** Turns the templates of a signal table into PromQL. The one place where selectors are written. */
import { seconds } from "../units.ts";
import type { Millis } from "../units.ts";
import type {
  PodScope,
  SeriesSource,
  SeriesTable,
  SpelledApart,
} from "../profiles/signal-table.ts";
import { type Matchers, quoted, rendered, type Scope, spelled, without } from "./selectors.ts";

export interface RenderContext {
  readonly series: SeriesTable;
  readonly scopes: Readonly<Record<PodScope, Scope>>;
  readonly windowMs: Millis;
  /** For objectives: matchers beside the fleet's, and the histogram bound to count below. */
  readonly extraMatchers?: Matchers;
  readonly withinSeconds?: number;
}

export type Rendered =
  | { readonly kind: "promql"; readonly promql: string }
  | { readonly kind: "refused"; readonly detail: string };

/**
 * How far back a target must have delivered the fleet's series for its absence to count: longer
 * than a network partition that people leave alone, shorter than the memory of a pod long gone.
 */
const SEEN_WITHIN = "1h";

const MACRO = /\$(now|rate|deriv|timestamp|seen|samples|within)\((\w+)\)/g;

/** @returns PromQL, or why a series of the template cannot be selected. */
export function render(template: string, context: RenderContext): Rendered {
  const refusals = [...template.matchAll(MACRO)].flatMap(([, , name = ""]) => {
    const scope = context.scopes[sourceOf(name, context).pods];
    return scope.kind === "refused" ? [scope.detail] : [];
  });
  if (refusals[0] !== undefined) return { kind: "refused", detail: refusals[0] };
  const promql = template.replaceAll(MACRO, (_, macro: string, name: string) =>
    expanded(macro, sourceOf(name, context), context),
  );
  return { kind: "promql", promql };
}

function sourceOf(name: string, context: RenderContext): SeriesSource {
  const source = context.series[name];
  if (source === undefined) throw new Error(`a template names the series ${name}, which is none`);
  return source;
}

/** Several spellings become `(a or b)`, so that each pod counts once, by the first it exports. */
function expanded(macro: string, source: SeriesSource, context: RenderContext): string {
  const each = spellingsOf(source, context).flatMap((spelling) => {
    const labels = labelsOf(macro, spelling, context);
    return spelling.names.map((name) => applied(macro, `${name}{${labels}}`, context.windowMs));
  });
  return each.length === 1 ? each.join("") : `(${each.join(" or ")})`;
}

/** The series itself, then those of its spellings apart for which the fleet is still told apart. */
function spellingsOf(source: SeriesSource, context: RenderContext): readonly SeriesSource[] {
  const { apart = [], ...itself } = source;
  const others = apart.filter((spelling) => tellsFleets(spelling, context.scopes[source.pods]));
  return [itself, ...others.map((spelling) => ({ ...itself, ...spelling }))];
}

const tellsFleets = ({ lacks }: SpelledApart, scope: Scope): boolean =>
  scope.kind === "scope" &&
  (lacks.length === 0 || scope.extra !== "" || rendered(without(scope.matchers, lacks)) !== "");

function labelsOf(macro: string, source: SeriesSource, context: RenderContext): string {
  const scope = context.scopes[source.pods];
  if (scope.kind === "refused") return "";
  const own = spelled(without(scope.matchers, source.lacks), source.spells ?? {});
  const bound = macro === "within" ? `le=~${bucketBound(context.withinSeconds ?? 0)}` : "";
  const parts = [source.only, bound, rendered(own), scope.extra];
  return [...parts, rendered(context.extraMatchers ?? {})].filter((part) => part !== "").join(",");
}

/** Prometheus 3 stores the bound 1 as `1.0`, Prometheus 2 as the exporter wrote it. */
function bucketBound(bound: number): string {
  const text = String(bound).replaceAll(".", String.raw`\.`);
  return quoted(Number.isInteger(bound) ? `${text}(${String.raw`\.0`})?` : text);
}

function applied(macro: string, selector: string, windowMs: Millis): string {
  const window = `[${Math.ceil(seconds(windowMs))}s]`;
  switch (macro) {
    case "rate":
    case "within":
      return `rate(${selector}${window})`;
    case "deriv":
      return `deriv(${selector}${window})`;
    case "samples":
      return `count_over_time(${selector}${window})`;
    case "timestamp":
      return `timestamp(${selector})`;
    case "seen":
      return `last_over_time(${selector}[${SEEN_WITHIN}])`;
    default:
      return selector;
  }
}
