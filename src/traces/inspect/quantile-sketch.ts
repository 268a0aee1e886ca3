/** Neighbouring bins differ by 2 %, so a quantile is off by 1 % at most. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);

interface Bin {
  count: number;
  least: number;
  most: number;
}

/** Quantiles of numbers from 0, in memory that does not grow with their count: log-wide bins. */
export class QuantileSketch {
  readonly #bins = new Map<number, Bin>();
  #zeros = 0;
  #count = 0;
  #sum = 0;
  #max = 0;

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    this.#max = Math.max(this.#max, value);
    if (value <= 0) {
      this.#zeros += 1;
      return;
    }
    const place = Math.floor(Math.log(value) / LOG_GROWTH);
    const bin = this.#bins.get(place) ?? { count: 0, least: value, most: value };
    bin.count += 1;
    bin.least = Math.min(bin.least, value);
    bin.most = Math.max(bin.most, value);
    this.#bins.set(place, bin);
  }

  get count(): number {
    return this.#count;
  }

  /** @returns the value that a share of all does not exceed; NaN for nothing */
  quantile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    let left = Math.ceil(share * this.#count) - this.#zeros;
    if (left <= 0) return 0;
    for (const [, { count, least, most }] of [...this.#bins].toSorted(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return (least + most) / 2;
    }
    return this.#max;
  }

  summary(): QuantileSummary {
    const rounded = (share: number): number => Math.round(this.quantile(share) * 1_000) / 1_000;
    return {
      mean: this.#count === 0 ? Number.NaN : this.#sum / this.#count,
      p50: rounded(0.5),
      p90: rounded(0.9),
      p99: rounded(0.99),
      max: this.#max,
    };
  }
}

export interface QuantileSummary {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}
