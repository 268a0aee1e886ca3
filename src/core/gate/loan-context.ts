/** What the guards see of a pool's loan, where a rack is to be lent or called back. */
import { drawsOn, guaranteedRacks } from "../compiled.ts";
import type { CompiledFleet } from "../compiled.ts";
import { chooseCallBack } from "../loans/call-back.ts";
import { loanView } from "../loans/loan-view.ts";
import type { PoolCount } from "../observation.ts";
import { startTime } from "../racks/lead-time.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { nextEnd } from "../supply/calendar.ts";
import { instantText } from "../supply/instant.ts";
import { after, millis } from "../units.ts";
import type { EpochMs } from "../units.ts";
import type { LoanContext } from "./guard.ts";
import type { WishInput } from "./wishes.ts";

/** @returns null for a pool without a loan */
export function loanContext(input: WishInput, count: PoolCount): LoanContext | null {
  const { state, loans = {}, observation } = input;
  const { pool } = state;
  if (pool.loan === undefined) return null;
  const onLoan = loans[pool.name]?.onLoan.length ?? 0;
  const unlent = count.desired - onLoan;
  return {
    guaranteed: guaranteedRacks(pool),
    unlent,
    neededSoon: neededSoon(input, unlent - 1, hadBackAt(input)),
    callBack: chooseCallBack(loanView(state, { fleets: input.fleets, observation })),
  };
}

/** When a rack lent now would serve again at the earliest: tenure, grace, start of engines. */
function hadBackAt({ state, fleets, observation }: WishInput): EpochMs {
  const { loan } = state.pool;
  const starts = fleets.map(({ situation }) => startTime(state, situation.fleet)?.p95Ms ?? 0);
  const lentMs = (loan?.minTenureMs ?? 0) + (loan?.graceMs ?? 0);
  return after(observation.now, millis(lentMs + Math.max(0, ...starts)));
}

function neededSoon(
  { state, fleets, awards, observation }: WishInput,
  left: number,
  until: EpochMs,
): Reason | null {
  const { pool } = state;
  const { now } = observation;
  const end = pool.supply.kind === "Calendar" ? nextEnd(pool.supply.windows, now) : null;
  if (end !== null && end < until) {
    return reason("loan-needed-soon", `A window ends at ${instantText(end)}.`);
  }
  const drawing = fleets.filter(({ situation }) => drawsOn(situation.fleet, pool));
  const soon = drawing.map((picture) => ({
    picture,
    awarded: awards.find(({ fleet }) => fleet === picture.situation.fleet.key)?.byPool[pool.name],
  }));
  const needed = soon.reduce((sum, { picture: { situation }, awarded = 0 }) => {
    return sum + Math.max(awarded, scheduledRacks(situation.fleet, awarded, { now, until }));
  }, 0);
  if (needed <= left) return null;
  const scheduled = `${needed} racks are scheduled before ${instantText(until)}`;
  return reason("loan-needed-soon", `${scheduled}, ${left} would be left.`);
}

/** A factor says nothing of racks here: demand grows by it at most as many times as racks do. */
function scheduledRacks(
  { schedule }: Pick<CompiledFleet, "schedule">,
  awarded: number,
  { now, until }: { readonly now: EpochMs; readonly until: EpochMs },
): number {
  const coming = schedule.filter((window) => window.until > now && window.readyFrom <= until);
  return Math.max(
    0,
    ...coming.map(({ floorRacks, factor }) => floorRacks ?? Math.ceil(awarded * (factor ?? 1))),
  );
}
