/** All that was scraped of one fleet: its engines, and the gateway if it has one. */
import type { CompiledFleet } from "../../core/compiled.ts";
import type { GatewayCounts } from "../kernel/contract.ts";
import type { FleetScrape, ScrapeTarget } from "../scrape-targets.ts";
import type { BucketBounds } from "./exported-series.ts";
import {
  engineColumns,
  GATEWAY_COLUMN,
  gatewayValue,
  INDEX_COLUMNS,
  indexValues,
  UP_COLUMN,
  writeKept,
  writeRecent,
} from "./exported-series.ts";
import { STALE } from "./sample-log.ts";
import { RECENT_SHIFT, ScrapedTarget } from "./scraped-target.ts";
import { engineLabels, gatewayLabels } from "./target-labels.ts";
import type { TargetLabels } from "./target-labels.ts";
import { TimeAxis } from "./time-axis.ts";

export interface Retention {
  /** Of demand: what history is read from. */
  readonly keptMs: number;
  /** Of everything else. */
  readonly recentMs: number;
  /** How long a target that is gone can still be found by the queries of a tick. */
  readonly goneMs: number;
}

/** Prometheus waits for a little over two intervals until it believes that a target is gone. */
const MISSED_UNTIL_GONE = 2;

/** As often as a chunk of a target's samples is over: its successor takes a dropped one's place. */
const TRIM_ROWS = 1 << RECENT_SHIFT;

interface Engine {
  readonly instance: string;
  readonly scraped: ScrapedTarget;
}

export class FleetScrapes {
  readonly axis = new TimeAxis();
  /** Targets that queries of a tick look at, and those that only history can see. */
  readonly live = new Set<ScrapedTarget>();
  readonly retired = new Set<ScrapedTarget>();
  private readonly engines = new Map<string, Engine>();
  private readonly gone: ScrapedTarget[] = [];
  private readonly gateway: ScrapedTarget | null;
  private readonly bounds: BucketBounds;
  private readonly retention: Retention;

  constructor(fleet: CompiledFleet, bounds: BucketBounds, retention: Retention) {
    this.bounds = bounds;
    this.retention = retention;
    const kept = [GATEWAY_COLUMN];
    this.gateway =
      fleet.signals.edge === null
        ? null
        : this.target(gatewayLabels(fleet), { kept, recent: INDEX_COLUMNS });
  }

  /** @returns whether a series came or went */
  scrape({ fleet, at, targets, gateway }: FleetScrape): boolean {
    const before = this.live.size + this.retired.size;
    const row = this.axis.push(at);
    if (row % TRIM_ROWS === 0) this.trim(at);
    let added = false;
    for (const target of targets) {
      const scraped = this.engineOf(fleet, target, row);
      added ||= scraped.lastRow < 0;
      scrapeEngine(scraped, target, row);
    }
    if (this.gateway !== null) scrapeGateway(this.gateway, gateway, row);
    this.endMissing(row);
    const isRetired = this.retire(at);
    return added || isRetired || this.live.size + this.retired.size !== before;
  }

  /** A pod whose endpoint moved is another target. */
  private engineOf(fleet: CompiledFleet, target: ScrapeTarget, row: number): ScrapedTarget {
    const known = this.engines.get(target.pod);
    if (known !== undefined && known.instance === target.instance) return known.scraped;
    if (known !== undefined) {
      known.scraped.end(row);
      this.gone.push(known.scraped);
    }
    const scraped = this.target(engineLabels(fleet, target), engineColumns(target, this.bounds));
    this.engines.set(target.pod, { instance: target.instance, scraped });
    return scraped;
  }

  private target(
    labels: TargetLabels,
    { kept, recent }: Pick<ReturnType<typeof engineColumns>, "kept" | "recent">,
  ): ScrapedTarget {
    const { axis } = this;
    const { keptMs, recentMs } = this.retention;
    const columns = { kept, recent: [...recent, UP_COLUMN] };
    const target = new ScrapedTarget({ axis, labels, ...columns, keptMs, recentMs });
    this.live.add(target);
    return target;
  }

  private endMissing(row: number): void {
    for (const [pod, { scraped }] of this.engines) {
      if (scraped.lastRow === row) continue;
      scraped.missed += 1;
      if (scraped.missed < MISSED_UNTIL_GONE) continue;
      scraped.end(row);
      this.engines.delete(pod);
      this.gone.push(scraped);
    }
  }

  private retire(at: number): boolean {
    const { gone, axis, live, retired } = this;
    const oldest = axis.rowFrom(at - this.retention.goneMs);
    let count = 0;
    for (; count < gone.length; count += 1) {
      const target = gone[count];
      if (target === undefined || target.lastRow >= oldest) break;
      live.delete(target);
      retired.add(target);
    }
    gone.splice(0, count);
    return count > 0;
  }

  private trim(at: number): void {
    const { keptMs, recentMs } = this.retention;
    const keptRow = this.axis.rowFrom(at - keptMs);
    const recentRow = this.axis.rowFrom(at - recentMs);
    for (const target of [...this.live, ...this.retired]) {
      target.kept.dropBefore(keptRow);
      target.recent.dropBefore(recentRow);
    }
    for (const target of this.retired) if (target.kept.isEmpty()) this.retired.delete(target);
    this.axis.dropBefore(keptRow);
  }
}

function scrapeEngine(scraped: ScrapedTarget, target: ScrapeTarget, row: number): void {
  const { kept, recent } = scraped;
  scraped.lastRow = row;
  scraped.missed = 0;
  const { up, metrics } = target;
  if (up && metrics !== null) {
    kept.open(row);
    recent.open(row);
    writeKept(kept, metrics);
    writeRecent(recent, target, metrics);
  } else {
    scraped.end(row);
  }
  recent.cells[recent.offset + recent.width - 1] = up && metrics !== null ? 1 : 0;
  scraped.close();
}

function scrapeGateway(scraped: ScrapedTarget, counts: GatewayCounts, row: number): void {
  const { kept, recent } = scraped;
  const orStale = (value: number): number => (Number.isNaN(value) ? STALE : value);
  kept.open(row);
  kept.cells[kept.offset] = orStale(gatewayValue(counts));
  recent.open(row);
  const index = indexValues(counts);
  for (const [column, value] of index.entries()) {
    recent.cells[recent.offset + column] = orStale(value);
  }
  recent.cells[recent.offset + index.length] = 1;
  scraped.close();
}
