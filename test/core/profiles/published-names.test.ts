/** Names, labels, types and bounds of the tables against what servers were seen to answer. */
import { describe, expect, it } from "vitest";
import type { SeriesSource } from "../../../src/core/profiles/signal-table.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../../../src/core/profiles/signal-tables.ts";
import type { Sample } from "../../support/expositions/exposition.ts";
import { PUBLISHED } from "../../support/expositions/published.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { plain, readStored } from "./read-stored.ts";

type Families = (typeof PUBLISHED)[number]["families"];

interface Read {
  /** A series under the name that the table gives it, or a histogram of lengths. */
  readonly key: string;
  readonly source: SeriesSource;
}

const TABLES: Readonly<Record<string, { reads: readonly Read[]; texts: string }>> = {
  ...Object.fromEntries(
    Object.values(SIGNAL_TABLES).map(({ engine, series, tokenLengths, signals, objectives }) => {
      const lengths = "notExported" in tokenLengths ? {} : { ...tokenLengths };
      const reads = [...readsOf(series), ...readsOf(lengths, "lengths of ")];
      return [engine, { reads, texts: textOf({ signals, objectives }) }];
    }),
  ),
  ...Object.fromEntries(
    Object.values(EDGE_TABLES).map((table) => [
      `${table.edge} edge`,
      { reads: readsOf(table.series), texts: textOf(table) },
    ]),
  ),
};

function readsOf(series: object, prefix = ""): readonly Read[] {
  const entries: readonly (readonly [string, SeriesSource])[] = Object.entries(series);
  return entries.flatMap(([key, source]) =>
    [source, ...(source.apart ?? []).map((apart) => ({ ...source, ...apart }))].map((each) => ({
      key: `${prefix}${key}`,
      source: each,
    })),
  );
}

function textOf(table: unknown): string {
  return JSON.stringify(table);
}

/** One spelling of a name that pipelines rewrite. */
const spelled = (name: string) => name.replace(/^(vllm|sglang)_/, "$1:");

const familyIn = (families: Families, name: string) =>
  families[name] ?? families[name.replace(/_(bucket|count|sum)$/, "")];

/** What the table reads of a source: a row for each name that is in both. */
function shownOf({ table, families }: (typeof PUBLISHED)[number]) {
  const { reads = [], texts = "" } = TABLES[table] ?? {};
  return reads.flatMap(({ key, source }) =>
    source.names.flatMap((name) => {
      const family = familyIn(families, name);
      return family === undefined ? [] : [{ key, name, source, family, texts }];
    }),
  );
}

