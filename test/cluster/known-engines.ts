import type { KnownTarget, Page } from "./known-series.ts";
import { STEP_SECONDS } from "./known-series.ts";

/** Counters start high, so that no rate is extrapolated back to zero. */
const counter = (perSecond: number, k: number): number => 1_000_000 + perSecond * STEP_SECONDS * k;

type Labels = Readonly<Record<string, string>>;

/** What one engine does, per second or as a level; `waitingGrowth` is turns per second above 10. */
interface Engine {
  readonly model: string;
  readonly prompt: number;
  readonly computed: number;
  readonly generated: number;
  readonly turns: number;
  /** First tokens per second within 1 s and within 2.5 s; the others come within 5 s. */
  readonly within: readonly [number, number];
  readonly running: number;
  readonly waitingGrowth: number;
  readonly kvUsage: number;
  readonly blocks: number;
  readonly preemptions: number;
}

const line = (name: string, labels: Labels, value: number): string => {
  const text = Object.entries(labels).map(([label, v]) => `${label}=${JSON.stringify(v)}`);
  return `${name}{${text.join(",")}} ${value}`;
};

/** Integer bounds as Prometheus 2 stores them when the exporter is not Python. */
const WHOLE_AS_INTEGER = { one: "1", five: "5" };
const WHOLE_AS_FLOAT = { one: "1.0", five: "5.0" };

function ttftLines(engine: Engine, labels: Labels, k: number, whole = WHOLE_AS_FLOAT) {
  const bounds = {
    [whole.one]: engine.within[0],
    "2.5": engine.within[1],
    [whole.five]: engine.turns,
  };
  return [
    ...Object.entries({ ...bounds, "+Inf": engine.turns }).map(([le, rate]) =>
      line("vllm:time_to_first_token_seconds_bucket", { ...labels, le }, counter(rate, k)),
    ),
    line("vllm:time_to_first_token_seconds_count", labels, counter(engine.turns, k)),
  ];
}

/** Half of the tokens within 25 ms, all within 50 ms. */
function itlLines(engine: Engine, name: string, labels: Labels, k: number) {
  const bounds = { "0.025": 0.5, "0.05": 1, "+Inf": 1 };
  return [
    ...Object.entries(bounds).map(([le, share]) =>
      line(`${name}_bucket`, { ...labels, le }, counter(engine.generated * share, k)),
    ),
    line(`${name}_count`, labels, counter(engine.generated, k)),
  ];
}

function commonLines(engine: Engine, labels: Labels, k: number) {
  return [
    line("vllm:num_requests_running", labels, engine.running),
    line("vllm:num_requests_waiting", labels, 10 + engine.waitingGrowth * STEP_SECONDS * k),
    line("vllm:prompt_tokens_total", labels, counter(engine.prompt, k)),
    line("vllm:prompt_tokens_cached_total", labels, counter(engine.prompt - engine.computed, k)),
    line("vllm:generation_tokens_total", labels, counter(engine.generated, k)),
    line("vllm:num_preemptions_total", labels, counter(engine.preemptions, k)),
    line(
      "vllm:cache_config_info",
      { engine: "0", block_size: "16", num_gpu_blocks: String(engine.blocks) },
      1,
    ),
  ];
}

/** A current vLLM. The prefix cache counters count waiting turns again and must not be used. */
function aCurrentEngine(engine: Engine): Page {
  const labels = { model_name: engine.model, engine: "0" };
  const bySource = (source: string, rate: number, k: number) =>
    line("vllm:prompt_tokens_by_source_total", { ...labels, source }, counter(rate, k));
  return (k) => [
    ...commonLines(engine, labels, k),
    ...ttftLines(engine, labels, k),
    ...itlLines(engine, "vllm:inter_token_latency_seconds", labels, k),
    line("vllm:kv_cache_usage_perc", labels, engine.kvUsage),
    bySource("local_compute", engine.computed, k),
    bySource("local_cache_hit", engine.prompt - engine.computed, k),
    line("vllm:prefix_cache_queries_total", labels, counter(engine.prompt * 30, k)),
    line("vllm:prefix_cache_hits_total", labels, counter(engine.prompt * 29, k)),
  ];
}

/** vLLM before the renames of 0.9.2 and 0.11, and before tokens by source. */
function anOldEngine(engine: Engine): Page {
  const labels = { model_name: engine.model, engine: "0" };
  return (k) => [
    ...commonLines(engine, labels, k),
    ...ttftLines(engine, labels, k, WHOLE_AS_INTEGER),
    ...itlLines(engine, "vllm:time_per_output_token_seconds", labels, k),
    line("vllm:gpu_cache_usage_perc", labels, engine.kvUsage),
  ];
}

/** An engine that exports the old names beside the new ones, as during a deprecation. */
function aDeprecatingEngine(engine: Engine): Page {
  const [current, old] = [aCurrentEngine(engine), anOldEngine(engine)];
  return (k) => [
    ...new Set([...current(k), ...old(k).filter((text) => !current(k).includes(text))]),
  ];
}

const A_MODEL = "dsr1-fp4";
/** Every character that PromQL escapes. */
export const ODD_MODEL = 'we"ird\\model\nname{}';

const serving: Engine = {
  model: A_MODEL,
  prompt: 1_000,
  computed: 400,
  generated: 300,
  turns: 2,
  within: [1, 1.5],
  running: 7,
  waitingGrowth: 0.1,
  kvUsage: 0.25,
  blocks: 1_000,
  preemptions: 0.2,
};

const idle: Engine = {
  ...serving,
  model: "idle",
  prompt: 0,
  computed: 0,
  generated: 0,
  turns: 0,
  within: [0, 0],
  running: 0,
  waitingGrowth: 0,
  kvUsage: 0,
  preemptions: 0,
};

const edge: Page = (k) => [
  line("llm_d_epp_request_total", { model_name: A_MODEL, priority: "0" }, counter(3, k)),
  line("llm_d_epp_request_total", { model_name: A_MODEL, priority: "1" }, counter(2, k)),
  line("llm_d_epp_request_total", { model_name: "another", priority: "0" }, counter(50, k)),
  line("inference_objective_request_total", { model_name: A_MODEL }, counter(5, k)),
];

/** Pods by name; each is a target `/<pod>` in the namespace before the slash of its key. */
export const KNOWN_PODS: Readonly<Record<string, { namespace: string; page: Page }>> = {
  "serve-0": { namespace: "agents", page: aCurrentEngine(serving) },
  "serve-1": {
    namespace: "agents",
    page: anOldEngine({
      ...serving,
      prompt: 500,
      generated: 200,
      turns: 1,
      within: [0.5, 0.5],
      running: 5,
      waitingGrowth: 0,
      kvUsage: 0.75,
      blocks: 500,
      preemptions: 0,
    }),
  },
  "epp-0": { namespace: "agents", page: edge },
  "prefill-0": { namespace: "split", page: aCurrentEngine({ ...serving, waitingGrowth: 0 }) },
  "decode-0": {
    namespace: "split",
    page: aCurrentEngine({ ...serving, waitingGrowth: 0, computed: 0, kvUsage: 0.9 }),
  },
  "idle-0": { namespace: "agents", page: aCurrentEngine(idle) },
  "odd-0": { namespace: "agents", page: aCurrentEngine({ ...serving, model: ODD_MODEL }) },
  "both-0": {
    namespace: "agents",
    page: aDeprecatingEngine({ ...serving, model: "both" }),
  },
};

export const knownTargets = (): readonly KnownTarget[] =>
  Object.entries(KNOWN_PODS).map(([pod, { page }]) => ({ path: `/${pod}`, page }));
