/** What a guard sees and answers. A guard is pure and judges one proposal by one rule. */
import type { CompiledPool, FleetKey } from "../compiled.ts";
import type { CacheVerdict, RackSummary } from "../decision.ts";
import type { CallBack } from "../loans/call-back.ts";
import type { FleetMemory, PoolMemory } from "../memory.ts";
import type { MoveGround } from "../moves/choose.ts";
import type { Intent, PoolCount, PoolObservation, RackObservation } from "../observation.ts";
import type { PoolTimes } from "../racks/lead-time.ts";
import type { Situation } from "../policy/situation.ts";
import type { Reason } from "../reasons.ts";
import type { RackCount } from "../units.ts";
import type { Spending } from "./spending.ts";

/** A change of one pool's count for one fleet, before the guards. */
export interface Proposal {
  readonly direction: "Out" | "In";
  readonly from: RackCount;
  readonly to: RackCount;
  readonly reason: Reason;
  /**
   * Only where a request is withdrawn and no rack is drained: of the racks that it takes, those
   * that somebody counted on.
   */
  readonly racksLost?: number;
  /** Only where the rack goes to the pool's loan, or comes back from it: no count changes then. */
  readonly loan?: "Lend" | "Reclaim";
  /** Only where the rack goes from one fleet to another: In for the one, Out for the other. */
  readonly move?: MoveTerms;
}

export interface MoveTerms {
  readonly taker: FleetKey;
  readonly ground: MoveGround;
}

/** @returns the pool's count once the proposal was carried out */
export const countAfter = ({ from, to, loan, move }: Proposal): RackCount =>
  loan === undefined && move === undefined ? to : from;

/** What is known of the pool's loan where a proposal is about it. */
export interface LoanContext {
  /** Racks that fleets are guaranteed, in sum. */
  readonly guaranteed: number;
  /** Racks of the pool that are not on loan. */
  readonly unlent: number;
  /** Why a rack that were lent now would be missed before it could be had back; null: it is not. */
  readonly neededSoon: Reason | null;
  /** Reclaim: the rack to call back, or why there is none. */
  readonly callBack: CallBack | Reason;
}

/** @returns what is called back; null where nothing is, or may be */
export const calledBack = (loan: LoanContext | null | undefined): CallBack | null =>
  !loan || "code" in loan.callBack ? null : loan.callBack;

/**
 * @returns the racks that a fleet has to do with after a scale-in; where a request is withdrawn,
 *   with those that it was awarded instead
 */
export const racksAfter = (
  { from, to, racksLost }: Proposal,
  { heldRacks, awardedRacks }: Pick<GateContext, "heldRacks" | "awardedRacks">,
): number =>
  racksLost === undefined ? heldRacks - (from - to) : Math.max(heldRacks - racksLost, awardedRacks);

export interface GateContext {
  readonly pool: CompiledPool;
  readonly observed: PoolObservation;
  readonly count: PoolCount;
  readonly summaries: readonly RackSummary[];
  readonly situation: Situation;
  /** Racks the fleet holds or has on the way, in all its pools and in this one. */
  readonly heldRacks: RackCount;
  readonly heldInPool: RackCount;
  /** The same should racks come that nobody counts on; absent: as held. */
  readonly askedRacks?: RackCount;
  readonly askedInPool?: RackCount;
  /** Of the pool, racks that are asked for in place of others that do not count; absent: none. */
  readonly replacedRacks?: number;
  /** What the fleet pays beside its share of the pool; absent: nothing, and it has it alone. */
  readonly spending?: Spending;
  /** What the fleet was awarded, over all pools. */
  readonly awardedRacks: RackCount;
  readonly shrinkHold: Reason | null;
  readonly cache: CacheVerdict;
  /** Racks wanted if the hit rate were what it usually is; null when that is not known. */
  readonly wantAtUsualHitRate: RackCount | null;
  readonly leading: boolean;
  readonly intents: readonly Intent[];
  readonly fleetMemory: FleetMemory;
  readonly poolMemory: PoolMemory;
  readonly times: PoolTimes;
  /** The rack that scale-in would drain; null when none can be. */
  readonly victim: RackObservation | null;
  /** Absent unless the proposal is about a loan. */
  readonly loan?: LoanContext;
}

export type Verdict =
  | { readonly kind: "Pass" }
  /** Not so far: `to` lies between the proposal's `from` and `to`. */
  | { readonly kind: "Limit"; readonly to: RackCount; readonly reason: Reason }
  /** Only with so many approvals of a person. */
  | { readonly kind: "Confirm"; readonly approvers: number; readonly reason: Reason }
  | { readonly kind: "Hold"; readonly reason: Reason };

export interface Guard {
  readonly name: string;
  check(proposal: Proposal, context: GateContext): Verdict;
}

export const PASS: Verdict = { kind: "Pass" };
export const hold = (reason: Reason): Verdict => ({ kind: "Hold", reason });
