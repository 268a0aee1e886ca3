/**
 * Draws for tests that simulate: Lehmer's generator (Park and Miller 1988), written apart from the
 * simulated world's so that a fault in one cannot hide in the other.
 */
const MODULUS = 2_147_483_647;
const MULTIPLIER = 48_271;

export interface Draws {
  /** In (0, 1). */
  uniform(): number;
  /** Of mean 1. */
  exponential(): number;
  /** Of mean 0 and variance 1. */
  normal(): number;
}

/** @param seed a whole number from 1: the same seed, the same draws. */
export function draws(seed: number): Draws {
  let state = seed % MODULUS;
  const uniform = (): number => {
    state = (state * MULTIPLIER) % MODULUS;
    return state / MODULUS;
  };
  for (let warm = 0; warm < 10; warm += 1) uniform();
  return {
    uniform,
    exponential: () => -Math.log(uniform()),
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
