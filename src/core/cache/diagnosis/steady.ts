/** A cause, once named, stays until another has been clearly larger for several reviews. */
import type { CacheCause, CauseShare } from "../../decision.ts";

export interface NamedCause {
  readonly cause: CacheCause;
  /** What was larger at the last review, and for how many in a row; null: nothing was. */
  readonly rival: { readonly cause: CacheCause; readonly reviews: number } | null;
}

/** Minutes: a rival that is noise is as often smaller as larger, and stays so 1 time in 8. */
const REVIEWS = 3;
/** Of the fall, that the rival explains beyond what is named. */
const CLEARLY = 0.1;

/** @returns the largest cause if it explains enough, and clearly more than the next */
export function clearestOf(causes: readonly CauseShare[], enough: number): CacheCause {
  const [first] = causes;
  if (first === undefined) return "cannot-tell";
  const share = shareOf(causes, first.cause);
  const others = causes.filter(({ cause }) => cause !== first.cause);
  const next = Math.max(0, ...others.map(({ shareOfGap }) => shareOfGap));
  return share >= Math.max(enough, next + CLEARLY) ? first.cause : "cannot-tell";
}

/**
 * @param best what can be told now, or that it cannot be
 * @returns what is named from now on; to be asked once a review
 */
export function steadyCause(before: NamedCause | undefined, best: CacheCause): NamedCause {
  if (before === undefined) return { cause: best, rival: null };
  if (before.cause === best || best === "cannot-tell") {
    return { cause: before.cause, rival: null };
  }
  const reviews = before.rival?.cause === best ? before.rival.reviews + 1 : 1;
  if (reviews >= REVIEWS) return { cause: best, rival: null };
  return { cause: before.cause, rival: { cause: best, reviews } };
}

/** A cause may have several parts. */
export const shareOf = (causes: readonly CauseShare[], cause: CacheCause): number =>
  causes.reduce((sum, each) => sum + (each.cause === cause ? each.shareOfGap : 0), 0);
