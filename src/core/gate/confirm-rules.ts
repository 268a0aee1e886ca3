/** Which confirm rules a proposal falls under. What is not known matches: people then look. */
import type { CompiledFleet, CompiledPool, ConfirmRule } from "../compiled.ts";
import type { CacheVerdict, ForecastBand } from "../decision.ts";
import type { EpochMs, UsdPerHour } from "../units.ts";
import { usdPerHour } from "../units.ts";
import { countAfter } from "./guard.ts";
import type { Proposal } from "./guard.ts";
import { NO_OTHER_SPENDING, unpaidRacks, usdPerDayOf } from "./spending.ts";
import type { Spending } from "./spending.ts";

/** What rules look at, of the fleet whose rules they are. */
export interface Confirming {
  readonly fleet: CompiledFleet;
  readonly pool: CompiledPool;
  readonly now: EpochMs;
  /** null where there is no forecast yet. */
  readonly band: ForecastBand | null;
  readonly cache: Pick<CacheVerdict, "cause" | "rackHelps">;
  /** Absent: the pool is the fleet's alone, and its only one. */
  readonly spending?: Spending | undefined;
}

type When = ConfirmRule["when"];

/** @returns the rules of the fleet that ask for people; a rule applies where all it names does */
export function rulesFor(proposal: Proposal, view: Confirming): readonly ConfirmRule[] {
  return view.fleet.confirm.filter(
    ({ when }) => isAbout(when, proposal, view) && isOccasion(when, view),
  );
}

function isAbout(when: When, proposal: Proposal, view: Confirming): boolean {
  const { pool } = view;
  const racks = Math.abs(proposal.to - proposal.from);
  const after = countAfter(proposal);
  const spend = marginalSpend(after, pool) ?? Number.POSITIVE_INFINITY;
  return (
    (when.direction === null || when.direction === proposal.direction) &&
    (when.minRacks === null || racks >= when.minRacks) &&
    (when.minUsdPerHour === null || spend >= when.minUsdPerHour) &&
    (when.minBudgetShare === undefined || budgetShare(after, view) >= when.minBudgetShare) &&
    (when.pools === undefined || when.pools.includes(pool.name))
  );
}

function isOccasion(when: When, { now, band, cache }: Confirming): boolean {
  const { during, maxForecastConfidence, cacheVerdicts } = when;
  return (
    (during === undefined || during.some(({ from, until }) => from <= now && now < until)) &&
    (maxForecastConfidence === undefined || forecastConfidence(band) <= maxForecastConfidence) &&
    (cacheVerdicts === undefined || cacheVerdicts.includes(cacheVerdictOf(cache)))
  );
}

/** @returns what the racks above the commitment cost an hour at `to`; null without a price */
export function marginalSpend(to: number, pool: CompiledPool): UsdPerHour | null {
  const above = Math.max(0, to - pool.supply.committedRacks);
  if (above === 0) return usdPerHour(0);
  return pool.price === null ? null : usdPerHour(above * pool.price.usdPerRackHour);
}

/** @returns the share of a day's budget that `to` racks use up; Infinity where that is unknown */
function budgetShare(
  to: number,
  { fleet, pool, spending = NO_OTHER_SPENDING }: Confirming,
): number {
  if (fleet.budget === null) return Number.POSITIVE_INFINITY;
  const { othersInPool, elsewhereUsdPerDay } = spending;
  const here = usdPerDayOf(to - unpaidRacks(fleet, pool, othersInPool), pool);
  if (here === null || elsewhereUsdPerDay === null) return Number.POSITIVE_INFINITY;
  const spent = here + elsewhereUsdPerDay;
  return spent === 0 ? 0 : spent / fleet.budget.usdPerDay;
}

/**
 * How narrow the forecast is: p50 / p90 of demand over the lead time, 1 where one in ten days would
 * bring no more than the median, 0 where there is no forecast.
 */
export function forecastConfidence(band: ForecastBand | null): number {
  if (band === null) return 0;
  return band.p90 > 0 ? band.p50 / band.p90 : 1;
}

/** @returns what the diagnosis of the hit rate says of growth, in the word that rules use */
export function cacheVerdictOf({
  cause,
  rackHelps,
}: Confirming["cache"]): NonNullable<When["cacheVerdicts"]>[number] {
  if (cause === "none") return "Usual";
  if (rackHelps === null) return "Unknown";
  return rackHelps ? "RackHelps" : "RackDoesNotHelp";
}
