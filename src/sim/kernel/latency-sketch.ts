import type { LatencySummary } from "./contract.ts";

/**
 * Bins by the exponent of a double and the first 7 bits of its fraction: 128 a power of two, so
 * that the middle of a bin is off by 1/256 = 0.4 % at most, without a logarithm.
 */
const FRACTION_BITS = 7;
const HIGH_WORD_SHIFT = 20 - FRACTION_BITS;
/** 1 ns is in bin 1; whatever is less, nothing at all as a rule, shares bin 0. */
const FIRST_BIN = (1_023 << FRACTION_BITS) - 1;
/** Up to 2^53 ns. */
const BINS = 1 + (53 << FRACTION_BITS);
const NS_PER_SECOND = 1e9;

/** Durations of a fleet's turns: exact count, mean and maximum, quantiles within 0.4 %. */
export class LatencySketch {
  private readonly bins = new Float64Array(BINS);
  private readonly bits = new Float64Array(1);
  private readonly high = new Uint32Array(this.bits.buffer);
  private count = 0;
  private sumNs = 0;
  private maxNs = 0;

  /** Adds a duration in ns, 0 or more. */
  add(durationNs: number): void {
    this.bits[0] = durationNs;
    const bin = (this.high[1]! >>> HIGH_WORD_SHIFT) - FIRST_BIN;
    this.bins[bin < 0 ? 0 : bin]!++;
    this.count++;
    this.sumNs += durationNs;
    if (durationNs > this.maxNs) this.maxNs = durationNs;
  }

  /** @returns seconds; all 0 when nothing was added. */
  summary(): LatencySummary {
    const mean = this.count === 0 ? 0 : this.sumNs / this.count / NS_PER_SECOND;
    return {
      count: this.count,
      mean,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      max: this.maxNs / NS_PER_SECOND,
    };
  }

  /** @returns about the smallest duration that is not below a share `q` of all, in seconds. */
  private quantile(q: number): number {
    const rank = Math.ceil(q * this.count);
    let below = 0;
    for (let bin = 0; bin < BINS && this.count > 0; bin++) {
      below += this.bins[bin]!;
      if (below >= rank) return Math.min(this.middleNs(bin), this.maxNs) / NS_PER_SECOND;
    }
    return 0;
  }

  private middleNs(bin: number): number {
    if (bin === 0) return 0;
    this.bits[0] = 0;
    this.high[1] = (((bin + FIRST_BIN) << 1) | 1) << (HIGH_WORD_SHIFT - 1);
    return this.bits[0];
  }
}
