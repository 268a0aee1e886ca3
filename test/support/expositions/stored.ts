import type { Series, SeriesIndex } from "../../../src/sim/metrics/promql/series.ts";
import { METRIC_NAME } from "../../../src/sim/metrics/promql/vector.ts";
import { SampleLog } from "../../../src/sim/metrics/sample-log.ts";
import { TimeAxis } from "../../../src/sim/metrics/time-axis.ts";
import { APART_SECONDS, expositionOf, type Moment, type Sample, samplesIn } from "./exposition.ts";

/** When the second of the two scrapes was taken. */
export const SCRAPED_AT_MS = 1_700_000_000_000;

export interface ScrapedPod {
  /** Engine and pod, such as `sglang/serve-0`. */
  readonly pod: string;
  readonly namespace: string;
  /** Whether it answered the second scrape too; yes when absent. */
  readonly up?: boolean;
  /** What it shows both times, in place of the folder's text. */
  readonly samples?: readonly Sample[];
  /** As another release would spell each of its samples. */
  readonly spelled?: (sample: Sample) => Sample;
}

/**
 * @param without names of series that no pod exports
 * @returns the two scrapes of each pod, under the labels that service discovery adds
 */
export function storedScrapes(
  pods: readonly ScrapedPod[],
  without: readonly string[] = [],
): SeriesIndex {
  const all = pods
    .flatMap(seriesOf)
    .filter(({ labels }) => !without.includes(labels[METRIC_NAME] ?? ""));
  return {
    generation: () => 0,
    named: (name) => all.filter(({ labels }) => labels[METRIC_NAME] === name),
  };
}

const asItIs = (sample: Sample): Sample => sample;

function seriesOf(scraped: ScrapedPod): readonly Series[] {
  const { pod, namespace, up = true, samples, spelled = asItIs } = scraped;
  const name = pod.split("/").at(-1) ?? pod;
  const target = { job: "pods", namespace, pod: name, instance: `${name}.${namespace}` };
  const upSample = { name: "up", labels: {}, value: 1 };
  const shown = (moment: Moment) => (samples ?? samplesIn(expositionOf(pod, moment))).map(spelled);
  const before = [...shown("before"), upSample];
  const after = [...shown("after"), { ...upSample, value: up ? 1 : 0 }];
  const axis = new TimeAxis();
  const log = new SampleLog(after.length, 1);
  write(log, axis.push(SCRAPED_AT_MS - APART_SECONDS * 1_000), before);
  const row = axis.push(SCRAPED_AT_MS);
  if (up) write(log, row, after);
  else writeDead(log, row);
  return after.map(({ name: metric, labels }, column) => ({
    labels: { [METRIC_NAME]: metric, ...spelledAsStored(labels), ...target },
    axis,
    log,
    column,
    keptMs: Number.POSITIVE_INFINITY,
  }));
}

function write(log: SampleLog, row: number, samples: readonly Sample[]): void {
  log.open(row);
  samples.forEach(({ value }, column) => {
    log.cells[log.offset + column] = value;
  });
}

/** Everything ends but `up`, which is the last column. */
function writeDead(log: SampleLog, row: number): void {
  log.markStale(row);
  log.cells[log.offset + log.width - 1] = 0;
}

/** Prometheus 3 stores the bound 1 as `1.0`, however the exporter wrote it. */
function spelledAsStored(labels: Sample["labels"]): Sample["labels"] {
  const { le } = labels;
  return le === undefined || !/^\d+$/.test(le) ? labels : { ...labels, le: `${le}.0` };
}
