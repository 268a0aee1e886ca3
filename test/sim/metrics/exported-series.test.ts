import { describe, expect, it } from "vitest";
import { VLLM_BUCKETS_SECONDS } from "../../../src/core/profiles/vllm.ts";
import {
  engineColumns,
  gatewayValue,
  INDEX_COLUMNS,
  indexValues,
  writeKept,
  writeRecent,
} from "../../../src/sim/metrics/exported-series.ts";
import type { ReplicaMetrics, ReplicaRole } from "../../../src/sim/kernel/contract.ts";
import type { ScrapeTarget } from "../../../src/sim/scrape-targets.ts";

const BOUNDS = { ttft: [0.5, 1], itl: [0.025] };

const METRICS: ReplicaMetrics = {
  running: 1,
  waiting: 2,
  pinnedTokens: 8_000,
  promptTokens: 1_000,
  cachedTokens: 600,
  hostCachedTokens: 60,
  storeCachedTokens: 40,
  generatedTokens: 70,
  firstTokens: 9,
  finishedTurns: 8,
  preemptions: 3,
  evictedTokens: 16 * 250,
  ttftBuckets: Float64Array.from([4, 6, 9]),
  ttftSumSeconds: 7.5,
  itlBuckets: Float64Array.from([5, 8]),
  itlSumSeconds: 0.3,
};

const target = (role: ReplicaRole = "Aggregated"): ScrapeTarget => ({
  pod: "p",
  instance: "p:8000",
  role,
  up: true,
  metrics: METRICS,
  kvTokens: 32_000,
  blockTokens: 16,
  prefixCaching: true,
});

/** Values by name and own labels, as an endpoint would show them. */
function shown(of: ScrapeTarget): Readonly<Record<string, number>> {
  const { kept, recent } = engineColumns(of, BOUNDS);
  const keptCells = new Float64Array(kept.length + 2);
  const recentCells = new Float64Array(recent.length + 2);
  writeKept({ cells: keptCells, offset: 2 }, METRICS);
  writeRecent({ cells: recentCells, offset: 2 }, of, METRICS);
  const entries = (columns: typeof kept, cells: Float64Array) =>
    columns.map(({ name, labels }, i) => [
      [name.replace("vllm:", ""), ...Object.values(labels)].join(" "),
      cells[i + 2] ?? Number.NaN,
    ]);
  return Object.fromEntries([...entries(kept, keptCells), ...entries(recent, recentCells)]);
}

describe("an engine's endpoint", () => {
  it("says how the engine's cache is configured", () => {
    const own = { ...target(), kvTokens: 16_000, prefixCaching: false };
    expect(shown(own)).toMatchObject({ "cache_config_info 16 False 1000": 1 });
  });

  it("shows every figure under its name", () => {
    expect(shown(target())).toEqual({
      num_requests_running: 1,
      num_requests_waiting: 2,
      prompt_tokens_total: 1_000,
      generation_tokens_total: 70,
      time_to_first_token_seconds_count: 9,
      kv_cache_usage_perc: 0.25,
      "cache_config_info 16 True 2000": 1,
      num_preemptions_total: 3,
      "prompt_tokens_by_source_total local_compute": 400,
      "prompt_tokens_by_source_total local_cache_hit": 500,
      "prompt_tokens_by_source_total external_kv_transfer": 100,
      prompt_tokens_cached_total: 600,
      time_to_first_token_seconds_sum: 7.5,
      inter_token_latency_seconds_count: 8,
      inter_token_latency_seconds_sum: 0.3,
      kv_block_idle_before_evict_seconds_count: 2,
      "time_to_first_token_seconds_bucket 0.5": 4,
      "time_to_first_token_seconds_bucket 1.0": 6,
      "time_to_first_token_seconds_bucket +Inf": 9,
      "inter_token_latency_seconds_bucket 0.025": 5,
      "inter_token_latency_seconds_bucket +Inf": 8,
    });
  });

  it("of a decode unit computes no prompt: all of it was transferred", () => {
    expect(shown(target("Decode"))).toMatchObject({
      "prompt_tokens_by_source_total local_compute": 0,
      "prompt_tokens_by_source_total external_kv_transfer": 500,
    });
  });

  it("groups parts of histograms, and counters without their suffix, as families", () => {
    const bounds = { ttft: VLLM_BUCKETS_SECONDS.TTFT, itl: VLLM_BUCKETS_SECONDS.ITL };
    const { kept, recent } = engineColumns(target(), bounds);
    const families = new Set([...kept, ...recent].map(({ family, type }) => `${family} ${type}`));
    expect([...families].toSorted()).toEqual([
      "vllm:cache_config_info gauge",
      "vllm:generation_tokens counter",
      "vllm:inter_token_latency_seconds histogram",
      "vllm:kv_block_idle_before_evict_seconds histogram",
      "vllm:kv_cache_usage_perc gauge",
      "vllm:num_preemptions counter",
      "vllm:num_requests_running gauge",
      "vllm:num_requests_waiting gauge",
      "vllm:prompt_tokens counter",
      "vllm:prompt_tokens_by_source counter",
      "vllm:prompt_tokens_cached counter",
      "vllm:time_to_first_token_seconds histogram",
    ]);
    expect(recent.filter(({ name }) => name.endsWith("_bucket"))).toHaveLength(23 + 20);
  });
});

describe("the gateway", () => {
  it("exports nothing before its first request", () => {
    expect(gatewayValue({ tries: 0, waiting: 0 })).toBeNaN();
    expect(gatewayValue({ tries: 3, waiting: 1 })).toBe(3);
  });
});

describe("the router's index", () => {
  it("is exported where there is one", () => {
    expect(INDEX_COLUMNS.map(({ name }) => name)).toEqual([
      "llm_d_epp_kv_cache_index_lookup_requests_total",
      "llm_d_epp_kv_cache_index_max_pod_hit_count_total",
    ]);
    const index = { lookups: 3, bestReplicaBlocks: 40 };
    expect(indexValues({ tries: 3, waiting: 0, index })).toEqual([3, 40]);
    expect(indexValues({ tries: 3, waiting: 0 })).toEqual([Number.NaN, Number.NaN]);
  });

  it("counts computed tokens twice where a fault does", () => {
    const right = shown(target())["prompt_tokens_by_source_total local_compute"];
    const wrong = shown({ ...target(), recountedTokens: 50 });
    expect(wrong["prompt_tokens_by_source_total local_compute"]).toBe((right ?? 0) + 50);
  });
});
