/** The gate: every guard, in order. The order is policy: what a person said comes first. */
import type { Step } from "../decision.ts";
import { goesAnyway } from "../intents.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import type { RackCount } from "../units.ts";
import type { GateContext, Guard, Proposal, Verdict } from "./guard.ts";
import { budgetGuard } from "./guards/budget.ts";
import { cacheSafetyGuard } from "./guards/cache-safety.ts";
import { cacheVetoGuard } from "./guards/cache-veto.ts";
import { drainSafetyGuard } from "./guards/drain-safety.ts";
import { foreignWriterGuard } from "./guards/foreign-writer.ts";
import { leaderGuard } from "./guards/leader.ts";
import { lendTermsGuard } from "./guards/lend-terms.ts";
import { limitsGuard } from "./guards/limits.ts";
import { openIntentGuard } from "./guards/open-intent.ts";
import { overrideGuard } from "./guards/override.ts";
import { paceGuard } from "./guards/pace.ts";
import { removalOrderGuard } from "./guards/removal-order.ts";
import { reclaimTermsGuard } from "./guards/reclaim-terms.ts";
import { reservedGuard } from "./guards/reserved.ts";
import { requestRateGuard } from "./guards/request-rate.ts";
import { riseGuard } from "./guards/rise.ts";
import { rolloutGuard } from "./guards/rollout.ts";
import { signalsGuard } from "./guards/signals.ts";
import { specificationGuard } from "./guards/specification.ts";
import { stabilizationGuard } from "./guards/stabilization.ts";
import { stepGuard } from "./guards/step.ts";
import { takerRoomGuard } from "./guards/taker-room.ts";
import { unprovenGuard } from "./guards/unproven.ts";

export const GUARDS: readonly Guard[] = [
  overrideGuard,
  leaderGuard,
  specificationGuard,
  unprovenGuard,
  foreignWriterGuard,
  rolloutGuard,
  openIntentGuard,
  signalsGuard,
  riseGuard,
  stabilizationGuard,
  stepGuard,
  limitsGuard,
  requestRateGuard,
  drainSafetyGuard,
  removalOrderGuard,
  paceGuard,
  lendTermsGuard,
  reclaimTermsGuard,
  cacheSafetyGuard,
  cacheVetoGuard,
  reservedGuard,
  budgetGuard,
];

/** What asks whether a rack can be spared: no question where it goes whatever the answer. */
const OF_CHOICE: readonly Guard[] = [
  rolloutGuard,
  signalsGuard,
  stabilizationGuard,
  removalOrderGuard,
  paceGuard,
  cacheSafetyGuard,
  reservedGuard,
];
/** What asks about the rack that goes: none does where a request is withdrawn. */
const OF_DRAINS: readonly Guard[] = [drainSafetyGuard, removalOrderGuard, paceGuard];

/** What asks about the count: it stays where a rack is lent, called back or moved. */
const OF_COUNTS: readonly Guard[] = [
  unprovenGuard,
  stepGuard,
  limitsGuard,
  requestRateGuard,
  reservedGuard,
  budgetGuard,
];

/**
 * What asks who wrote the count: a rack that is called back changes none. That demand rises is
 * measured for it as for a purchase: the samples that raised the alarm overlap, so that a clump of
 * turns would end somebody's work, and a window of rates is little beside grace and start.
 */
const OF_PURCHASES: readonly Guard[] = [foreignWriterGuard];

/** @returns whether the guard has nothing to say of the proposal */
function isMoot(guard: Guard, proposal: Proposal): boolean {
  const { loan, move } = proposal;
  if ((loan !== undefined || move !== undefined) && OF_COUNTS.includes(guard)) return true;
  if (move !== undefined && move.ground !== "Spare" && guard === stabilizationGuard) return true;
  if (loan === "Reclaim" && OF_PURCHASES.includes(guard)) return true;
  if (proposal.direction === "Out") return false;
  if (goesAnyway(proposal) && OF_CHOICE.includes(guard)) return true;
  return proposal.racksLost !== undefined && OF_DRAINS.includes(guard);
}

/** What holds autoscalers of replicas here: what cluster and provider can do at all. */
export const PEER_GUARDS: readonly Guard[] = [
  leaderGuard,
  openIntentGuard,
  limitsGuard,
  requestRateGuard,
  drainSafetyGuard,
];

/** What judges a move for the fleet that gets the rack: it is growth that costs nothing more. */
export const TAKER_GUARDS: readonly Guard[] = [
  overrideGuard,
  specificationGuard,
  rolloutGuard,
  takerRoomGuard,
  cacheVetoGuard,
];

export interface Passage {
  /** What is let through: the proposal's `from` when anything held. */
  readonly to: RackCount;
  readonly holds: readonly Reason[];
  readonly limits: readonly Reason[];
  /** Approvals that guards ask for; 0 when none does. */
  readonly approvers: number;
  readonly steps: readonly Step[];
}

/** Runs every guard, so that a hold names all that holds, not just the first. */
export function passGuards(
  proposal: Proposal,
  context: GateContext,
  guards: readonly Guard[] = GUARDS,
): Passage {
  const start: Passage = { to: proposal.to, holds: [], limits: [], approvers: 0, steps: [] };
  const end = guards.reduce((passage, guard) => {
    if (isMoot(guard, proposal)) return passage;
    const verdict = guard.check({ ...proposal, to: passage.to }, context);
    return apply(passage, verdict, guard.name);
  }, start);
  return end.holds.length > 0 ? { ...end, to: proposal.from } : end;
}

function apply(passage: Passage, verdict: Verdict, guard: string): Passage {
  if (verdict.kind === "Pass") return passage;
  const { text } = verdict.reason;
  const steps = [...passage.steps, { stage: "gate" as const, name: guard, text, numbers: {} }];
  if (verdict.kind === "Hold") {
    return { ...passage, steps, holds: [...passage.holds, verdict.reason] };
  }
  const limits = [...passage.limits, verdict.reason];
  if (verdict.kind === "Limit") return { ...passage, steps, limits, to: verdict.to };
  return { ...passage, steps, limits, approvers: Math.max(passage.approvers, verdict.approvers) };
}

/** @returns why the proposal is held because the fleet only decides in shadow, else null */
export const shadowHold = (mode: string): Reason | null =>
  mode === "Shadow" ? reason("shadow") : null;
