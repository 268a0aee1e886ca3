/**
 * The hit rate of a fleet's prefix caches, by the response law measured on coding-agent sessions
 * behind a session-sticky router: h/(h∞ − h) = (x/a)^b, x = (N·K − A)/P − W seconds of free
 * cache. The world keeps its own copy of the figures: the policy may be wrong about them.
 */
import { clamp, power } from "../core/numeric.ts";

/** Fitted row for session-sticky routing, root mean square error 0.25 points. */
const STICKY = { ceiling: 0.963, halfSeconds: 9, steepness: 1.73 } as const;
/** A new engine's cache counts as filled for 63 % after this long: sessions must move to it. */
const WARM_UP_MS = 180_000;
/** Time constant with which the rate follows the law: a dip at scale-in lasts 30-60 s. */
const FOLLOW_MS = 20_000;
/** Time constant of the averages of P and W that enter the law. */
const AVERAGE_MS = 30_000;

/** @returns the hit rate, 0..1, at `x` seconds of free cache. Infinite `x`: an idle fleet. */
export function responseLaw(x: number): number {
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return STICKY.ceiling;
  const odds = power(x / STICKY.halfSeconds, STICKY.steepness);
  return (STICKY.ceiling * odds) / (1 + odds);
}

/** @returns the share of its cache that an engine of this age has filled, 0..1. */
export const warmth = (ageMs: number): number => 1 - Math.exp(-Math.max(0, ageMs) / WARM_UP_MS);

/** What the caches see of the fleet over one step. */
export interface CacheLoad {
  /** Σ KV tokens of the engines, each weighted by its warmth. */
  readonly warmTokens: number;
  /** KV tokens pinned by running turns. */
  readonly pinnedTokens: number;
  /** Prompt tokens of the turns taken up during the step. */
  readonly promptTokens: number;
  /** Age of the oldest waiting turn, 0 when none waits. */
  readonly queueAgeMs: number;
}

/** The hit rate as it moves. */
export class PrefixCache {
  private rate: number;
  private promptPerSecond = 0;
  private waitSeconds = 0;
  private averaged = false;

  constructor() {
    this.rate = STICKY.ceiling;
  }

  hitRate(): number {
    return this.rate;
  }

  /** Follows the law over one step of `stepMs`. */
  step(load: CacheLoad, stepMs: number): void {
    const weight = this.averaged ? 1 - Math.exp(-stepMs / AVERAGE_MS) : 1;
    const promptNow = (load.promptTokens * 1_000) / stepMs;
    this.promptPerSecond += weight * (promptNow - this.promptPerSecond);
    this.waitSeconds += weight * (load.queueAgeMs / 1_000 - this.waitSeconds);
    this.averaged = true;
    const free = Math.max(0, load.warmTokens - load.pinnedTokens);
    const x = free / this.promptPerSecond - this.waitSeconds;
    const target = Number.isNaN(x) ? 0 : responseLaw(x);
    this.rate += (1 - Math.exp(-stepMs / FOLLOW_MS)) * (target - this.rate);
  }

  /** An engine left: the sessions that it held find nothing where they go next. */
  loseShare(share: number): void {
    this.rate *= 1 - clamp(share, 0, 1);
  }
}
