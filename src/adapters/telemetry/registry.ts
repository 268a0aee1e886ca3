/** The catalogue as prom-client metrics, in a registry of their own: no default metrics. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { CATALOGUE, DURATION_BUCKETS_SECONDS } from "./catalogue.ts";
import type { MetricName } from "./catalogue.ts";
import type { MetricEntry } from "./catalogue/entry.ts";
import { LABELS, type LabelName } from "./labels.ts";
import type { Sample } from "./sample.ts";

export interface MetricRegistry {
  setGauge(sample: Sample): void;
  addToCounter(sample: Sample): void;
  observe(sample: Sample): void;
  remove(metric: MetricName, labels: Sample["labels"]): void;
  /** The text exposition format 0.0.4. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** @returns the registry with every series of closed label sets at 0. */
export function createRegistry(): MetricRegistry {
  const registry = new Registry();
  const gauges = new Map<string, Gauge>();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  for (const entry of CATALOGUE) {
    const options = { ...configuration(entry), registers: [registry] };
    if (entry.type === "gauge") gauges.set(entry.name, new Gauge(options));
    else if (entry.type === "counter") counters.set(entry.name, new Counter(options));
    else histograms.set(entry.name, new Histogram({ ...options, buckets: BUCKETS }));
  }
  for (const entry of CATALOGUE) {
    for (const labels of combinations(entry)) {
      counters.get(entry.name)?.inc(labels, 0);
      histograms.get(entry.name)?.zero(labels);
    }
  }
  return {
    setGauge: ({ metric, labels, value }) => gauges.get(metric)?.set(labels, value),
    addToCounter: ({ metric, labels, value }) => counters.get(metric)?.inc(labels, value),
    observe: ({ metric, labels, value }) => histograms.get(metric)?.observe(labels, value),
    remove: (metric, labels) => (gauges.get(metric) ?? counters.get(metric))?.remove(labels),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

const BUCKETS = [...DURATION_BUCKETS_SECONDS];

function configuration({ name, meaning, labels }: MetricEntry) {
  return { name, help: meaning, labelNames: [...labels] };
}

type Combination = Readonly<Record<string, string>>;

/** What is counted under closed labels exists in every combination from the first scrape on. */
function combinations({ labels }: MetricEntry): readonly Combination[] {
  if (labels.some((label) => LABELS[label] === null)) return [];
  return labels.reduce<readonly Combination[]>(
    (done, label) => done.flatMap((one) => extensions(one, label)),
    [{}],
  );
}

function extensions(one: Combination, label: LabelName): Combination[] {
  const words: readonly string[] = LABELS[label] ?? [];
  return words.map((word) => Object.assign({ [label]: word }, one));
}
