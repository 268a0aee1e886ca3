/** Who must say yes, and what became of those who were asked. Rules only tighten the mode. */
import type { ConfirmRule } from "../compiled.ts";
import type { Intent, IntentPhase } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { after, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { rulesFor } from "./confirm-rules.ts";
import type { Confirming } from "./confirm-rules.ts";
import type { Proposal } from "./guard.ts";

export interface ApprovalNeed {
  /** 0: nobody needs to confirm. */
  readonly approvers: number;
  readonly expiresAfterMs: Millis;
  readonly onExpiry: "Drop" | "Proceed";
}

/** How long a decision waits for a person where no rule says so. */
export const DEFAULT_EXPIRY_MS = millis(15 * 60_000);

/** @param asked approvals that guards ask for */
export function approvalNeed(proposal: Proposal, view: Confirming, asked: number): ApprovalNeed {
  const { scaleOut, scaleIn } = view.fleet.mode;
  const mode = proposal.direction === "Out" ? scaleOut : scaleIn;
  const rules = rulesFor(proposal, view);
  const byMode = mode === "Auto" ? 0 : 1;
  // A rule only tightens: what the mode or a guard wants confirmed never proceeds by itself.
  const mayProceed =
    asked === 0 && byMode === 0 && rules.every(({ onExpiry }) => onExpiry === "Proceed");
  return {
    approvers: Math.max(asked, byMode, ...rules.map(({ approvers }) => approvers)),
    expiresAfterMs: millis(
      Math.min(...rules.map(({ expiresAfterMs }) => expiresAfterMs), ...fallback(rules)),
    ),
    onExpiry: mayProceed && rules.length > 0 ? "Proceed" : "Drop",
  };
}

/** @returns what satisfies both: a decision about two fleets asks what either wants asked */
export function stricterNeed(one: ApprovalNeed, other: ApprovalNeed): ApprovalNeed {
  const asking = [one, other].filter(({ approvers }) => approvers > 0);
  const proceeds = asking.length > 0 && asking.every(({ onExpiry }) => onExpiry === "Proceed");
  return {
    approvers: Math.max(one.approvers, other.approvers),
    expiresAfterMs: millis(
      Math.min(
        ...(asking.length > 0 ? asking : [one, other]).map(({ expiresAfterMs }) => expiresAfterMs),
      ),
    ),
    onExpiry: proceeds ? "Proceed" : "Drop",
  };
}

const fallback = (rules: readonly ConfirmRule[]): readonly number[] =>
  rules.length === 0 ? [DEFAULT_EXPIRY_MS] : [];

/** @returns who said no, and why; null when nobody did. It may come while the intent is executed */
export function refusal({ approvals }: Pick<Intent, "approvals">): Reason | null {
  const found = approvals.find(({ verdict }) => verdict === "Reject");
  return found === undefined ? null : reason("rejected", `${found.by}: ${found.reason}`);
}

/**
 * Verdicts carry no time: one that was given in time is seen a tick later, or by the next leader
 * once it has the lease. A yes that is first seen after that came too late.
 */
const SEEN_WITHIN_MS = millis(60_000);

/** @returns the phase a pending intent moves to now, and why; null while it goes on waiting */
export function verdictOn(
  intent: Intent,
  now: EpochMs,
): { readonly phase: IntentPhase; readonly reason: Reason } | null {
  const refused = refusal(intent);
  if (refused !== null) return { phase: "Rejected", reason: refused };
  const yes = new Set(intent.approvals.map(({ by }) => by));
  const inTime = now < after(intent.expiresAt, SEEN_WITHIN_MS);
  if (yes.size >= intent.requiredApprovals && inTime) {
    return {
      phase: "Approved",
      reason: reason(intent.reason.code, `Confirmed by ${[...yes].join(", ")}.`),
    };
  }
  if (now < intent.expiresAt) return null;
  return intent.onExpiry === "Proceed"
    ? { phase: "Approved", reason: reason("expired", "Its rule says to proceed.") }
    : { phase: "Expired", reason: reason("expired") };
}
