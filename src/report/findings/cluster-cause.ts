/** Why a cluster of violations began: what changed shortly before it. */
import type { SurgeResult } from "../../api/results.ts";
import type { TimelineOrder } from "../../api/timeline.ts";
import type { Stretch } from "../statistics/episodes.ts";
import { overlaps } from "../statistics/episodes.ts";
import { meanOf, sumOf } from "../statistics/robust.ts";
import type { ShownCapacity } from "./capacity.ts";
import type { FleetRun } from "./fleet-run.ts";
import { inSteps, missedIn, stretchOf } from "./fleet-run.ts";
import type { ForecastMiss } from "./forecast-misses.ts";
import type { HitRateRegime } from "./hit-rate-regimes.ts";
import type { LateArrival } from "./late-arrivals.ts";
import { givenBack, rackLosses } from "./rack-losses.ts";
import type { RackLoss } from "./rack-losses.ts";

export type ClusterCause =
  | { readonly kind: "disturbance"; readonly surge: SurgeResult }
  | { readonly kind: "rack-loss"; readonly loss: RackLoss }
  | { readonly kind: "given-back"; readonly loss: RackLoss }
  | { readonly kind: "arrived-late"; readonly late: LateArrival }
  | { readonly kind: "hit-rate"; readonly regime: HitRateRegime }
  | {
      readonly kind: "asked-late";
      readonly order: TimelineOrder;
      /** Whether the forecast had the demand that came; null: there was none. */
      readonly foreseen: boolean | null;
    }
  | { readonly kind: "unforeseen-demand"; readonly miss: ForecastMiss }
  | { readonly kind: "load"; readonly perRack: number; readonly shown: number }
  | { readonly kind: "unknown" };

/** Queues and caches take minutes to fill, not hours: what broke earlier has been felt before. */
const BEFORE_SECONDS = 1_800;
/** A cluster is noticed a window after it begins, and blocks begin before what is in them. */
const AFTER_SECONDS = 600;

export interface CauseEvidence {
  readonly regimes: readonly HitRateRegime[];
  readonly misses: readonly ForecastMiss[];
  readonly late: readonly LateArrival[];
  readonly capacity: ShownCapacity | null;
}

/**
 * What a fault or a lost rack does to the cache and to the load is theirs, so causes outside the
 * fleet are looked for first, and that racks were asked for late last: that has to be nobody's
 * else.
 */
export function causeOf(run: FleetRun, cluster: Stretch, evidence: CauseEvidence): ClusterCause {
  const onset = {
    from: cluster.from - inSteps(run, BEFORE_SECONDS),
    to: cluster.from + inSteps(run, AFTER_SECONDS),
  };
  const surge = run.surges.findLast(
    ({ cause, startSeconds }) =>
      cause !== "traffic" && overlaps(onset, stretchOf(run, startSeconds, startSeconds)),
  );
  if (surge !== undefined) return { kind: "disturbance", surge };
  const loss = rackLosses(run).find((each) => overlaps(onset, stretchAt(each.at)));
  if (loss !== undefined) return { kind: "rack-loss", loss };
  const back = givenBackBefore(run, cluster, onset);
  if (back !== null) return { kind: "given-back", loss: back };
  const late = evidence.late.find((each) => overlaps(each, onset) || mostOf(run, cluster, each));
  if (late !== undefined) return { kind: "arrived-late", late };
  const regime = evidence.regimes.find(
    ({ from, to }) => overlaps(onset, { from, to }) && from >= onset.from - BLOCKS_OFF,
  );
  if (regime !== undefined) return { kind: "hit-rate", regime };
  return demandCause(run, cluster, evidence);
}

/**
 * All that were given back in that time, as one: no rack by itself is the one too many. They are
 * the cause where demand is about what it was with them.
 */
function givenBackBefore(run: FleetRun, cluster: Stretch, onset: Stretch): RackLoss | null {
  const given = givenBack(run, cluster).filter((each) => overlaps(onset, stretchAt(each.at)));
  const [first, last] = [given[0], given.at(-1)];
  if (first === undefined || last === undefined) return null;
  const size = inSteps(run, BEFORE_SECONDS);
  const usual = meanOf(run.demand.slice(Math.max(0, first.at - size), first.at));
  const demand = meanOf(run.demand.slice(cluster.from, cluster.from + size));
  const grew = usual === null || demand === null || demand > GROWN * usual;
  return grew ? null : { ...first, after: last.after };
}

/** A fifth: what half an hour differs from the one before without anything having happened. */
const GROWN = 1.2;

const stretchAt = (step: number): Stretch => ({ from: step, to: step + 1 });

/** What began later is the cause where most of what the cluster missed, missed during it. */
function mostOf(run: FleetRun, cluster: Stretch, { from, to }: Stretch): boolean {
  const both = { from: Math.max(from, cluster.from), to: Math.min(to, cluster.to) };
  return both.from < both.to && missedIn(run, both) > missedIn(run, cluster) / 2;
}

/** A regime's edges are those of blocks. */
const BLOCKS_OFF = 20;

function demandCause(run: FleetRun, cluster: Stretch, evidence: CauseEvidence): ClusterCause {
  const miss = evidence.misses.find((each) => each.sigmas > 0 && overlaps(each, cluster)) ?? null;
  const order = helpThatCameLate(run, cluster);
  const shown = evidence.capacity?.perRack ?? 0;
  const perRack = loadIn(run, cluster, order) ?? 0;
  const overloaded = perRack > shown;
  // Racks help against load and nothing else: another order may come by while something else ails.
  if (order !== null && overloaded) {
    return { kind: "asked-late", order, foreseen: foreseenIn(run, cluster) };
  }
  if (miss !== null) return { kind: "unforeseen-demand", miss };
  return overloaded && shown > 0 ? { kind: "load", perRack, shown } : { kind: "unknown" };
}

/**
 * The orders that came into the cluster or shortly after, as one: they could not be there when it
 * began, by their own lead time they were asked for too late.
 */
function helpThatCameLate(run: FleetRun, cluster: Stretch): TimelineOrder | null {
  const onset = cluster.from * run.stepSeconds;
  const end = cluster.to * run.stepSeconds + BEFORE_SECONDS;
  const found = run.timeline.orders.filter(
    ({ askedSeconds, servedSeconds, expected }) =>
      servedSeconds !== null &&
      servedSeconds > onset &&
      servedSeconds <= end &&
      askedSeconds + expected.p50Seconds > onset,
  );
  const [first] = found;
  if (first === undefined) return null;
  return {
    ...first,
    racks: sumOf(found.map((order) => order.racks)),
    servedSeconds: Math.max(...found.map((order) => order.servedSeconds ?? 0)),
  };
}

/** What came was within what p90 of the forecast had said. */
function foreseenIn(run: FleetRun, { from, to }: Stretch): boolean | null {
  const came = meanOf(run.demand.slice(from, to));
  const expected = meanOf(run.timeline.series.forecastP90.slice(from, to));
  return came === null || expected === null ? null : came <= expected;
}

/** Until the help came. */
function loadIn(run: FleetRun, cluster: Stretch, order: TimelineOrder | null): number | null {
  const { from } = cluster;
  const served = Math.floor((order?.servedSeconds ?? Infinity) / run.stepSeconds);
  const to = Math.max(from + 1, Math.min(cluster.to, served));
  const demand = meanOf(run.demand.slice(from, to));
  const serving = meanOf(run.timeline.series.racksServing.slice(from, to));
  return demand === null || serving === null || serving === 0 ? null : demand / serving;
}
