/** What endpoints export: every series that a signal table reads, and where it comes from. */
import type { GatewayCounts, ReplicaMetrics } from "../kernel/contract.ts";
import type { ScrapeTarget } from "../scrape-targets.ts";
import type { Labels } from "./promql/vector.ts";

export type FamilyType = "counter" | "gauge" | "histogram";

/** One column of a target's samples. */
export interface Column {
  readonly name: string;
  /** Beside those of the target. */
  readonly labels: Labels;
  /** For OpenMetrics: the family it is part of. */
  readonly family: string;
  readonly type: FamilyType;
}

/** A series with one value. */
interface Single {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly labels?: (target: ScrapeTarget) => Labels;
}

const gauge = (name: string): Single => ({ name: `vllm:${name}`, type: "gauge" });
const counter = (name: string): Single => ({ name: `vllm:${name}`, type: "counter" });

const bySource = (source: string): Single => ({
  ...counter("prompt_tokens_by_source_total"),
  labels: () => ({ source }),
});

/**
 * What recorded demand is read from, and the series whose targets are expected to be up: kept for
 * as long as history is asked for. Everything else is kept for the longest window of a tick. In the
 * order in which `writeKept` and `writeRecent` fill them.
 */
const KEPT: readonly Single[] = [
  gauge("num_requests_running"),
  gauge("num_requests_waiting"),
  counter("prompt_tokens_total"),
  counter("generation_tokens_total"),
  counter("time_to_first_token_seconds_count"),
];

const RECENT: readonly Single[] = [
  gauge("kv_cache_usage_perc"),
  {
    ...gauge("cache_config_info"),
    labels: ({ kvTokens, blockTokens, prefixCaching }) => ({
      block_size: String(blockTokens),
      enable_prefix_caching: prefixCaching ? "True" : "False",
      num_gpu_blocks: String(Math.floor(kvTokens / blockTokens)),
    }),
  },
  counter("num_preemptions_total"),
  bySource("local_compute"),
  bySource("local_cache_hit"),
  bySource("external_kv_transfer"),
  counter("prompt_tokens_cached_total"),
  counter("time_to_first_token_seconds_sum"),
  counter("inter_token_latency_seconds_count"),
  counter("inter_token_latency_seconds_sum"),
  counter("kv_block_idle_before_evict_seconds_count"),
];

/** Blocks that the engine watches, of all: vLLM's default of --kv-cache-metrics-sample. */
const WATCHED_BLOCKS = 0.01;

export interface BucketBounds {
  readonly ttft: readonly number[];
  readonly itl: readonly number[];
}

/** Columns of an engine's two logs, given one target for the labels that depend on it. */
export function engineColumns(
  target: ScrapeTarget,
  { ttft, itl }: BucketBounds,
): { readonly kept: readonly Column[]; readonly recent: readonly Column[] } {
  const column = ({ name, type, labels }: Single): Column => ({
    name,
    labels: labels?.(target) ?? {},
    ...familyOf(name, type),
  });
  return {
    kept: KEPT.map(column),
    recent: [
      ...RECENT.map(column),
      ...bucketColumns("vllm:time_to_first_token_seconds", ttft),
      ...bucketColumns("vllm:inter_token_latency_seconds", itl),
    ],
  };
}

/** Parts of histograms belong to the histogram's family. */
function familyOf(name: string, type: FamilyType): Pick<Column, "family" | "type"> {
  const histogram = /^(.*_seconds)_(?:count|sum|bucket)$/.exec(name)?.[1];
  if (histogram !== undefined) return { family: histogram, type: "histogram" };
  return { family: type === "counter" ? name.replace(/_total$/, "") : name, type };
}

/** Bounds as a Python exporter writes them, and as Prometheus 3 stores them: `1.0`, `2.5`. */
const bucketColumns = (family: string, bounds: readonly number[]): readonly Column[] =>
  [...bounds.map(boundText), "+Inf"].map((le) => ({
    name: `${family}_bucket`,
    labels: { le },
    family,
    type: "histogram",
  }));

