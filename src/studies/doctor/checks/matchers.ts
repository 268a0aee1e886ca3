/** Fleets that read each other's series. */
import type { CompiledFleet } from "../../../core/compiled.ts";
import { blocker, type Checked, counted, warning } from "../finding.ts";
import type { ClusterFacts } from "../facts.ts";

export const matcherFindings = ({ desired: { fleets } }: ClusterFacts): readonly Checked[] =>
  fleets.flatMap((first, at) =>
    fleets
      .slice(at + 1)
      .flatMap((second) => (sameSource(first, second) ? overlap(first, second) : [])),
  );

function sameSource(first: CompiledFleet, second: CompiledFleet): boolean {
  const [a, b] = [first.signals, second.signals];
  return a.profile === b.profile && a.prometheus?.url === b.prometheus?.url;
}

/**
 * Series carry every matcher of a fleet. Where two fleets ask for different values of one label, no
 * series is both's. Where all that one asks for the other asks for too, all of the other's are.
 */
function overlap(first: CompiledFleet, second: CompiledFleet): readonly Checked[] {
  const [a, b] = [first.signals.matchers, second.signals.matchers];
  if (Object.keys(a).some((label) => label in b && a[label] !== b[label])) return [];
  const certain = within(a, b) || within(b, a);
  const finding = {
    where: `InferenceFleets ${first.key} and ${second.key} spec.signals.matchers`,
    found: `${shown(a)} and ${shown(b)}: a series may be both's`,
    expected: "a label in both, with different values",
    fix: `matchers: {${apart(first, second)}}, and so for the other`,
  };
  return [certain ? blocker(finding) : warning(finding)];
}

/** A label by which the series of the first differ from the second's, as far as is known. */
function apart(first: CompiledFleet, second: CompiledFleet): string {
  if (first.namespace !== second.namespace) return `namespace: ${first.namespace}`;
  if (first.model.name !== second.model.name) return `model_name: ${first.model.name}`;
  return "job: the scrape job of its own pods";
}

const within = (
  wide: Readonly<Record<string, string>>,
  narrow: Readonly<Record<string, string>>,
): boolean => Object.entries(wide).every(([label, value]) => narrow[label] === value);

const shown = (matchers: Readonly<Record<string, string>>): string =>
  `{${Object.entries(matchers)
    .map(([label, value]) => `${label}: ${value}`)
    .join(", ")}}`;

export const matchersFine = ({ desired: { fleets } }: ClusterFacts): string =>
  fleets.length < 2 ? "" : `${counted(fleets.length, "fleet")} read series of their own only`;
