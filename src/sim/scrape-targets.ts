/**
 * What a metrics server can scrape of one fleet: its engines' endpoints and the gateway before
 * them. The world offers it; `metrics/` keeps it and answers queries from it.
 */
import type { CompiledFleet } from "../core/compiled.ts";
import type { EpochMs } from "../core/units.ts";
import type { GatewayCounts, ReplicaMetrics, ReplicaRole } from "./kernel/contract.ts";

/** One engine endpoint: a pod that has served at least once and still exists. */
export interface ScrapeTarget {
  readonly pod: string;
  /** Host and port of the endpoint, unique in the world. */
  readonly instance: string;
  readonly role: ReplicaRole;
  /** False: the engine died and the cluster has not noticed yet, or it restarts. */
  readonly up: boolean;
  /** Counters from the engine's start; null while it is down. Valid until time passes. */
  readonly metrics: ReplicaMetrics | null;
  /** The engine's KV cache; a multiple of `blockTokens`. */
  readonly kvTokens: number;
  readonly prefixCaching: boolean;
  readonly blockTokens: number;
  /** Computed tokens that its counter has twice; absent: none. */
  readonly recountedTokens?: number;
}

/** One fleet at one scrape. All its targets are scraped at the same instant. */
export interface FleetScrape {
  readonly fleet: CompiledFleet;
  readonly at: EpochMs;
  /** In order of pod names' creation. */
  readonly targets: readonly ScrapeTarget[];
  readonly gateway: GatewayCounts;
}

/** Called at every scrape, at `scrape.intervalMs` from the world's first instant on. */
export type ScrapeListener = (scrape: FleetScrape) => void;
