/** What a metrics store holds of one fleet: whole scrapes of minutes, demand of days. */
import { DAY_MS, MINUTE_MS } from "../core/units.ts";
import type { EngineMetrics } from "./engine-counters.ts";

/** One scrape of all the fleet's engines and of the gateway before them. */
export interface Scrape extends EngineMetrics {
  readonly at: number;
  /** The gateway's counter of requests. */
  readonly sent: number;
  /** Share of the targets that answered. */
  readonly coverage: number;
}

/** What is kept for days: the counters of demand. */
export type DemandScrape = Pick<
  Scrape,
  "at" | "sent" | "firstTokens" | "waiting" | "promptTokens" | "generatedTokens"
>;

/** Full scrapes are kept for the longest rate window (5 min) and some lag. */
const KEEP_FULL_MS = 10 * MINUTE_MS;
/** Demand is kept for two weeks, the usual retention of a Prometheus server. */
const KEEP_DEMAND_MS = 14 * DAY_MS;
/** Old entries are dropped in batches of this many. */
const DROP_BATCH = 1_024;

export class ScrapeLog {
  private full: Scrape[] = [];
  private demand: DemandScrape[] = [];

  record(scrape: Scrape): void {
    this.full = [...this.full.filter(({ at }) => at > scrape.at - KEEP_FULL_MS), scrape];
    const { at, sent, firstTokens, waiting, promptTokens, generatedTokens } = scrape;
    this.demand.push({ at, sent, firstTokens, waiting, promptTokens, generatedTokens });
    const batchEnd = this.demand[DROP_BATCH];
    if (batchEnd !== undefined && batchEnd.at < at - KEEP_DEMAND_MS) {
      this.demand = this.demand.slice(DROP_BATCH);
    }
  }

  /** @returns the scrapes of (at − window, at], oldest first; the range is open on the left. */
  window(at: number, windowMs: number): readonly Scrape[] {
    return this.full.filter((scrape) => scrape.at > at - windowMs && scrape.at <= at);
  }

  /** @returns the demand samples of (at − window, at], oldest first. */
  demandWindow(at: number, windowMs: number): readonly DemandScrape[] {
    return this.demand.filter((scrape) => scrape.at > at - windowMs && scrape.at <= at);
  }
}

/**
 * PromQL's `rate` of a counter that never resets: increase over the time between the first and the
 * last sample. The engines' counters are kept as one sum, so that a rack that comes or goes neither
 * adds nor hides counts, as summing the rates of the single series would do.
 * @returns null with fewer than two samples
 */
export function rateOf<S extends { readonly at: number }>(
  samples: readonly S[],
  counter: (sample: S) => number,
): number | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return null;
  return ((counter(last) - counter(first)) * 1_000) / (last.at - first.at);
}

/** PromQL's `deriv`: slope per second of the least-squares line. @returns null below two samples */
export function slopeOf<S extends { readonly at: number }>(
  samples: readonly S[],
  gauge: (sample: S) => number,
): number | null {
  if (samples.length < 2) return null;
  const mean = (of: (sample: S) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const meanAt = mean(({ at }) => at);
  const meanValue = mean(gauge);
  const covariance = mean((sample) => (sample.at - meanAt) * (gauge(sample) - meanValue));
  return (covariance * 1_000) / mean(({ at }) => (at - meanAt) * (at - meanAt));
}
