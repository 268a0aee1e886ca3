/**
 * Whether more is missed than load, size and engines that came or went explain: of all prompts,
 * and, where the router's index tells them apart, of what another engine had and of what none had.
 * Each part is far less noisy than the whole.
 */
import { mean } from "../../numeric.ts";
import { isAbove, suspect } from "./onset.ts";
import type { Suspicion, Usual } from "./onset.ts";
import { bestShareOf, hitRateOf } from "./sums.ts";
import type { CacheSums } from "./sums.ts";

export interface Unexplained {
  readonly all: readonly Suspicion[];
  /** Empty without the index. */
  readonly elsewhere: readonly Suspicion[];
  readonly nowhere: readonly Suspicion[];
}

const NOTHING: Unexplained = { all: [], elsewhere: [], nowhere: [] };

/**
 * Lumps that come independently ask for e^11.8 to 1 for one false alarm of three tests in a month,
 * but misses also make queues, which routers evade at the price of more misses. On ten simulated
 * quiet days the likelihood was once above 8, at 12.4.
 */
const SURE = 14;

/** Shares of prompt tokens whose loss is no wonder: of all, and the most of either part. */
export interface Explained {
  readonly all: number;
  readonly elsewhere: number;
  readonly nowhere: number;
}

interface Known {
  readonly usual: Usual;
  readonly explained: Explained;
}

/** @returns the suspicions after one more minute */
export function unexplainedAfter(
  before: Unexplained = NOTHING,
  minute: CacheSums,
  { usual, explained }: Known,
): Unexplained {
  const { hitRate, missRatio, lumpTokens } = usual;
  const all = suspect(before.all, minute, { lumpTokens, missRatio: missRatio + explained.all });
  const [had, best] = [bestShareOf(usual.sums), bestShareOf(minute)];
  if (had === null || best === null) return { ...before, all };
  const found = hitRateOf(minute);
  const elsewhere = { ...minute, computed: Math.max(0, best - found) * minute.prompt };
  const nowhere = { ...minute, computed: (1 - best) * minute.prompt };
  const spread = Math.max(0, had - hitRate) + explained.elsewhere;
  const lost = 1 - had + explained.nowhere;
  return {
    all,
    elsewhere: suspect(before.elsewhere, elsewhere, { lumpTokens, missRatio: spread }),
    nowhere: suspect(before.nowhere, nowhere, { lumpTokens, missRatio: lost }),
  };
}

/** @returns whether it is beyond doubt for any of them */
export const isUnexplained = ({ all, elsewhere, nowhere }: Unexplained): boolean =>
  [all, elsewhere, nowhere].some((suspicions) => isAbove(suspicions, SURE));

/**
 * Standard deviations of ten minutes: normal ones are beyond 3.5 once in a month of them, and few
 * bins tell their spread but roughly.
 */
const WANDERING = 4;

/**
 * @param usual tens of minutes before the fall
 * @returns whether the hit rate fell by more than it goes up and down by itself. Misses make queues
 *   and queues make misses, so that ten minutes differ by more than the minutes in them tell.
 */
export function isBeyondWandering(usual: readonly CacheSums[], gap: number): boolean {
  const rates = usual.map(hitRateOf);
  const middle = mean(rates);
  const squares = rates.map((rate) => (rate - middle) * (rate - middle));
  return gap >= WANDERING * Math.sqrt(mean(squares));
}