const boundText = (bound: number): string =>
  Number.isInteger(bound) ? `${bound}.0` : String(bound);

/** Where a row is written: that of an opened log. */
interface Place {
  readonly cells: Float64Array;
  readonly offset: number;
}

/** Fills a row of `kept` columns. */
export function writeKept({ cells, offset }: Place, metrics: ReplicaMetrics): void {
  cells[offset] = metrics.running;
  cells[offset + 1] = metrics.waiting;
  cells[offset + 2] = metrics.promptTokens;
  cells[offset + 3] = metrics.generatedTokens;
  cells[offset + 4] = lastOf(metrics.ttftBuckets);
}

/**
 * Fills a row of `recent` columns. A decode unit computes no prompt: it is given the KV of a
 * prefill unit. A host tier is a KV connector to the engine, as are a shared store and a transfer
 * between units.
 */
export function writeRecent(place: Place, target: ScrapeTarget, metrics: ReplicaMetrics): void {
  const { cells, offset } = place;
  const { promptTokens, cachedTokens, ttftBuckets, itlBuckets } = metrics;
  const computed = target.role === "Decode" ? 0 : promptTokens - cachedTokens;
  const hits = cachedTokens - metrics.hostCachedTokens - metrics.storeCachedTokens;
  cells[offset] = metrics.pinnedTokens / target.kvTokens;
  cells[offset + 1] = 1;
  cells[offset + 2] = metrics.preemptions;
  cells[offset + 3] = computed + (target.recountedTokens ?? 0);
  cells[offset + 4] = hits;
  cells[offset + 5] = promptTokens - computed - hits;
  cells[offset + 6] = cachedTokens;
  cells[offset + 7] = metrics.ttftSumSeconds;
  cells[offset + 8] = lastOf(itlBuckets);
  cells[offset + 9] = metrics.itlSumSeconds;
  const evictedBlocks = metrics.evictedTokens / target.blockTokens;
  cells[offset + 10] = Math.floor(WATCHED_BLOCKS * evictedBlocks);
  copyInto(cells, offset + RECENT.length, ttftBuckets);
  copyInto(cells, offset + RECENT.length + ttftBuckets.length, itlBuckets);
}

const lastOf = (buckets: Float64Array): number => buckets[buckets.length - 1] ?? 0;

/** For so few cells quicker than `set`. */
function copyInto(cells: Float64Array, offset: number, from: Float64Array): void {
  for (let i = 0; i < from.length; i += 1) cells[offset + i] = from[i] ?? 0;
}

/** The gateway's one series; it exports nothing before the first request. */
export const GATEWAY_COLUMN: Column = {
  name: "llm_d_epp_request_total",
  labels: {},
  family: "llm_d_epp_request",
  type: "counter",
};

const indexColumn = (name: string): Column => ({
  name: `llm_d_epp_kv_cache_index_${name}_total`,
  labels: {},
  family: `llm_d_epp_kv_cache_index_${name}`,
  type: "counter",
});

/** Those of the router's index, in the order of `indexValues`. */
export const INDEX_COLUMNS: readonly Column[] = [
  indexColumn("lookup_requests"),
  indexColumn("max_pod_hit_count"),
];

/** @returns NaN for series that are not exported. */
export const indexValues = ({ index }: GatewayCounts): readonly number[] =>
  index === undefined ? [Number.NaN, Number.NaN] : [index.lookups, index.bestReplicaBlocks];

/** @returns NaN for a series that is not there yet. */
export const gatewayValue = ({ tries }: GatewayCounts): number => (tries > 0 ? tries : Number.NaN);

/** What the metrics server itself adds for every target. */
export const UP_COLUMN: Column = { name: "up", labels: {}, family: "up", type: "gauge" };
