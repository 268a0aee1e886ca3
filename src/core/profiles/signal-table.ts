/**
 * The shape of an engine's signal table: how each signal is asked of Prometheus, as data. Another
 * engine is another table of this shape; rendering and decoding know no engine.
 *
 * A template is PromQL with macros over named series. `$now(x)` is the instant selector, `$rate(x)`
 * and `$deriv(x)` go over the window, `$within(x)` is the rate of the histogram bucket at an
 * objective's threshold, `$timestamp(x)` the time of each newest sample, `$seen(x)` whatever was
 * there within the last hour, `$samples(x)` how many there are in the window. The fleet's matchers
 * go into every selector.
 */
import type { LatencyMetric } from "../compiled.ts";
import type { EdgeProfile, SIGNAL_UNITS, SignalName, SignalProfile } from "../signals/names.ts";

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
  /** Labels of the fleet's matchers that this series has under another name. */
  readonly spells?: Readonly<Record<string, string>>;
  /** Spellings whose labels are not those of `names`: read where none of these is there. */
  readonly apart?: readonly SpelledApart[];
  readonly pods: PodScope;
}

/** A matcher that falls away needs another one beside it: without any, all fleets would be read. */
export type SpelledApart = Pick<SeriesSource, "names" | "only" | "lacks">;

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

/** Histograms of how long turns are, in tokens; a turn counts in both when it is done. */
interface TokenLengths {
  readonly prompt: SeriesSource;
  readonly output: SeriesSource;
}

/** A signal that the engine does not show: absent for ever, and never taken for 0. */
export interface NotExported {
  /** What is missing, what there is instead, and what to do where it matters. */
  readonly notExported: string;
}

export type SeriesTable = Readonly<Record<string, SeriesSource>>;

/** What the diagnosis of the caches asks pod by pod: templates whose answers are by `pod`. */
export interface CacheTable {
  /** Prompt tokens by all sources in sum. */
  readonly sourced?: string;
  /**
   * One series a pod; the labels named hold tokens of a block, blocks, and whether prefixes are
   * kept ("False": not).
   */
  readonly setting?: {
    readonly promql: string;
    readonly blockTokens: string;
    readonly blocks: string;
    readonly prefixCaching: string;
  };
  /** Tokens of KV cache, where they are a value and no labels. */
  readonly kvTokens?: string;
  /** Evictions a second, of blocks, of some of them, or of tokens: one pod's over another's. */
  readonly evictions?: string;
}

export interface SignalTable {
  readonly engine: SignalProfile;
  readonly series: SeriesTable;
  /** Prompt tokens and those computed are asked pod by pod as well: their `sum(` is left by pod. */
  readonly signals: {
    readonly [Name in SignalName]: SignalQuery<(typeof SIGNAL_UNITS)[Name]> | NotExported;
  };
  /** What a recording of the fleet's traffic takes lengths from. */
  readonly tokenLengths: TokenLengths | NotExported;
  /** Share of events within an objective's threshold. */
  readonly objectives: Readonly<Record<LatencyMetric, SignalQuery<"ratio">>>;
  /**
   * Finite bucket bounds of the engine's histograms, seconds, ascending. Only a threshold that is
   * one can be measured; a quantile never reads above the last.
   */
  readonly bucketsSeconds: Readonly<Record<LatencyMetric, readonly number[]>>;
  /** Absent where nothing is shown pod by pod. */
  readonly caches?: CacheTable;
  /** A series that every pod of the engine exports from its start: its targets are the fleet's. */
  readonly presence: string;
  /** What nobody learns from these series, or not exactly: a sentence each, for people. */
  readonly cannotShow: readonly string[];
}

/** A gateway's table: it sees arrivals, which engines only infer. */
export interface EdgeTable {
  readonly edge: EdgeProfile;
  readonly series: SeriesTable;
  readonly arrivals: SignalQuery<"turns/s">;
  /** Turns that the gateway holds back, which no engine counts yet; null: it shows none. */
  readonly waiting: string | null;
  /** An index of what engines hold: look-ups, and blocks of a turn on the engine that has most. */
  readonly index?: { readonly lookups: string; readonly bestPodBlocks: string };
  readonly presence: string;
  /** Labels of a fleet's matchers that the gateway's series carry too; the others are the pods'. */
  readonly sharedLabels: readonly string[];
  readonly cannotShow: readonly string[];
}
