/**
 * The shape of an engine's signal table: how each signal is asked of Prometheus, as data. Another
 * engine is another table of this shape; rendering and decoding know no engine.
 *
 * A template is PromQL with macros over named series. `$now(x)` is the instant selector, `$rate(x)`
 * and `$deriv(x)` go over the window, `$within(x)` is the rate of the histogram bucket at an
 * objective's threshold, `$timestamp(x)` the time of each newest sample, `$seen(x)` whatever was
 * there within the last hour. The fleet's matchers go into every selector.
 */
import type { LatencyMetric } from "../compiled.ts";
import type { SIGNAL_UNITS, SignalName } from "../signals/names.ts";

/**
 * Whose series count. `prefilling`: pods that compute prompts, so without Decode workloads, where a
 * transferred prompt would count a second time. `edge`: the gateway's own.
 */
export type PodScope = "all" | "prefilling" | "edge";

export interface SeriesSource {
  /** Spellings of one series, the preferred first: a pod that exports several counts once. */
  readonly names: readonly string[];
  /** Label matchers that belong to the series whatever the fleet, as PromQL; "" for none. */
  readonly only: string;
  /** Labels that the engine does not put on this series: the fleet's matchers on them fall away. */
  readonly lacks: readonly string[];
  readonly pods: PodScope;
}

/** How an answer of several series becomes one number. */
export type Combine =
  /** There is exactly one. */
  | { readonly kind: "one" }
  /** Sum over the series of value x product of the numbers that these labels hold. */
  | { readonly kind: "sum-of-label-products"; readonly labels: readonly string[] };

export interface SignalQuery<Unit extends string = string> {
  readonly promql: string;
  /** The series whose newest sample dates the value. */
  readonly newest: string;
  readonly unit: Unit;
  readonly combine: Combine;
}

export type SeriesTable = Readonly<Record<string, SeriesSource>>;

export interface SignalTable {
  readonly engine: string;
  readonly series: SeriesTable;
  readonly signals: {
    readonly [Name in SignalName]: SignalQuery<(typeof SIGNAL_UNITS)[Name]>;
  };
  /** Share of events within an objective's threshold. */
  readonly objectives: Readonly<Record<LatencyMetric, SignalQuery<"ratio">>>;
  /** A series that every pod of the engine exports from its start: its targets are the fleet's. */
  readonly presence: string;
}

/** A gateway's table: it sees arrivals, which engines only infer. */
export interface EdgeTable {
  readonly edge: string;
  readonly series: SeriesTable;
  readonly arrivals: SignalQuery<"turns/s">;
  readonly presence: string;
  /** Labels of a fleet's matchers that the gateway's series carry too; the others are the pods'. */
  readonly sharedLabels: readonly string[];
}

export const ONE: Combine = { kind: "one" };