describe.each(PUBLISHED)("the $table table and $release ($source)", (published) => {
  const shown = shownOf(published);

  it("finds there every name but those that are listed as not shown", () => {
    const names = (TABLES[published.table]?.reads ?? []).flatMap(({ source }) => source.names);
    const found = new Set(shown.map(({ name }) => spelled(name)));
    const missing = new Set(names.map(spelled).filter((name) => !found.has(name)));
    expect([...missing].toSorted()).toEqual(published.notShown);
    expect(found.size).toBeGreaterThan(0);
  });

  it("has no series listed that the table does not read", () => {
    const found = new Set(shown.map(({ family }) => family));
    for (const [name, family] of Object.entries(published.families)) {
      expect(found.has(family), name).toBe(true);
    }
  });

  it("takes rates of counters and histograms, and levels of gauges", () => {
    for (const { key, name, family, texts } of shown) {
      const macros = [...texts.matchAll(new RegExp(`\\$(\\w+)\\(${key}\\)`, "g"))];
      const rates = macros.some(([, macro]) => macro === "rate" || macro === "within");
      const levels = macros.some(([, macro]) => macro === "now" || macro === "deriv");
      if (rates) expect(family.type, name).not.toBe("gauge");
      if (levels) expect(family.type, name).toBe("gauge");
      expect(/_(bucket|count|sum)$/.test(name), name).toBe(family.type === "histogram");
    }
  });

  it("asks for labels that are there", () => {
    for (const { name, source, family } of shown) {
      const asked = [...source.only.matchAll(/(\w+)=~?"[^"]/g)].map(([, label = ""]) => label);
      expect(family.labels, name).toEqual(expect.arrayContaining(asked));
    }
  });

  it("knows under which label the model is, and where it is not", () => {
    const wrong = shown.filter(({ source, family }) => {
      const label = source.spells?.["model_name"] ?? "model_name";
      const answersNone = source.only.includes('model_name="undefined"');
      const named = family.labels.includes(label) && !answersNone;
      return named === source.lacks.includes("model_name");
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

const BOUNDED = PUBLISHED.flatMap((published) =>
  shownOf(published).flatMap(({ key, family: { boundsSeconds } }) =>
    boundsSeconds !== undefined && (key === "ttft" || key === "itl")
      ? [{ table: published.table, metric: key, boundsSeconds }]
      : [],
  ),
);

describe("bounds", () => {
  it.each(BOUNDED)("of $metric in the $table table begin as seen", (seen) => {
    const { TTFT = [], ITL = [] } =
      Object.values(SIGNAL_TABLES).find(({ engine }) => engine === seen.table)?.bucketsSeconds ??
      {};
    const bounds = seen.metric === "ttft" ? TTFT : ITL;
    expect(bounds.slice(0, seen.boundsSeconds.length)).toEqual(seen.boundsSeconds);
  });

  it("were seen of vLLM and SGLang", () => {
    expect(BOUNDED.map(({ table, metric }) => `${table} ${metric}`)).toEqual([
      "vllm ttft",
      "vllm itl",
      "sglang ttft",
    ]);
  });
});

/** The fleet's model stands for the one that was served; all else is as its server answered. */
const MODEL = { model_name: "dsr1-fp4" };
const sample = (name: string, value: number, labels: Sample["labels"] = MODEL): Sample => ({
  name,
  labels,
  value,
});

describe("figures that servers were seen to answer", () => {
  it("make the KV cache of vLLM 0.28.0 what the server itself says it is", () => {
    const labels = { engine: "0", block_size: "16", num_gpu_blocks: "6241" };
    const samples = [
      sample("vllm:cache_config_info", 1, labels),
      sample("vllm:kv_cache_usage_perc", 0, { ...MODEL, engine: "0" }),
    ];
    const pods = [{ pod: "seen/vllm-0", namespace: "agents", samples }];
    const { signals } = readStored(aFleet(), pods);
    // Its label kv_cache_size_tokens.
    expect(plain(signals.kvCapacity)).toBe(99_856);
  });

  it("are SGLang's load, of a release that has neither priorities nor engine types", () => {
    const samples = [
      sample("sglang:num_running_reqs", 162),
      sample("sglang:num_queue_reqs", 2_826),
      sample("sglang:token_usage", 0.28),
    ];
    const pods = [{ pod: "seen/sglang-0", namespace: "agents", samples }];
    const { signals } = readStored(aFleet({ profile: "sglang" }), pods);
    expect(plain(signals.runningTurns)).toBe(162);
    expect(plain(signals.waitingTurns)).toBe(2_826);
    expect(plain(signals.kvUsage)).toBe(0.28);
    expect(plain(signals.generatedTokens)).toBe("empty");
  });

  const labels = { dynamo_component: "backend", dynamo_namespace: "dynamo" };
  const usage = 0.00007755545084364712;
  const samples = [
    sample("dynamo_component_kvstats_gpu_cache_usage_percent", usage, labels),
    sample("dynamo_component_kvstats_total_blocks", 12_894, labels),
  ];
  /** Composed: a frontend of that year, which dates the signal. */
  const frontend = { pod: "dynamo/old-0", namespace: "agents" };
  const pods = [frontend, { pod: "seen/dynamo-0", namespace: "agents", samples }];
  it.each([
    ["read though the fleet asks for a model", { namespace: "agents", ...MODEL }, usage],
    ["another fleet's where another label says so", { namespace: "talks" }, "empty"],
    ["nobody's where the model alone tells fleets apart", MODEL, "empty"],
  ])("of Dynamo's workers of 2025, which name no model, are %s", (_, matchers, kvUsage) => {
    const { signals } = readStored(aFleet({ profile: "dynamo", matchers }), pods);
    expect(plain(signals.kvUsage)).toBe(kvUsage);
  });
});
