/** The catalogue as prom-client metrics, in a registry of their own: no default metrics. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { CATALOGUE, TICK_DURATION_BUCKETS_SECONDS } from "./catalogue.ts";
import type { MetricEntry, MetricName } from "./catalogue.ts";
import { LABELS, type LabelName } from "./labels.ts";
import type { Sample } from "./sample.ts";

export interface MetricRegistry {
  setGauge(sample: Sample): void;
  addToCounter(sample: Sample): void;
  observe(metric: MetricName, value: number): void;
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
  for (const entry of CATALOGUE) startAtZero(entry, counters.get(entry.name));
  return {
    setGauge: ({ metric, labels, value }) => gauges.get(metric)?.set(labels, value),
    addToCounter: ({ metric, labels, value }) => counters.get(metric)?.inc(labels, value),
    observe: (metric, value) => histograms.get(metric)?.observe(value),
    remove: (metric, labels) => (gauges.get(metric) ?? counters.get(metric))?.remove(labels),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

const BUCKETS = [...TICK_DURATION_BUCKETS_SECONDS];

function configuration({ name, meaning, labels }: MetricEntry) {
  return { name, help: meaning, labelNames: [...labels] };
}

/** A counter whose labels are all closed exists in every combination from the first scrape on. */
function startAtZero({ labels }: MetricEntry, counter: Counter | undefined): void {
  if (counter === undefined || labels.some((label) => LABELS[label] === null)) return;
  for (const combination of combinations(labels)) counter.inc(combination, 0);
}

type Combination = Readonly<Record<string, string>>;

function combinations(labels: MetricEntry["labels"]): readonly Combination[] {
  return labels.reduce<readonly Combination[]>(
    (done, label) => done.flatMap((one) => extensions(one, label)),
    [{}],
  );
}

function extensions(one: Combination, label: LabelName): Combination[] {
  const words: readonly string[] = LABELS[label] ?? [];
  return words.map((word) => Object.assign({ [label]: word }, one));
}
