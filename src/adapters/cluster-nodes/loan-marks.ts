/** What a node bears for its pool's loan: the fence taint, or the mark since when it is lent. */
import type { LoanTerms } from "../../core/compiled.ts";
import type { NodeObservation } from "../../core/observation.ts";
import { type EpochMs, epochMs } from "../../core/units.ts";
import { type Json, listAt, metaOf, stringAt } from "../kubernetes/decode.ts";
import type { KeptNode } from "./decode.ts";

/**
 * A label, so that fleets' pods can keep away from racks on loan by node affinity: its value is the
 * instant in milliseconds, since a label's value has no room for colons.
 */
const LENT_LABEL = "breakwater.dev/lent-at";

const EFFECT = "NoSchedule";

/** @returns the marks as observed; nothing for a pool without a loan */
export function loanMarks(
  { taints, labels }: KeptNode,
  loan: LoanTerms | undefined,
): Pick<NodeObservation, "fenced" | "lentAt"> {
  if (loan === undefined) return {};
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
  const { labels } = metaOf(object);
  const taints = listAt(object, "spec", "taints");
  const done = taints.some((entry) => isFence(entry, taint));
  if (done && !(LENT_LABEL in labels)) return null;
  const fenced = done ? taints : [...taints, { key: taint, effect: EFFECT }];
  return guarded(object, { label: null, taints: fenced });
}

/** @returns the patch that lends the node; null where it is lent */
export function unfencePatch(object: Json, taint: string, at: EpochMs): Json | null {
  const { labels } = metaOf(object);
  const taints = listAt(object, "spec", "taints");
  const open = taints.filter((entry) => !isFence(entry, taint));
  if (open.length === taints.length && LENT_LABEL in labels) return null;
  return guarded(object, { label: `${at}`, taints: open });
}

const isFence = (entry: unknown, key: string): boolean =>
  stringAt(entry, "key") === key && stringAt(entry, "effect") === EFFECT;

function guarded(
  object: Json,
  { label, taints }: { readonly label: string | null; readonly taints: readonly unknown[] },
): Json {
  const { uid, resourceVersion } = metaOf(object);
  return {
    metadata: { uid, resourceVersion, labels: { [LENT_LABEL]: label } },
    spec: { taints },
  };
}
