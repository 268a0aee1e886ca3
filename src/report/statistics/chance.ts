/**
 * How surprising something is, when so many places were looked at. Wherever this folder says that
 * something happened, the chance of saying so anywhere in a run where nothing did is at most
 * `FALSE_ALARMS`: each of n places gets an nth of it (Bonferroni), which holds however the places
 * depend on each other.
 */

/** A false finding of a kind in a hundred runs: the usual 1 % of tests. */
export const FALSE_ALARMS = 0.01;

/** Terms of the fraction below; from 0.5 on they give ten digits. */
const TERMS = 200;

/**
 * Mills' ratio as Laplace's continued fraction: Q(x) = φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))).
 * @param x from 0.5 on; below, the chance at 0.5 is given
 * @returns the chance that a standard normal variable exceeds x
 */
export function normalTail(x: number): number {
  const at = Math.max(0.5, x);
  let fraction = at;
  for (let term = TERMS; term >= 1; term -= 1) fraction = at + term / fraction;
  return Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI) / fraction;
}

/** @returns the x that a standard normal variable exceeds with that chance, between 0.5 and 40 */
export function normalTailQuantile(chance: number): number {
  let [low, high] = [0.5, 40];
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > chance) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** @returns how many standard deviations are a surprise when looked for in so many places */
export const surprising = (places: number): number =>
  normalTailQuantile(FALSE_ALARMS / Math.max(1, places));

/**
 * Chernoff's bound, which needs no large numbers: P(K ≥ k) ≤ exp(−n·KL(k/n ‖ p)).
 * @returns its logarithm for `hits` of `tries`, at most 0; 0 where there are no more than expected
 */
export function logChanceOfHits(hits: number, tries: number, chance: number): number {
  if (tries <= 0) return 0;
  const share = Math.min(1, hits / tries);
  if (share <= chance) return 0;
  const part = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return -tries * (part(share, chance) + part(1 - share, 1 - chance));
}

/** @returns 0..1: one less the chance of a false alarm anywhere */
export const confidenceOf = (chance: number, places: number): number =>
  Math.max(0, 1 - chance * places);
