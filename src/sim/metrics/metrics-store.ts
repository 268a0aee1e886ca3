/** The simulated metrics server: everything scraped of every fleet, by the name of a series. */
import type { FleetKey } from "../../core/compiled.ts";
import { VLLM_BUCKETS_SECONDS } from "../../core/profiles/vllm.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../core/units.ts";
import type { FleetScrape, ScrapeListener } from "../scrape-targets.ts";
import type { BucketBounds } from "./exported-series.ts";
import type { Retention } from "./fleet-scrapes.ts";
import { FleetScrapes } from "./fleet-scrapes.ts";
import type { RangeRule, SeriesIndex } from "./promql/series.ts";
import { METRIC_NAME } from "./promql/vector.ts";
import type { ScrapedTarget, StoredSeries } from "./scraped-target.ts";

export interface MetricsStoreOptions {
  /** From a scrape until its samples can be read. */
  readonly lagMs: number;
  /** How far back recorded demand can be read; a day when absent. */
  readonly historyMs?: number;
  /** Keeps every sample of every series, so that all of it can be written out. */
  readonly keepEverything?: boolean;
  /** Bounds of the engines' histograms; vLLM's when absent. */
  readonly buckets?: BucketBounds;
  /** Which samples a window holds; those of Prometheus 3 when absent. */
  readonly rule?: RangeRule;
}

/** Windows of a tick are five minutes at most; overrides may ask for a little more. */
const RECENT_MS = 10 * MINUTE_MS;
/** Targets are expected to be up for an hour after their last sample; and some lag. */
const GONE_MS = HOUR_MS + 5 * MINUTE_MS;
const EVERYTHING: Retention = {
  keptMs: Number.POSITIVE_INFINITY,
  recentMs: Number.POSITIVE_INFINITY,
  goneMs: GONE_MS,
};
const VLLM_BOUNDS: BucketBounds = {
  ttft: VLLM_BUCKETS_SECONDS.TTFT,
  itl: VLLM_BUCKETS_SECONDS.ITL,
};

export interface MetricsStore {
  readonly lagMs: number;
  readonly rule: RangeRule;
  /** Takes in what one fleet's endpoints show. Instants of a fleet only go up. */
  readonly scrape: ScrapeListener;
  /** For the queries of a tick: without targets that have been gone for more than an hour. */
  readonly live: SeriesIndex;
  /** For recorded demand: whatever is kept. */
  readonly all: SeriesIndex;
  /** Every series that is kept, target by target. */
  series(): readonly StoredSeries[];
}

export function createMetricsStore(options: MetricsStoreOptions): MetricsStore {
  const store = new Store(options);
  return {
    lagMs: options.lagMs,
    rule: options.rule ?? "left-open",
    scrape: (scrape) => store.scrape(scrape),
    live: new NamedSeries(store, () => store.targets("live")),
    all: new NamedSeries(store, () => store.targets("all")),
    series: () => store.targets("all").flatMap(({ series }) => series),
  };
}

class Store {
  generation = 0;
  private readonly fleets = new Map<FleetKey, FleetScrapes>();
  private readonly bounds: BucketBounds;
  private readonly retention: Retention;

  constructor({ buckets, historyMs, keepEverything }: MetricsStoreOptions) {
    this.bounds = buckets ?? VLLM_BOUNDS;
    const keptMs = Math.max(historyMs ?? DAY_MS, GONE_MS);
    this.retention =
      keepEverything === true ? EVERYTHING : { keptMs, recentMs: RECENT_MS, goneMs: GONE_MS };
  }

  scrape(scrape: FleetScrape): void {
    const { fleet } = scrape;
    let scrapes = this.fleets.get(fleet.key);
    if (scrapes === undefined) {
      scrapes = new FleetScrapes(fleet, this.bounds, this.retention);
      this.fleets.set(fleet.key, scrapes);
      this.generation += 1;
    }
    if (scrapes.scrape(scrape)) this.generation += 1;
  }

  targets(which: "live" | "all"): readonly ScrapedTarget[] {
    return [...this.fleets.values()].flatMap(({ live, retired }) =>
      which === "live" ? [...live] : [...retired, ...live],
    );
  }
}

/** Series by name, sorted out again when one came or went. */
class NamedSeries implements SeriesIndex {
  private readonly store: Store;
  private readonly targets: () => readonly ScrapedTarget[];
  private readonly byName = new Map<string, StoredSeries[]>();
  private sortedAt = -1;

  constructor(store: Store, targets: () => readonly ScrapedTarget[]) {
    this.store = store;
    this.targets = targets;
  }

  generation(): number {
    return this.store.generation;
  }

  named(name: string): readonly StoredSeries[] {
    if (this.sortedAt !== this.store.generation) this.sort();
    return this.byName.get(name) ?? [];
  }

  private sort(): void {
    this.byName.clear();
    for (const { series } of this.targets()) {
      for (const one of series) {
        const name = one.labels[METRIC_NAME] ?? "";
        const known = this.byName.get(name);
        if (known === undefined) this.byName.set(name, [one]);
        else known.push(one);
      }
    }
    this.sortedAt = this.store.generation;
  }
}
