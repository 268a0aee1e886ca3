/** How unevenly requests arrive: per minute, and from one to the next. */
const NS_PER_SECOND = 1e9;
const MINUTE_NS = 60 * NS_PER_SECOND;

export interface Arrivals {
  readonly spanSeconds: number;
  readonly perSecond: number;
  /** Of counts per minute: highest and 99th percentile over the mean, coefficient of variation. */
  readonly peakOverMean: number;
  readonly p99OverMean: number;
  readonly minuteCv: number;
  /** Coefficient of variation of the gaps: 1 is Poisson. */
  readonly gapCv: number;
}

/** Takes instants in order of time; holds a count per minute with arrivals. */
export class ArrivalStatistics {
  readonly #minutes = new Map<number, number>();
  #firstNs = 0;
  #lastNs = 0;
  #count = 0;
  #gapSquares = 0;

  add(atNs: number): void {
    if (this.#count === 0) this.#firstNs = atNs;
    else this.#gapSquares += squareOf((atNs - this.#lastNs) / NS_PER_SECOND);
    this.#lastNs = atNs;
    this.#count += 1;
    const minute = Math.floor((atNs - this.#firstNs) / MINUTE_NS);
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + 1);
  }

  /** @returns null for fewer than two arrivals or none that are apart */
  summary(): Arrivals | null {
    const spanNs = this.#lastNs - this.#firstNs;
    if (this.#count < 2 || spanNs <= 0) return null;
    const minutes = Math.floor(spanNs / MINUTE_NS) + 1;
    const mean = this.#count / minutes;
    const counts = [...this.#minutes.values()].toSorted((a, b) => b - a);
    const squares = counts.reduce((sum, count) => sum + count * count, 0) / minutes;
    const spanSeconds = spanNs / NS_PER_SECOND;
    const gap = spanSeconds / (this.#count - 1);
    const gapVariance = this.#gapSquares / (this.#count - 1) - gap * gap;
    return {
      spanSeconds,
      perSecond: (this.#count - 1) / spanSeconds,
      peakOverMean: (counts[0] ?? 0) / mean,
      // Of minutes in descending order, those without arrivals included.
      p99OverMean: (counts[Math.floor(0.01 * minutes)] ?? 0) / mean,
      minuteCv: Math.sqrt(Math.max(0, squares - mean * mean)) / mean,
      gapCv: Math.sqrt(Math.max(0, gapVariance)) / gap,
    };
  }
}

const squareOf = (value: number): number => value * value;
