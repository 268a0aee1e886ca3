/**
 * Whether more is missed than load, size and engines that came or went explain: of all prompts,
 * and, where the router's index tells them apart, of what another engine had and of what none had.
 * Each part is far less noisy than the whole.
 */
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

interface Known {
  readonly usual: Usual;
  /** Share of prompt tokens whose loss is no wonder: it may be lost either way. */
  readonly explained: number;
}

/** @returns the suspicions after one more minute */
export function unexplainedAfter(
  before: Unexplained = NOTHING,
  minute: CacheSums,
  { usual, explained }: Known,
): Unexplained {
  const { hitRate, missRatio, lumpTokens } = usual;
  const all = suspect(before.all, minute, { lumpTokens, missRatio: missRatio + explained });
  const [had, best] = [bestShareOf(usual.sums), bestShareOf(minute)];
  if (had === null || best === null) return { ...before, all };
  const found = hitRateOf(minute);
  const elsewhere = { ...minute, computed: Math.max(0, best - found) * minute.prompt };
  const nowhere = { ...minute, computed: (1 - best) * minute.prompt };
  const [spread, lost] = [Math.max(0, had - hitRate) + explained, 1 - had + explained];
  return {
    all,
    elsewhere: suspect(before.elsewhere, elsewhere, { lumpTokens, missRatio: spread }),
    nowhere: suspect(before.nowhere, nowhere, { lumpTokens, missRatio: lost }),
  };
}

/** @returns whether it is beyond doubt for any of them */
export const isUnexplained = ({ all, elsewhere, nowhere }: Unexplained): boolean =>
  [all, elsewhere, nowhere].some((suspicions) => isAbove(suspicions, SURE));
