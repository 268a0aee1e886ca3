import type { Draws } from "../sources/draws.ts";

/**
 * @returns `count` shares of 0..1, one out of each n-th, in random order: a set of a few hundred
 * sessions then has the quantiles it was drawn from, instead of those plus noise
 */
export function stratified(count: number, draws: Pick<Draws, "uniform">): Float64Array {
  const shares = Float64Array.from({ length: count }, (_, i) => (i + draws.uniform()) / count);
  // Fisher and Yates: every order is as likely.
  for (let i = count - 1; i > 0; i -= 1) {
    const other = Math.floor(draws.uniform() * (i + 1));
    [shares[i], shares[other]] = [shares[other] ?? 0, shares[i] ?? 0];
  }
  return shares;
}
