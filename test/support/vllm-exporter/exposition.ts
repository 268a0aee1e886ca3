/** The text format of Prometheus (0.0.4), with the names and labels of vLLM's V1 engine. */
import { countOf, type Histogram } from "./histogram.ts";
import type { Replica, ReplicaCapacity } from "./replica.ts";

/** A replica and the value of its `engine` label. */
export interface LabelledReplica {
  readonly engine: string;
  readonly replica: Replica;
}

export interface ExpositionContext {
  readonly modelName: string;
  readonly perReplica: ReplicaCapacity;
}

interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: (replica: Replica) => readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const one = (value: number): readonly Sample[] => [{ value }];

const FAMILIES: readonly Family[] = [
  {
    name: "vllm:num_requests_running",
    type: "gauge",
    help: "Number of requests in model execution batches.",
    samples: (replica) => one(replica.running),
  },
  {
    name: "vllm:num_requests_waiting",
    type: "gauge",
    help: "Number of requests waiting to be processed.",
    samples: (replica) => one(replica.waiting),
  },
  {
    name: "vllm:kv_cache_usage_perc",
    type: "gauge",
    help: "KV-cache usage. 1 means 100 percent usage.",
    samples: (replica) => one(replica.kvUsage),
  },
  {
    name: "vllm:prompt_tokens_total",
    type: "counter",
    help: "Number of prefill tokens processed.",
    samples: ({ counters }) => one(counters.promptTokens),
  },
  {
    name: "vllm:prompt_tokens_by_source_total",
    type: "counter",
    help: "Number of prompt tokens by source.",
    samples: ({ counters: { promptTokens, computedTokens } }) => [
      { labels: { source: "local_compute" }, value: computedTokens },
      { labels: { source: "local_cache_hit" }, value: promptTokens - computedTokens },
      { labels: { source: "external_kv_transfer" }, value: 0 },
    ],
  },
  {
    name: "vllm:prompt_tokens_cached_total",
    type: "counter",
    help: "Number of cached prompt tokens.",
    samples: ({ counters }) => one(counters.promptTokens - counters.computedTokens),
  },
  {
    name: "vllm:generation_tokens_total",
    type: "counter",
    help: "Number of generation tokens processed.",
    samples: ({ counters }) => one(counters.generatedTokens),
  },
  {
    name: "vllm:num_preemptions_total",
    type: "counter",
    help: "Cumulative number of preemptions from the engine.",
    samples: () => one(0),
  },
  {
    name: "vllm:request_success_total",
    type: "counter",
    help: "Count of successfully processed requests.",
    samples: ({ counters }) => [{ labels: { finished_reason: "stop" }, value: counters.finished }],
  },
];

const HISTOGRAMS = [
  {
    name: "vllm:time_to_first_token_seconds",
    help: "Histogram of time to first token in seconds.",
    of: ({ counters }: Replica) => counters.ttft,
  },
  {
    name: "vllm:inter_token_latency_seconds",
    help: "Histogram of inter-token latency in seconds.",
    of: ({ counters }: Replica) => counters.itl,
  },
  {
    name: "vllm:e2e_request_latency_seconds",
    help: "Histogram of e2e request latency in seconds.",
    of: ({ counters }: Replica) => counters.endToEnd,
  },
  {
    name: "vllm:request_queue_time_seconds",
    help: "Histogram of time spent in WAITING phase for request.",
    of: ({ counters }: Replica) => counters.queueTime,
  },
] as const;

/** vLLM's default block. */
const KV_BLOCK_TOKENS = 16;

/** @returns the page of a target that exports these replicas; empty for none. */
export function exposition(
  replicas: readonly LabelledReplica[],
  context: ExpositionContext,
): string {
  if (replicas.length === 0) return "";
  return [
    ...FAMILIES.flatMap((family) => familyLines(family, replicas, context)),
    ...HISTOGRAMS.flatMap((histogram) => [
      ...heading(histogram.name, "histogram", histogram.help),
      ...replicas.flatMap(({ engine, replica }) =>
        histogramLines(histogram.name, baseLabels(engine, context), histogram.of(replica)),
      ),
    ]),
    ...cacheConfigLines(replicas, context),
    "",
  ].join("\n");
}

function familyLines(
  family: Family,
  replicas: readonly LabelledReplica[],
  context: ExpositionContext,
): readonly string[] {
  const samples = replicas.flatMap(({ engine, replica }) =>
    family.samples(replica).map(({ labels, value }) => {
      const all = { ...baseLabels(engine, context), ...labels };
      return line(family.name, all, value);
    }),
  );
  return [...heading(family.name, family.type, family.help), ...samples];
}

function histogramLines(
  name: string,
  labels: Readonly<Record<string, string>>,
  histogram: Histogram,
): readonly string[] {
  let below = 0;
  const buckets = histogram.bounds.map((bound, index) => {
    below += histogram.counts[index] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: bucketText(bound) }, below);
  });
  const count = countOf(histogram);
  return [
    ...buckets,
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
    line(`${name}_sum`, labels, histogram.sum),
    line(`${name}_count`, labels, count),
  ];
}

/** Without `model_name`, as in vLLM, and with the figures in labels. */
function cacheConfigLines(
  replicas: readonly LabelledReplica[],
  { perReplica }: ExpositionContext,
): readonly string[] {
  const blocks = String(Math.floor(perReplica.kvTokens / KV_BLOCK_TOKENS));
  const labels = {
    block_size: String(KV_BLOCK_TOKENS),
    cache_dtype: "auto",
    num_gpu_blocks: blocks,
  };
  return [
    ...heading("vllm:cache_config_info", "gauge", "Information of the LLMEngine CacheConfig"),
    ...replicas.map(({ engine }) => line("vllm:cache_config_info", { ...labels, engine }, 1)),
  ];
}

const baseLabels = (engine: string, { modelName }: ExpositionContext) => ({
  engine,
  model_name: modelName,
});

const heading = (name: string, type: string, help: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

/** The Python client writes bounds as floats. */
const bucketText = (bound: number): string =>
  Number.isInteger(bound) ? bound.toFixed(1) : String(bound);

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const text = Object.entries(labels)
    .map(([label, labelValue]) => `${label}=${JSON.stringify(labelValue)}`)
    .join(",");
  return `${name}{${text}} ${value}`;
}
