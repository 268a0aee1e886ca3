/** Which rack on loan to call back: when each may be, and the one whose loss costs least. */
import type { CompiledPool, LoanTerms } from "../compiled.ts";
import type { RackSummary } from "../decision.ts";
import { isOpen } from "../intents.ts";
import type { Intent, RackObservation } from "../observation.ts";
import { compareRanks } from "../numeric.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { instantText } from "../supply/instant.ts";
import { elapsed } from "../units.ts";
import type { EpochMs } from "../units.ts";
import { gangsOn, isOfLoan, spannedRacks } from "./gangs.ts";
import type { Gang } from "./gangs.ts";
import { lentIds, tenureEnd } from "./lent.ts";

export interface LoanView {
  readonly pool: CompiledPool;
  readonly racks: readonly RackObservation[];
  readonly summaries: readonly RackSummary[];
  readonly intents: readonly Intent[];
  readonly now: EpochMs;
  /** Ids of gangs that run beyond the pool's racks as well: they are not called back. */
  readonly gangsElsewhere?: readonly string[];
  /** A person asked for the racks by a floor: then no tenure keeps them. */
  readonly tenureWaived?: boolean;
}

/** A rack that may be called back, with all that goes along. */
export interface CallBack {
  readonly rack: RackObservation;
  /** From when on. */
  readonly at: EpochMs;
  readonly gangs: readonly Gang[];
  /** The rack's, and those of all racks that its gangs run on. */
  readonly victimNodeUids: readonly string[];
}

/** @returns by rack on loan, how it may be called back; racks that never may be are left out */
export function callBacks(view: LoanView): readonly CallBack[] {
  const { pool, racks, summaries } = view;
  const { loan } = pool;
  if (loan === undefined) return [];
  const lent = lentIds(summaries);
  return racks
    .filter(({ id }) => lent.includes(id))
    .flatMap((rack) => callBackOf(rack, { ...view, loan }) ?? []);
}

interface Terms extends LoanView {
  readonly loan: LoanTerms;
}

function callBackOf(rack: RackObservation, view: Terms): CallBack | null {
  const { pool, racks, gangsElsewhere = [] } = view;
  // A pod of somebody else is not ours to send away.
  if (rack.pods.some((pod) => !isOfLoan(pod, pool.name))) return null;
  const gangs = gangsOn(rack, racks, pool.name);
  if (gangs.some(({ id }) => gangsElsewhere.includes(id))) return null;
  const concerned = [rack, ...spannedRacks(rack, gangs, racks)];
  return {
    rack,
    at: view.tenureWaived === true ? view.now : whenOver(concerned, view),
    gangs,
    victimNodeUids: concerned.flatMap(({ nodes }) => nodes.map(({ uid }) => uid)),
  };
}

/** A gang is not broken on a rack that is the loan's for longer than the one that is wanted. */
const whenOver = (racks: readonly RackObservation[], { loan, now }: Terms): EpochMs =>
  racks.reduce((latest, rack) => {
    const end = tenureEnd(rack, loan);
    return end !== null && end > latest ? end : latest;
  }, now);

/** @returns open decisions to call racks of the pool back, by name */
export const openReclaims = (pool: string, intents: readonly Intent[]): readonly Intent[] =>
  intents
    .filter(
      (intent) => intent.pool === pool && intent.direction === "Reclaim" && isOpen(intent.phase),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/**
 * @returns the rack to call back now: the one that breaks the fewest gangs beside those that are
 *   told to go already, then the one that loses least work since it was last saved, then the one
 *   with the fewest pods; else why there is none
 */
export function chooseCallBack(view: LoanView): CallBack | Reason {
  const taken = openReclaims(view.pool.name, view.intents);
  const free = callBacks(view).filter(({ rack }) => taken.every((open) => open.rack !== rack.id));
  const going = new Set(
    taken
      .flatMap(({ rack: id }) => {
        const rack = view.racks.find((candidate) => candidate.id === id);
        return rack === undefined ? [] : gangsOn(rack, view.racks, view.pool.name);
      })
      .map(({ id }) => id),
  );
  const [best] = free
    .filter(({ at }) => at <= view.now)
    .map((found) => ({ found, cost: costOf(found, going, view.now) }))
    .toSorted(
      (a, b) => compareRanks(a.cost, b.cost) || (a.found.rack.id < b.found.rack.id ? -1 : 1),
    );
  return best === undefined ? whyNone(free) : best.found;
}

function whyNone(free: readonly CallBack[]): Reason {
  const [next] = free.toSorted((a, b) => a.at - b.at);
  if (next === undefined) {
    return reason("no-victim", "Racks on loan run others' pods, or gangs that run beyond them.");
  }
  return reason("loan-tenure", `Rack ${next.rack.id} until ${instantText(next.at)}.`);
}

function costOf({ gangs }: CallBack, going: ReadonlySet<string>, now: EpochMs): readonly number[] {
  const broken = gangs.filter(({ id }) => !going.has(id));
  const lostMs = broken.reduce((sum, gang) => sum + unsavedMs(gang, now), 0);
  return [broken.length, lostMs, broken.reduce((sum, { pods }) => sum + pods.length, 0)];
}

/** Work since the gang's oldest checkpoint, else since it began, else all that there may be. */
function unsavedMs({ pods }: Gang, now: EpochMs): number {
  const since = pods.map(({ loan, readySince }) => loan?.checkpointAt ?? readySince);
  return since.reduce<number>(
    (most, at) => Math.max(most, at === null ? Number.MAX_SAFE_INTEGER : elapsed(at, now)),
    0,
  );
}
