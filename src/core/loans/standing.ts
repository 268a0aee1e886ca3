/** How many racks of a pool its loan has, and how many of those fleets count on. */
import { elapsed } from "../units.ts";
import type { Millis } from "../units.ts";
import { callBacks, openReclaims } from "./call-back.ts";
import type { LoanView } from "./call-back.ts";
import { isHandedOver, lentIds } from "./lent.ts";

export interface LoanStanding {
  /** Ids of the racks on loan, those that are being handed over included. */
  readonly onLoan: readonly string[];
  /** Of those, the ones that fleets do not count on: not needed, or not to be had in time. */
  readonly away: number;
  /** Of those, the ones that a fleet needs. */
  readonly due: number;
  /** Names of the open decisions that call back racks that are still on loan. */
  readonly calledBack: readonly string[];
}

export const NO_LOAN: LoanStanding = { onLoan: [], away: 0, due: 0, calledBack: [] };

export interface LoanNeed {
  /** Racks of the pool once every drain has ended, those on loan included. */
  readonly standing: number;
  /** Racks that fleets were awarded, and those that stay for another reason. */
  readonly needed: number;
  /** A rack that comes back later than this is none to count on: a bought one is there sooner. */
  readonly withinMs: Millis;
}

/** A rack on loan is supply: it comes back within its tenure and its pods' grace. */
export function loanStanding(view: LoanView, need: LoanNeed): LoanStanding {
  const { loan, name } = view.pool;
  if (loan === undefined) return NO_LOAN;
  const onLoan = racksOnLoan(name, view);
  const inTime = callBacks(view).filter(
    ({ at }) => elapsed(view.now, at) + loan.graceMs <= need.withinMs,
  ).length;
  const handingOver = onLoan.length - lentIds(view.summaries).length;
  const usable = inTime + handingOver;
  const locked = onLoan.length - usable;
  const spare = Math.min(usable, Math.max(0, need.standing - locked - need.needed));
  const called = openReclaims(name, view.intents);
  return {
    onLoan,
    away: locked + spare,
    due: usable - spare,
    calledBack: called.flatMap((intent) =>
      onLoan.includes(intent.rack ?? "") ? [intent.name] : [],
    ),
  };
}

function racksOnLoan(
  pool: string,
  { summaries, intents }: Pick<LoanView, "summaries" | "intents">,
): readonly string[] {
  const leaving = summaries.filter(
    (rack) => rack.phase === "Draining" && isHandedOver(rack, pool, intents),
  );
  return [...lentIds(summaries), ...leaving.map(({ id }) => id)];
}
