/** What a guard sees and answers. A guard is pure and judges one proposal by one rule. */
import type { CompiledPool } from "../compiled.ts";
import type { CacheVerdict, RackSummary } from "../decision.ts";
import type { FleetMemory, PoolMemory } from "../memory.ts";
import type { Intent, PoolCount, PoolObservation, RackObservation } from "../observation.ts";
import type { Situation } from "../policy/situation.ts";
import type { Reason } from "../reasons.ts";
import type { RackCount } from "../units.ts";

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
}

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
  /** The rack that scale-in would drain; null when none can be. */
  readonly victim: RackObservation | null;
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
