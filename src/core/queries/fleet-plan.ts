/**
 * What is asked of Prometheus for one fleet, and where each answer goes. Queries are sent in a few
 * batches: the parts of a batch are joined by `or`, told apart by a label, and stand or fall
 * together.
 */
import type { CompiledFleet, CompiledObjective, SignalOverride } from "../compiled.ts";
import type { SignalName, SignalProblem } from "../signals/names.ts";
import { ONE } from "../profiles/signal-queries.ts";
import type {
  Combine,
  EdgeTable,
  SeriesTable,
  SignalQuery,
  SignalTable,
} from "../profiles/signal-table.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../profiles/signal-tables.ts";
import { rateWindowMs } from "../signals/rate-window.ts";
import { acceptedUnits, unitFactor } from "../profiles/signal-units.ts";
import { millis, seconds } from "../units.ts";
import type { Millis } from "../units.ts";
import { render, type Rendered } from "./render.ts";
import { rendered, scopesOf, targetMatchers } from "./selectors.ts";
import { signalRecord } from "../signals/signal-record.ts";

/** The label that tells the parts of a batch apart in its answer. */
export const PART_LABEL = "breakwater_part";

export interface Part {
  readonly key: string;
  readonly promql: string;
}

export interface Batch {
  readonly name: string;
  readonly parts: readonly Part[];
}

interface PartRef {
  readonly batch: string;
  readonly key: string;
}

/** Where one reading comes from: its value, the time of its newest sample, its targets. */
export type PlannedReading =
  | {
      readonly kind: "planned";
      readonly value: PartRef;
      readonly newest: PartRef;
      readonly coverage: PartRef;
      readonly combine: Combine;
      /** From the unit of the query to the signal's. */
      readonly factor: number;
    }
  | {
      readonly kind: "refused";
      readonly detail: string;
      /** "not-configured" when absent. */
      readonly problem?: SignalProblem;
    };

export interface FleetPlan {
  readonly batches: readonly Batch[];
  readonly signals: Readonly<Record<SignalName, PlannedReading>>;
  readonly objectives: readonly { readonly name: string; readonly reading: PlannedReading }[];
}

/** DESIGN: inside the objective is judged over the last five minutes. */
const OBJECTIVE_WINDOW_MS = millis(300_000);

/** @returns one PromQL expression that answers all parts, each series labelled with its part. */
export const batchPromql = (batch: Batch): string =>
  batch.parts
    .map(({ key, promql }) => `label_replace((${promql}\n), "${PART_LABEL}", "${key}", "", "")`)
    .join(" or ");

/** @returns every query of one tick for the fleet. */
export function planFleet(fleet: CompiledFleet): FleetPlan {
  const plan = new PlanBuilder(fleet, rateWindowMs(fleet.signals.scrapeIntervalMs));
  const signals = signalRecord((name) => plan.signal(name));
  const objectives = fleet.objectives.map((objective, index) => ({
    name: objective.name,
    reading: plan.objective(objective, index),
  }));
  return { batches: plan.batches(), signals, objectives };
}

export interface HistoryPlan {
  readonly batches: readonly Batch[];
  readonly signals: Readonly<Record<HistorySignal, PlannedReading>>;
}

/** Recorded demand: the three rates that memory is rebuilt from. */
export type HistorySignal = "arrivals" | "promptTokens" | "generatedTokens";

/** @returns the queries for recorded demand; the rate window covers a whole step at least. */
export function planHistory(fleet: CompiledFleet, stepMs: Millis): HistoryPlan {
  const plan = new PlanBuilder(
    fleet,
    millis(Math.max(rateWindowMs(fleet.signals.scrapeIntervalMs), stepMs)),
  );
  const signals = {
    arrivals: plan.signal("arrivals"),
    promptTokens: plan.signal("promptTokens"),
    generatedTokens: plan.signal("generatedTokens"),
  };
  return { batches: plan.batches().filter(({ name }) => name !== FRESHNESS), signals };
}

/** Of the past: demand, how long turns took, and how the objectives stood. */
export type PastSignal = HistorySignal | "servedTurns" | "ttftP50" | "itlP50";

export interface PastPlan {
  readonly batches: readonly Batch[];
  readonly signals: Readonly<Record<PastSignal, PlannedReading>>;
  readonly objectives: FleetPlan["objectives"];
}

/** @returns the queries for a recorded past; the rate window covers a whole step at least. */
export function planPast(fleet: CompiledFleet, stepMs: Millis): PastPlan {
  const windowMs = millis(Math.max(rateWindowMs(fleet.signals.scrapeIntervalMs), stepMs));
  const plan = new PlanBuilder(fleet, windowMs);
  const signals = {
    arrivals: plan.signal("arrivals"),
    promptTokens: plan.signal("promptTokens"),
    generatedTokens: plan.signal("generatedTokens"),
    servedTurns: plan.signal("servedTurns"),
    ttftP50: plan.signal("ttftP50"),
    itlP50: plan.signal("itlP50"),
  };
  const objectives = fleet.objectives.map((objective, index) => ({
    name: objective.name,
    reading: plan.objective(objective, index),
  }));
  return { batches: plan.batches().filter(({ name }) => name !== FRESHNESS), signals, objectives };
}

const FRESHNESS = "freshness";

class PlanBuilder {
  readonly #fleet: CompiledFleet;
  readonly #table: SignalTable;
  readonly #edgeTable: EdgeTable | null;
  readonly #windowMs: Millis;
  readonly #parts = new Map<string, Map<string, string>>();

