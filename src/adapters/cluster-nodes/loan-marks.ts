/** What a node bears for its pool's loan: the fence taint, or the mark since when it is lent. */
import type { LoanTerms } from "../../core/compiled.ts";
import { LENT_LABEL } from "../../core/loans/lent.ts";
import type { NodeObservation } from "../../core/observation.ts";
import { type EpochMs, epochMs } from "../../core/units.ts";
import { type Json, listAt, metaOf, stringAt } from "../kubernetes/decode.ts";
import { FENCE_ANNOTATION, type KeptNode } from "./decode.ts";

const EFFECT = "NoSchedule";

/** @returns the marks as observed; of a pool without a loan, what one left */
export function loanMarks(
  { taints, labels, fencedWith }: KeptNode,
  loan: LoanTerms | undefined,
): Pick<NodeObservation, "fenced" | "lentAt" | "loanLeft"> {
  if (loan === undefined) {
    const loanLeft = fencedWith ?? (LENT_LABEL in labels ? "" : null);
    return loanLeft === null ? {} : { loanLeft };
  }
  const fenced = taints.some(({ key, effect }) => key === loan.fenceTaint && effect === EFFECT);
  const lentAt = lentSince(labels[LENT_LABEL]);
  return { ...(fenced && { fenced }), ...(lentAt !== null && { lentAt }) };
}

/** People may write there too: what is no instant counts as lent long ago. */
function lentSince(value: string | undefined): EpochMs | null {
  if (value === undefined) return null;
  return epochMs(/^[0-9]{1,15}$/.test(value) ? Number(value) : 0);
}

/** @returns the patch that fences the node, guarded by its version; null where it is fenced */
export function fencePatch(object: Json, taint: string): Json | null {
  const { taints, others, lent, ours } = marksOf(object, taint);
  const borne = taints.filter((entry) => isFence(entry, taint));
  if (borne.length > 0 && !lent && (ours === undefined || ours === taint)) return null;
  // A provider may set the taint on new nodes: that one stays theirs.
  const by = borne.length > 0 && ours !== taint ? null : taint;
  const fence = borne.length > 0 ? borne : [{ key: taint, effect: EFFECT }];
  return guarded(object, { label: null, by, taints: [...others, ...fence] });
}

/**
 * @param at since when it is lent; null: not at all
 * @returns the patch that takes the fence off; null where nothing is to be done
 */
export function unfencePatch(object: Json, taint: string, at: EpochMs | null): Json | null {
  const { taints, others, lent, ours } = marksOf(object, taint);
  const unmarked = others.length === taints.length && ours === undefined;
  if (unmarked && lent === (at !== null)) return null;
  const label = at === null ? null : `${at}`;
  return guarded(object, { label, by: null, taints: others });
}

/** The taints, those but for this fence and one of ours under an older key, and our marks. */
function marksOf(object: Json, taint: string) {
  const { labels, annotations } = metaOf(object);
  const ours = annotations[FENCE_ANNOTATION];
  const taints = listAt(object, "spec", "taints");
  const others = taints.filter((entry) => !isFence(entry, taint) && !isFence(entry, ours));
  return { taints, others, ours, lent: LENT_LABEL in labels };
}

const isFence = (entry: unknown, key: string | undefined): boolean =>
  stringAt(entry, "key") === key && stringAt(entry, "effect") === EFFECT;

interface Marks {
  /** Since when it is lent. */
  readonly label: string | null;
  /** The fence that we put there. */
  readonly by: string | null;
  readonly taints: readonly unknown[];
}

function guarded(object: Json, { label, by, taints }: Marks): Json {
  const { uid, resourceVersion } = metaOf(object);
  const annotations = { [FENCE_ANNOTATION]: by };
  return {
    metadata: { uid, resourceVersion, annotations, labels: { [LENT_LABEL]: label } },
    spec: { taints },
  };
}
