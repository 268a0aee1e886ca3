/**
 * How much of a fleet's series is there: how many targets export each of them, how often they are
 * scraped, which bounds their histograms have. Asked before the first day, not at every tick.
 */
import type { CompiledFleet, LatencyMetric } from "../compiled.ts";
import type { PodScope, SeriesTable, SignalTable } from "../profiles/signal-table.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../profiles/signal-tables.ts";
import { rateWindowMs } from "../signals/rate-window.ts";
import { seconds } from "../units.ts";
import type { Batch, Part } from "./fleet-plan.ts";
import type { AnsweredSeries, BatchOutcome, Outcomes } from "./readings.ts";
import { render, type RenderContext } from "./render.ts";
import { scopesOf } from "./selectors.ts";

/** The series that a query is made of; "edge" for those of the gateway. */
export interface SeriesTargets {
  /** Its key in the table of the engine or gateway. */
  readonly key: string;
  readonly source: "engine" | "edge";
  /** Its spellings in Prometheus, the preferred first. */
  readonly names: readonly string[];
  /** Targets that export it. */
  readonly targets: number;
  /** Targets that should: those of its pods that export the table's presence. */
  readonly expected: number;
}

export interface SeriesReading {
  /** Engine targets that export the profile's presence; 0: nothing matches. */
  readonly targets: number;
  readonly series: readonly SeriesTargets[];
  /** Bounds that the histograms really have, ascending; empty where there are none yet. */
  readonly bucketsSeconds: Readonly<Record<LatencyMetric, readonly number[]>>;
  /** Samples in one window of rates, the middle of all targets; null while that is not known. */
  readonly samplesPerWindow: number | null;
}

const TARGETS = "targets";
const METRICS = ["TTFT", "ITL"] as const satisfies readonly LatencyMetric[];
const SCOPES = ["all", "prefilling", "edge"] as const satisfies readonly PodScope[];

/** @returns the queries, a batch for each kind of question; what cannot be selected is left out */
export function planSeries(fleet: CompiledFleet): readonly Batch[] {
  const sources = sourcesOf(fleet);
  const targets = sources.flatMap((source) => targetParts(source, fleet));
  return [
    { name: TARGETS, parts: targets },
    { name: "shape", parts: shapeParts(SIGNAL_TABLES[fleet.signals.profile], fleet) },
  ];
}

interface Source {
  readonly name: SeriesTargets["source"];
  readonly series: SeriesTable;
  readonly presence: string;
}

function sourcesOf({ signals: { profile, edge } }: CompiledFleet): readonly Source[] {
  const engine = { ...SIGNAL_TABLES[profile], name: "engine" as const };
  return edge === null ? [engine] : [engine, { ...EDGE_TABLES[edge], name: "edge" as const }];
}

const countOf = (series: string): string => `count(count by (job, instance) ($now(${series})))`;
const presenceIn = (scope: PodScope): string => `presence_${scope}`;

/** How many targets export each series, and how many there are in each scope. */
function targetParts(source: Source, fleet: CompiledFleet): readonly Part[] {
  const { name, series, presence } = source;
  const present = Object.fromEntries(
    SCOPES.flatMap((pods) => {
      const known = series[presence];
      return known === undefined ? [] : [[presenceIn(pods), { ...known, pods }] as const];
    }),
  );
  const scopes = SCOPES.filter((scope) => (scope === "edge") === (name === "edge"));
  const keys = [...Object.keys(series), ...scopes.map(presenceIn)];
  const context = contextOf(fleet, { ...series, ...present });
  return keys.flatMap((key) => partOf(`${name}-${key}`, countOf(key), context));
}

/** Bounds of the histograms and samples in a window. */
function shapeParts(table: SignalTable, fleet: CompiledFleet): readonly Part[] {
  const context = contextOf(fleet, table.series);
  const bounds = METRICS.flatMap((metric) => {
    const bucket = bucketOf(table, metric);
    return bucket === null ? [] : partOf(metric, `count by (le) ($now(${bucket}))`, context);
  });
  return [...bounds, ...partOf("samples", samplesOf(table, fleet), context)];
}

/** Targets younger than the window have fewer samples, and say nothing about the scrapes. */
function samplesOf({ presence }: SignalTable, { signals }: CompiledFleet): string {
  const window = `${Math.ceil(seconds(rateWindowMs(signals.scrapeIntervalMs)))}s`;
  const grown = `on (job, instance) (min_over_time(up[${window}]) == 1)`;
  return (
    `quantile(0.5, $samples(${presence}) and ${grown} ` +
    `and on (job, instance) (up offset ${window}))`
  );
}

/** @returns the histogram behind an objective; null where the table has none */
const bucketOf = (table: SignalTable, metric: LatencyMetric): string | null =>
  /\$within\((\w+)\)/.exec(table.objectives[metric].promql)?.[1] ?? null;

function contextOf(fleet: CompiledFleet, series: SeriesTable): RenderContext {
  const { edge, scrapeIntervalMs } = fleet.signals;
  const shared = edge === null ? [] : EDGE_TABLES[edge].sharedLabels;
  return { series, scopes: scopesOf(fleet, shared), windowMs: rateWindowMs(scrapeIntervalMs) };
}

function partOf(key: string, template: string, context: RenderContext): readonly Part[] {
  const query = render(template, context);
  return query.kind === "refused" ? [] : [{ key, promql: query.promql }];
}

/** @returns what the answers say; a part without an answer counts 0 */
export function readSeries(fleet: CompiledFleet, outcomes: Outcomes): SeriesReading {
  const targets = outcomes.get(TARGETS);
  const shape = outcomes.get("shape");
  const bounds = (metric: LatencyMetric): readonly number[] => boundsOf(partIn(shape, metric));
  return {
    targets: numberIn(targets, `engine-${presenceIn("all")}`) ?? 0,
    series: sourcesOf(fleet).flatMap((source) => seriesTargets(source, targets)),
    bucketsSeconds: { TTFT: bounds("TTFT"), ITL: bounds("ITL") },
    samplesPerWindow: numberIn(shape, "samples"),
  };
}

function seriesTargets(
  { name, series }: Source,
  outcome: BatchOutcome | undefined,
): readonly SeriesTargets[] {
  return Object.entries(series).map(([key, { names, pods }]) => ({
    key,
    source: name,
    names,
    targets: numberIn(outcome, `${name}-${key}`) ?? 0,
    expected: numberIn(outcome, `${name}-${presenceIn(pods)}`) ?? 0,
  }));
}

const partIn = (outcome: BatchOutcome | undefined, key: string): readonly AnsweredSeries[] =>
  outcome?.kind === "answered" ? (outcome.parts.get(key) ?? []) : [];

const numberIn = (outcome: BatchOutcome | undefined, key: string): number | null =>
  partIn(outcome, key)[0]?.value ?? null;

const boundsOf = (series: readonly AnsweredSeries[]): readonly number[] =>
  [...new Set(series.map(({ labels }) => Number(labels["le"] ?? NaN)))]
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
