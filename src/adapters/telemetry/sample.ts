import type { MetricName } from "./catalogue.ts";
import type { LabelName } from "./labels.ts";

export interface Sample {
  readonly metric: MetricName;
  readonly labels: Readonly<Partial<Record<LabelName, string>>>;
  /** Gauges: the value. Counters: what the tick adds, 0 included. */
  readonly value: number;
}
