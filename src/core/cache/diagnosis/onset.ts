/**
 * Since when less is found in caches than usual, and since when it is no longer: sequential tests
 * of computed tokens, minute by minute.
 *
 * Tokens are not computed one by one but by whole prompts that were missed, a few at once: counted
 * in lumps of φ = E[miss²]/E[miss] they are as noisy as Poisson counts, however many turns there
 * are. For n lumps where n₀ are usual, a fall by d adds n·ln ρ − n₀(ρ − 1), ρ = 1 + d/misses, to
 * the logarithm of its likelihood ratio, which starts again whenever it is below 0 (CUSUM; Page
 * 1954, Lorden 1971).
 */
import { MINUTE_MS, elapsed } from "../../units.ts";
import type { EpochMs } from "../../units.ts";
import type { CacheSums } from "./sums.ts";

/** What minutes are compared with. */
export interface UsualMisses {
  /** Share of prompt tokens that is computed. */
  readonly missRatio: number;
  /** φ. */
  readonly lumpTokens: number;
}

export interface Usual extends UsualMisses {
  readonly sums: CacheSums;
  readonly hitRate: number;
}

export interface Suspicion {
  /** Logarithm of the likelihood ratio of a fall, over no fall. */
  readonly likelihood: number;
  /** When that was last 0: where the fall began, if it is one. */
  readonly since: EpochMs;
}

/** Falls that are looked for: the smallest that anybody asks to be told, and such as need haste. */
const FALLS = [0.03, 0.08, 0.2] as const;
/** One false alarm of each test in 43,200 minutes, a month, is e^10.7 to 1; two more for ties. */
const SURE = 12;
/** Where something is known to have happened, one in 150 will do: such days are few. */
const SURE_IF_EXPECTED = 5;
/** What takes longer to be sure of is a drift: what is usual follows it. */
const DRIFT_MS = 30 * MINUTE_MS;
/** What is usual is 20 to 1 likelier than half the fall: a fall that goes on will be seen again. */
const SURE_OVER = 3;
/** Engines that miss nothing would make any miss infinitely unlikely. */
const LEAST_MISS_RATIO = 0.005;
/** Prompts that a lump holds, of agents: 200 to 800 thousand tokens at 115 thousand a turn. */
export const LUMP_PROMPTS = 3.5;

const lumpsOf = (
  { prompt, computed }: Pick<CacheSums, "prompt" | "computed">,
  { missRatio, lumpTokens }: UsualMisses,
): { readonly seen: number; readonly usual: number; readonly ratio: number } => {
  const ratio = Math.max(missRatio, LEAST_MISS_RATIO);
  return { seen: computed / lumpTokens, usual: (ratio * prompt) / lumpTokens, ratio };
};

/** @returns what one more minute adds to the suspicion of each fall */
export function suspect(
  before: readonly Suspicion[],
  minute: CacheSums,
  usual: UsualMisses,
): readonly Suspicion[] {
  if (minute.prompt <= 0) return before;
  const lumps = lumpsOf(minute, usual);
  return FALLS.map((fall, index) => {
    const { likelihood, since } = before[index] ?? { likelihood: 0, since: minute.since };
    const rho = 1 + fall / lumps.ratio;
    const next = likelihood + lumps.seen * Math.log(rho) - lumps.usual * (rho - 1);
    if (next <= 0 || elapsed(since, minute.since) > DRIFT_MS)
      return { likelihood: 0, since: minute.since };
    return { likelihood: next, since: likelihood > 0 ? since : minute.since };
  });
}

/**
 * @param isExpected whether something happened to the engines that caches suffer from
 * @returns whether a fall is beyond doubt
 */
export const isSure = (suspicions: readonly Suspicion[], isExpected: boolean): boolean =>
  isAbove(suspicions, isExpected ? SURE_IF_EXPECTED : SURE);

/** @returns whether a fall of any size is so likely */
export const isAbove = (suspicions: readonly Suspicion[], enough: number): boolean =>
  suspicions.some(({ likelihood }) => likelihood >= enough);

/** @returns when it is likeliest to have begun: of all minutes, from which on it stands out */
export function likeliestOnset(minutes: readonly CacheSums[], usual: UsualMisses): EpochMs | null {
  let [most, onset, seen, due]: [number, EpochMs | null, number, number] = [0, null, 0, 0];
  for (const minute of minutes.toReversed()) {
    const lumps = lumpsOf(minute, usual);
    seen += lumps.seen;
    due += lumps.usual;
    const likelihood = seen > due && due > 0 ? seen * Math.log(seen / due) - (seen - due) : 0;
    if (likelihood > most) [most, onset] = [likelihood, minute.since];
  }
  return onset;
}

/**
 * @param relief likelihood, so far, of what is usual over half of the fall
 * @param fall by which the hit rate fell
 * @returns the same after one more minute
 */
export function relieve(
  relief: number,
  minute: CacheSums,
  { usual, fall }: { readonly usual: UsualMisses; readonly fall: number },
): number {
  const lumps = lumpsOf(minute, usual);
  const rho = 1 + Math.max(fall / 2, FALLS[0] / 2) / lumps.ratio;
  return Math.max(0, relief + lumps.usual * (rho - 1) - lumps.seen * Math.log(rho));
}

export const isRelieved = (relief: number): boolean => relief >= SURE_OVER;
