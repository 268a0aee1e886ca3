/**
 * How a fall goes on: whether as much is missed from minute to minute, as by prompts and routers
 * that are other than they were, or each session misses once, as where caches were emptied.
 *
 * Computed tokens are counted in lumps φ, as noisy as Poisson counts. Of u usual lumps and n that
 * were asked for, u + A·w·n are expected, w being 1 for a loss that lasts and the share of turns
 * whose session has had none since the onset for one that is made up for. Whichever is likelier
 * with its own likeliest A and onset is how it goes on.
 */
import { SECOND_MS, elapsed } from "../../units.ts";
import type { EpochMs } from "../../units.ts";
import type { UsualMisses } from "./onset.ts";
import type { CacheSums } from "./sums.ts";
import { lerp } from "../../numeric.ts";

/** A time before which so many of the turns come, counted from their sessions' last. */
interface Gap {
  readonly seconds: number;
  readonly share: number;
}

/**
 * Pauses between the turns of recorded coding-agent sessions; beyond them as steep over the
 * logarithm of time as at their end.
 */
const GAPS: readonly Gap[] = [
  { seconds: 0, share: 0 },
  { seconds: 5, share: 0.18 },
  { seconds: 10, share: 0.49 },
  { seconds: 20, share: 0.71 },
  { seconds: 60, share: 0.83 },
  { seconds: 300, share: 0.92 },
  { seconds: 1_260, share: 1 },
];

/** @returns the share of turns whose session has had none for so long */
function withoutTurn(seconds: number): number {
  const at = GAPS.findIndex((gap) => gap.seconds > seconds);
  const [from, to] = [GAPS[at - 1], GAPS[at]];
  if (from === undefined || to === undefined) return seconds <= 0 ? 1 : 0;
  return 1 - lerp(from.share, to.share, (seconds - from.seconds) / (to.seconds - from.seconds));
}

/** Of a minute: as fine as pauses are told apart, and as scrapes come. */
const STEP_SECONDS = 5;
/** Where the fall may have begun, beside the minute that it stands out from. */
const ONSETS_SECONDS = [-30, 0, 30, 60] as const;

type Profile = (sinceOnsetSeconds: number) => number;
const lasting: Profile = (seconds) => (seconds >= 0 ? 1 : 0);
const madeUpFor: Profile = (seconds) => (seconds >= 0 ? withoutTurn(seconds) : 0);

interface Count {
  readonly seen: number;
  readonly usual: number;
  /** Lumps that would be lost if all were. */
  readonly most: number;
}

/** @returns the logarithm of how much likelier a loss is that lasts */
export function lastingOdds(
  minutes: readonly CacheSums[],
  since: EpochMs,
  usual: UsualMisses,
): number {
  const given = { since, usual };
  return likelihoodOf(lasting, minutes, given) - likelihoodOf(madeUpFor, minutes, given);
}

function likelihoodOf(
  profile: Profile,
  minutes: readonly CacheSums[],
  { since, usual }: { readonly since: EpochMs; readonly usual: UsualMisses },
): number {
  const each = ONSETS_SECONDS.map((onset) => {
    const counts = minutes.map((minute): Count => {
      const from = elapsed(since, minute.since) / SECOND_MS - onset;
      const prompt = minute.prompt / usual.lumpTokens;
      return {
        seen: minute.computed / usual.lumpTokens,
        usual: Math.max(LEAST_MISS_RATIO, usual.missRatio) * prompt,
        most: meanOf(profile, from, from + minute.seconds) * prompt,
      };
    });
    return likeliest(counts);
  });
  return Math.max(...each);
}

function meanOf(profile: Profile, from: number, to: number): number {
  const steps = Math.max(1, Math.round((to - from) / STEP_SECONDS));
  let sum = 0;
  for (let step = 0; step < steps; step += 1) {
    sum += profile(from + ((step + 0.5) * (to - from)) / steps);
  }
  return sum / steps;
}

/** Halvings of the range of A: to a thousandth. */
const HALVINGS = 10;

/** The logarithm of the likelihood with the likeliest A in 0..1, which it is concave in. */
function likeliest(counts: readonly Count[]): number {
  let [low, high] = [0, 1];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    const slope = counts.reduce(
      (sum, { seen, usual, most }) => sum + most * (seen / (usual + middle * most) - 1),
      0,
    );
    if (slope > 0) low = middle;
    else high = middle;
  }
  return counts.reduce((sum, { seen, usual, most }) => {
    const expected = usual + low * most;
    return sum + seen * Math.log(expected) - expected;
  }, 0);
}

/** Engines that miss nothing would make any miss infinitely unlikely. */
const LEAST_MISS_RATIO = 0.005;
