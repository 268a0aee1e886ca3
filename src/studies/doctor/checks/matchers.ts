/** Fleets that read each other's series, and so are sized on each other's traffic. */
import type { CompiledFleet } from "../../../core/compiled.ts";
import { EDGE_TABLES } from "../../../core/profiles/signal-tables.ts";
import { blocker, type Checked, counted, warning } from "../finding.ts";
import type { ClusterFacts, Labels } from "../facts.ts";

export const matcherFindings = ({ desired: { fleets } }: ClusterFacts): readonly Checked[] =>
  fleets.flatMap((first, at) => fleets.slice(at + 1).flatMap((second) => between(first, second)));

/** Who reads the same engines' series reads the same gateway's as well: that is said once. */
function between(first: CompiledFleet, second: CompiledFleet): readonly Checked[] {
  if (sourceOf(first) !== sourceOf(second)) return [];
  const ofEngines =
    first.signals.profile === second.signals.profile ? overlap(first, second, ENGINES) : [];
  if (ofEngines.length > 0) return ofEngines;
  const { edge } = first.signals;
  if (edge === null || edge !== second.signals.edge) return [];
  return overlap(first, second, { whose: "the gateway's", labels: EDGE_TABLES[edge].sharedLabels });
}

/** "" is the controller's own Prometheus. */
const sourceOf = ({ signals: { prometheus } }: CompiledFleet): string =>
  (prometheus?.url ?? "").replace(/\/+$/, "");

/** Series of one kind, and the labels that they may carry; null: any. */
interface Series {
  readonly whose: string;
  readonly labels: readonly string[] | null;
}

const ENGINES: Series = { whose: "the engines'", labels: null };

/**
 * Series carry every matcher of a fleet that their kind has a label for. Where two fleets ask for
 * different values of one label, no series is both's. Where all that one asks for the other asks
 * for too, all of the other's are.
 */
function overlap(
  first: CompiledFleet,
  second: CompiledFleet,
  { whose, labels }: Series,
): readonly Checked[] {
  const [a, b] = [first, second].map(({ signals }) => only(signals.matchers, labels));
  if (a === undefined || b === undefined) return [];
  if (Object.keys(a).some((label) => label in b && a[label] !== b[label])) return [];
  const certain = within(a, b) || within(b, a);
  const shared = certain ? "series are both's: sized on each other's traffic" : "one may be both's";
  const finding = {
    where: `InferenceFleets ${first.key} and ${second.key} spec.signals.matchers`,
    found: `${shown(a)} and ${shown(b)} for ${whose} series, ${shared}`,
    expected: `${labels === null ? "a label" : labels.join(" or ")} in both, with different values`,
    fix: apart(first, second, labels),
  };
  return [certain ? blocker(finding) : warning(finding)];
}

/** What tells the series of the first from the second's, as far as is known. */
function apart(first: CompiledFleet, second: CompiledFleet, labels: Series["labels"]): string {
  const [name, other] = [first.model.name, second.model.name];
  if (first.namespace !== second.namespace) {
    return forBoth(`namespace: ${first.namespace}`);
  }
  if (name !== other) return forBoth(`model_name: ${name}`);
  return labels === null
    ? forBoth("job: the scrape job of its own pods")
    : "leave out spec.signals.edge: such a gateway does not tell fleets of one model apart";
}

const forBoth = (matcher: string): string => `matchers: {${matcher}}, and so for the other`;

const only = (matchers: Labels, labels: readonly string[] | null): Labels =>
  labels === null
    ? matchers
    : Object.fromEntries(Object.entries(matchers).filter(([label]) => labels.includes(label)));

const within = (wide: Labels, narrow: Labels): boolean =>
  Object.entries(wide).every(([label, value]) => narrow[label] === value);

const shown = (matchers: Labels): string =>
  `{${Object.entries(matchers)
    .map(([label, value]) => `${label}: ${value}`)
    .join(", ")}}`;

export const matchersFine = ({ desired: { fleets } }: ClusterFacts): string =>
  fleets.length < 2 ? "" : `${counted(fleets.length, "fleet")} read series of their own only`;
