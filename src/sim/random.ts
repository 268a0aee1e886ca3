/**
 * Random numbers that are the same on every machine and Node version: 32-bit integer arithmetic,
 * then + − × ÷ sqrt exp log. One seed is split into named streams, so that a new consumer of
 * randomness (a fault, say) does not move the draws of the others.
 */
import type { Spread } from "../core/compiled.ts";
import { NORMAL_QUANTILES } from "../core/numeric.ts";

/** Offset basis and prime of the 32-bit FNV-1a hash (Fowler, Noll, Vo). */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Increment of splitmix32: 2^32 divided by the golden ratio, made odd. */
const GOLDEN = 0x9e3779b9;
/** 2^26 and 2^53: a double has 53 bits of mantissa, drawn as 27 + 26. */
const TWO_26 = 67_108_864;
const TWO_53 = 9_007_199_254_740_992;

function hashName(seed: number, name: string): number {
  let hash = Math.imul(FNV_BASIS ^ (seed | 0), FNV_PRIME);
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), FNV_PRIME);
  }
  return hash >>> 0;
}

/** The splitmix32 finaliser (constants of MurmurHash3): spreads a counter over all 32 bits. */
function mix(counter: number): number {
  let z = counter | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

const rotateLeft = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** One named stream: xoshiro128** (Blackman and Vigna, 2018), period 2^128 − 1. */
export class RandomStream {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;
  private spareNormal: number | null = null;

  constructor(seed: number, name: string) {
    const base = hashName(seed, name);
    this.s0 = mix(base + GOLDEN);
    this.s1 = mix(base + 2 * GOLDEN);
    this.s2 = mix(base + 3 * GOLDEN);
    // Never all zero, the one state that the generator does not leave.
    this.s3 = mix(base + 4 * GOLDEN) | 1;
  }

  private next32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.s1, 5), 7), 9) >>> 0;
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = rotateLeft(this.s3, 11);
    return result;
  }

  /** @returns a number of [0, 1), on a grid of 2^-53. */
  uniform(): number {
    const high = this.next32() >>> 5;
    const low = this.next32() >>> 6;
    return (high * TWO_26 + low) / TWO_53;
  }

  /** @returns a number of [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** @returns an exponential draw of mean 1: the gap of a Poisson process of rate 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** @returns a standard normal draw: Marsaglia and Bray's polar method, without trigonometry. */
  normal(): number {
    if (this.spareNormal !== null) {
      const spare = this.spareNormal;
      this.spareNormal = null;
      return spare;
    }
    for (;;) {
      const u = this.between(-1, 1);
      const v = this.between(-1, 1);
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        this.spareNormal = v * scale;
        return u * scale;
      }
    }
  }

  /** @returns a log-normal draw given by two of its quantiles, in their unit. */
  logNormal(p50: number, p95: number): number {
    const sigma = Math.log(p95 / p50) / NORMAL_QUANTILES.p95;
    return p50 * Math.exp(sigma * this.normal());
  }

  /** @returns a log-normal duration in milliseconds. */
  duration(spread: Spread): number {
    return this.logNormal(spread.p50Ms, spread.p95Ms);
  }
}

/** @returns `count` of the items, or all where there are fewer; every choice is as likely. */
export function drawSome<T>(
  items: readonly T[],
  count: number,
  stream: RandomStream,
): readonly T[] {
  const left = items.slice();
  const drawn: T[] = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(Math.floor(stream.uniform() * left.length), 1));
  }
  return drawn;
}
