import { SUBS_PER_NS } from "./contract.ts";
import { CARRY_SUBS, FIRST_SUBS, STARTED_NS, STEP_SUBS } from "./replicas.ts";

/**
 * Closed forms of iterations in a row, of which the first costs `first` and each next one `step`
 * more, in 1/1024 ns. All are exact integers as long as sums stay below 2^53.
 */

/** 2^52: stretches are cut so that their cost stays below; sums with a carry remain exact. */
export const STRETCH_SUBS_MAX = 4_503_599_627_370_496;

/** @returns the cost of `iterations` iterations. */
export function stretchSubs(first: number, step: number, iterations: number): number {
  return first * iterations + step * ((iterations * (iterations - 1)) / 2);
}

/**
 * @returns how many whole iterations cost less than `subs` in all, `subs` above 0: the root of
 * step/2 j² + (first - step/2) j = subs in the form that does not cancel, put right by counting.
 */
export function iterationsBelow(first: number, step: number, subs: number): number {
  const linear = first - step / 2;
  const root = (2 * subs) / (linear + Math.sqrt(linear * linear + 2 * step * subs));
  let count = Math.floor(root);
  while (count > 0 && stretchSubs(first, step, count) >= subs) count--;
  while (stretchSubs(first, step, count + 1) < subs) count++;
  return count;
}

/** @returns `iterations`, or as many of them as stay exact; at least 1. */
export function exactIterations(first: number, step: number, iterations: number): number {
  let count = iterations;
  while (count > 1 && stretchSubs(first, step, count) > STRETCH_SUBS_MAX) {
    count = Math.floor(count / 2);
  }
  return count;
}

/** @returns when `iterations` of the stretch of the replica whose words are `at` have ended. */
export function endNs(words: Float64Array, at: number, iterations: number): number {
  const subs = stretchSubs(words[at | FIRST_SUBS]!, words[at | STEP_SUBS]!, iterations);
  return words[at | STARTED_NS]! + Math.floor((words[at | CARRY_SUBS]! + subs) / SUBS_PER_NS);
}
