/** Signals that sizing needs and cannot have, by cause; and those that it can do without. */
import type { CompiledFleet } from "../../../core/compiled.ts";
import type { SignalReading } from "../../../core/observation.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../../../core/profiles/signal-tables.ts";
import type { SeriesReading, SeriesTargets } from "../../../core/queries/series-plan.ts";
import { SIGNAL_UNITS, type SignalName } from "../../../core/signals/names.ts";
import { assess, SIZING_SIGNALS } from "../../../core/signals/trust.ts";
import type { EpochMs } from "../../../core/units.ts";
import { blocker, type Checked, named, warning } from "../finding.ts";
import type { FleetFacts } from "../facts.ts";

interface Gap {
  readonly signal: string;
  readonly cause: string;
}

interface Seen {
  readonly now: EpochMs;
  readonly series: SeriesReading;
}

/** @returns a finding for each cause, naming the signals that it takes away */
export function neededGaps(facts: FleetFacts, seen: Seen): readonly Checked[] {
  const { fleet, snapshot } = facts;
  const gaps = [
    ...SIZING_SIGNALS.flatMap((name) => signalGap(facts, name, seen)),
    ...snapshot.objectives.flatMap(({ name, share }) =>
      gapOf(
        { signal: `objective ${name}`, reading: share, unit: "ratio", fleet, series: [] },
        seen,
      ),
    ),
  ];
  const byCause = new Map<string, string[]>();
  for (const { cause, signal } of gaps) byCause.set(cause, [...(byCause.get(cause) ?? []), signal]);
  return [...byCause].map(([cause, signals]) =>
    blocker({
      where: `InferenceFleet ${fleet.key} spec.signals`,
      found: `${signals.join(", ")}: ${cause}`,
      expected: "fresh values on nine targets of ten: nothing is sized without",
      fix: fixOf(fleet, cause),
    }),
  );
}

function fixOf({ signals: { profile } }: CompiledFleet, cause: string): string {
  if (cause.startsWith("no target")) {
    return (
      `switch the metric on in ${profile} (docs/reference/signal-profiles.md), ` +
      "or spec.signals.overrides: [{signal, query, unit}]"
    );
  }
  if (cause.includes("old"))
    return "check the scrape of these targets: Prometheus, Status > Targets";
  return "docs/reference/signal-profiles.md says what is asked; spec.signals.overrides replaces it";
}

const signalGap = ({ fleet, snapshot }: FleetFacts, name: SignalName, seen: Seen): readonly Gap[] =>
  gapOf(
    {
      signal: name,
      reading: snapshot.signals[name],
      unit: SIGNAL_UNITS[name],
      fleet,
      series: lackingSeries(fleet, name, seen.series),
    },
    seen,
  );

interface Judged {
  readonly signal: string;
  readonly reading: SignalReading;
  readonly unit: string;
  readonly fleet: CompiledFleet;
  /** Its series that no target exports. */
  readonly series: readonly SeriesTargets[];
}

function gapOf({ signal, reading, unit, fleet, series }: Judged, { now }: Seen): readonly Gap[] {
  const { scrapeIntervalMs } = fleet.signals;
  if (reading.kind === "value") {
    const { trust, why } = assess(reading, { now, scrapeIntervalMs, unit });
    return trust === "Fresh" ? [] : [{ signal, cause: why }];
  }
  if (reading.problem !== "empty") return [{ signal, cause: reading.detail }];
  // The series are there and have nothing to say: no turn was served in the window.
  if (series.length === 0) return [];
  const missing = series.map(({ names }) => names[0] ?? "");
  return [{ signal, cause: `no target exports ${missing.join(", ")}` }];
}

/** Names of series in a template: `$rate(prompt)`. */
const SERIES = /\$\w+\((\w+)\)/g;

/** @returns the series that the signal is made of and no target exports */
function lackingSeries(
  fleet: CompiledFleet,
  signal: SignalName,
  reading: SeriesReading,
): readonly SeriesTargets[] {
  return seriesOf(fleet, signal, reading).filter(({ targets }) => targets === 0);
}

/** @returns the series that the signal is made of; none where the fleet overrides it */
export function seriesOf(
  { signals: { profile, edge, overrides } }: CompiledFleet,
  signal: SignalName,
  { series }: SeriesReading,
): readonly SeriesTargets[] {
  if (overrides.some((override) => override.signal === signal)) return [];
  const atEdge = signal === "arrivals" && edge !== null;
  const query = atEdge ? EDGE_TABLES[edge].arrivals : SIGNAL_TABLES[profile].signals[signal];
  if ("notExported" in query) return [];
  const keys = new Set([...query.promql.matchAll(SERIES)].map(([, key]) => key));
  return series.filter(({ key, source }) => (source === "edge") === atEdge && keys.has(key));
}

/** One finding for all: what is better with them is in docs/reference/signal-profiles.md. */
export function optionalGaps(
  { fleet, snapshot }: FleetFacts,
  series: SeriesReading,
): readonly Checked[] {
  const needed = new Set<string>(SIZING_SIGNALS);
  const lacking = Object.entries<SignalReading>(snapshot.signals).flatMap(([name, reading]) => {
    if (needed.has(name) || reading.kind === "value" || reading.problem !== "empty") return [];
    const signal = SIGNAL_NAMES.find((known) => known === name);
    const missing = signal === undefined ? [] : lackingSeries(fleet, signal, series);
    return missing.length === 0
      ? []
      : [{ name, series: missing.map(({ names }) => names[0] ?? "") }];
  });
  if (lacking.length === 0) return [];
  const missing = [...new Set(lacking.flatMap((gap) => gap.series))];
  return [
    warning({
      where: `InferenceFleet ${fleet.key} spec.signals`,
      found: `${named(lacking.map(({ name }) => name))}: no target exports ${missing.join(", ")}`,
      expected: "these too: sizing works without, explanations are poorer",
      fix: "switch the metrics on in the engine (docs/reference/signal-profiles.md)",
    }),
  ];
}

const SIGNAL_NAMES: readonly SignalName[] = [
  "kvCapacity",
  "preemptions",
  "runningTurns",
  "ttftP50",
  "ttftP95",
  "ttftP99",
  "itlP50",
  "itlP95",
  "itlP99",
];
