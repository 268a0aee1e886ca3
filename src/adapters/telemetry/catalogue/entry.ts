import type { LabelName } from "../labels.ts";

export interface MetricEntry {
  readonly name: `breakwater_${string}`;
  readonly type: "gauge" | "counter" | "histogram";
  readonly unit: string;
  readonly labels: readonly LabelName[];
  readonly meaning: string;
  /** A query worth asking; absent: the usual one for its type, which `exampleOf` writes. */
  readonly example?: string;
}

/** @returns PromQL that shows the metric as people look at it. */
export function exampleOf({ name, type, labels, example }: MetricEntry): string {
  if (example !== undefined) return example;
  const by = (words: readonly string[]): string =>
    words.length === 0 ? "" : ` by (${words.join(", ")})`;
  if (type === "counter") return `sum${by(labels)} (increase(${name}[1h]))`;
  if (type === "gauge") return `max${by(labels)} (${name})`;
  const buckets = `rate(${name}_bucket[5m])`;
  return `histogram_quantile(0.99, sum${by(["le", ...labels])} (${buckets}))`;
}
