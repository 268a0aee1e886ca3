/** A stream of random numbers, as sources and generators take it: the caller owns the seed. */
export interface Draws {
  /** Of [0, 1). */
  uniform(): number;
  /** Of mean 1. */
  exponential(): number;
  /** Of mean 0 and variance 1. */
  normal(): number;
}