  constructor(fleet: CompiledFleet, windowMs: Millis) {
    this.#fleet = fleet;
    const { profile, edge } = fleet.signals;
    this.#table = SIGNAL_TABLES[profile];
    this.#edgeTable = edge === null ? null : EDGE_TABLES[edge];
    this.#windowMs = windowMs;
  }

  batches(): readonly Batch[] {
    return [...this.#parts].map(([name, parts]) => ({
      name,
      parts: [...parts].map(([key, promql]) => ({ key, promql })),
    }));
  }

  signal(name: SignalName): PlannedReading {
    const override = this.#fleet.signals.overrides.find(({ signal }) => signal === name);
    if (override !== undefined) return this.#override(override);
    const edge = this.#edgeTable;
    if (name === "arrivals" && edge !== null) {
      return this.#planned("edge", name, edge.arrivals, this.#edge(edge));
    }
    const query = this.#table.signals[name];
    if ("notExported" in query) {
      return { kind: "refused", detail: query.notExported, problem: "not-exported" };
    }
    if (name === "waitingTurns" && edge !== null && edge.waiting !== null) {
      return this.#waiting(query, edge, edge.waiting);
    }
    const batch = query.unit === "s" ? "latency" : "load";
    return this.#planned(batch, name, query, this.#engine());
  }

  /** Engines do not know of the turns that the gateway holds back; one without a queue adds 0. */
  #waiting(engine: SignalQuery, edge: EdgeTable, held: string): PlannedReading {
    const source = this.#engine();
    const promql = `${engine.promql} + ((${held}) or 0 * (${engine.promql}))`;
    const both = { ...source, series: { ...source.series, ...edge.series } };
    return this.#planned("load", "waitingTurns", { ...engine, promql }, both);
  }

  objective(objective: CompiledObjective, index: number): PlannedReading {
    const source = { ...this.#engine(), windowMs: OBJECTIVE_WINDOW_MS, objective };
    const query = this.#table.objectives[objective.metric];
    return this.#planned("objectives", `objective-${index}`, query, source);
  }

  #planned(batch: string, key: string, query: SignalQuery, source: Source): PlannedReading {
    const value = this.#render(query.promql, source);
    if (value.kind === "refused") return value;
    const unfiltered = { ...source, objective: null };
    const newest = this.#render(`max($timestamp(${query.newest}))`, unfiltered);
    if (newest.kind === "refused") return newest;
    const coverage = this.#coverage(unfiltered);
    if (coverage.kind === "refused") return coverage;
    return {
      kind: "planned",
      value: this.#part(batch, key, value.promql),
      newest: this.#part(FRESHNESS, `${source.name}-${query.newest}`, newest.promql),
      coverage: this.#part(FRESHNESS, `${source.name}-coverage`, coverage.promql),
      combine: query.combine,
      factor: 1,
    };
  }

  /** Its targets are unknown, so it is trusted as far as the engine's are seen. */
  #override({ signal, query, unit }: SignalOverride): PlannedReading {
    const factor = unitFactor(signal, unit);
    if (factor === null) {
      const expected = acceptedUnits(signal).join(", ");
      return {
        kind: "refused",
        detail: `the override's unit "${unit}" is none of ${signal}; expected ${expected}`,
      };
    }
    const engine = this.#engine();
    const coverage = this.#coverage(engine);
    if (coverage.kind === "refused") return coverage;
    const batch = `override ${signal}`;
    return {
      kind: "planned",
      value: this.#part(batch, "value", query),
      // For anything but a plain selector this is the instant of evaluation.
      newest: this.#part(batch, "newest", `max(timestamp(${query}\n))`),
      coverage: this.#part(FRESHNESS, `${engine.name}-coverage`, coverage.promql),
      combine: ONE,
      factor,
    };
  }

  /**
   * Share of targets that are up (`up` is 0 or 1), of those that delivered the fleet's series
   * lately and are still configured. A pod that loads its model, so was never scraped, is none.
   */
  #coverage(source: Source): Rendered {
    const seen = this.#render(`$seen(${source.presence})`, source);
    if (seen.kind === "refused") return seen;
    const target = rendered(targetMatchers(this.#fleet.signals.matchers));
    const up = source.name === "edge" ? "up" : `up{${target}}`;
    return { kind: "promql", promql: `avg(${up} and on (job, instance) ${seen.promql})` };
  }

  #part(batch: string, key: string, promql: string): PartRef {
    const parts = this.#parts.get(batch) ?? new Map<string, string>();
    this.#parts.set(batch, parts.set(key, promql));
    return { batch, key };
  }

  #render(template: string, source: Source): Rendered {
    const { objective } = source;
    return render(template, {
      series: source.series,
      scopes: scopesOf(this.#fleet, this.#edgeTable?.sharedLabels ?? []),
      windowMs: source.windowMs,
      ...(objective === null
        ? {}
        : { extraMatchers: objective.matchers, withinSeconds: seconds(objective.thresholdMs) }),
    });
  }

  #engine(): Source {
    const { series, presence } = this.#table;
    return { name: "engine", series, presence, windowMs: this.#windowMs, objective: null };
  }

  #edge({ series, presence }: EdgeTable): Source {
    return { name: "edge", series, presence, windowMs: this.#windowMs, objective: null };
  }
}

interface Source {
  readonly name: "engine" | "edge";
  readonly series: SeriesTable;
  readonly presence: string;
  readonly windowMs: Millis;
  readonly objective: CompiledObjective | null;
}
