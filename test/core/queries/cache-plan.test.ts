import { describe, expect, it } from "vitest";
import { cacheReading, planCaches } from "../../../src/core/queries/cache-plan.ts";
import type { BatchOutcome } from "../../../src/core/queries/readings.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";

type Answers = Readonly<Record<string, readonly (readonly [Record<string, string>, number])[]>>;

const answered = (name: string, answers: Answers): readonly [string, BatchOutcome] => [
  name,
  {
    kind: "answered",
    batch: { name, parts: [] },
    degraded: null,
    parts: new Map(
      Object.entries(answers).map(([key, series]) => [
        key,
        series.map(([labels, value]) => ({ labels, value })),
      ]),
    ),
  },
];

const PROMPTS = answered("hit-rates", {
  prompt: [[{ pod: "a" }, 1_000]],
  computed: [[{ pod: "a" }, 100]],
});

const namesOf = (fleet = aFleet()) =>
  planCaches(fleet).map(({ name, parts }) => [name, ...parts.map(({ key }) => key)]);

describe("what the diagnosis of caches asks", () => {
  it.each([
    ["vllm", [["caches", "sourced", "setting", "evictions"]]],
    ["sglang", [["caches", "kvTokens", "evictions"]]],
    ["trtllm", [["caches", "kvTokens"]]],
    ["dynamo", []],
  ] as const)("of %s", (profile, names) => {
    expect(namesOf(aFleet({ profile, edge: null }))).toEqual(names);
  });

  it("of a gateway with an index, under either of its names", () => {
    const [, index] = planCaches(aFleet({ edge: "llm-d-epp" }));
    expect(index?.name).toBe("router-index");
    expect(index?.parts[1]?.promql).toMatch(
      /llm_d_epp_kv_cache_index_max_pod_hit_count_total.* or .*kvcache_index_max_pod_hit_count/,
    );
  });

  it("names no model of the index, which has none", () => {
    const [, index] = planCaches(aFleet({ edge: "llm-d-epp" }));
    expect(index?.parts[0]?.promql).not.toContain("model_name");
  });
});

describe("what was answered", () => {
  it("is what each pod shows, and the index", () => {
    const labels = {
      pod: "a",
      block_size: "16",
      num_gpu_blocks: "1000",
      enable_prefix_caching: "False",
    };
    const outcomes = new Map([
      PROMPTS,
      answered("caches", {
        sourced: [[{ pod: "a" }, 990]],
        setting: [[labels, 1]],
        evictions: [[{ pod: "a" }, 0.5]],
      }),
      answered("router-index", { lookups: [[{}, 2]], bestPodBlocks: [[{}, 120]] }),
    ]);
    expect(cacheReading(outcomes, aFleet())).toEqual({
      pods: [
        {
          pod: "a",
          promptTokensPerSecond: 1_000,
          computedTokensPerSecond: 100,
          sourcedTokensPerSecond: 990,
          kvTokens: 16_000,
          blockTokens: 16,
          prefixCaching: false,
          evictionsPerSecond: 0.5,
        },
      ],
      index: { lookupsPerSecond: 2, bestPodBlocksPerSecond: 120 },
    });
  });

  it("leaves out what is not exported", () => {
    const outcomes = new Map([PROMPTS, answered("caches", {}), answered("router-index", {})]);
    expect(cacheReading(outcomes, aFleet())).toEqual({
      pods: [{ pod: "a", promptTokensPerSecond: 1_000, computedTokensPerSecond: 100 }],
    });
    expect(cacheReading(new Map(), aFleet())).toBeNull();
  });
});
