import type { Draws } from "./draws.ts";
import type { RateCurve } from "./rate-curve.ts";

export interface PoissonOptions {
  /** Mean of the process where the curve is 1. */
  readonly perSecond: number;
  readonly curve: RateCurve;
  readonly draws: Pick<Draws, "uniform" | "exponential">;
}

const NS_PER_SECOND = 1e9;
/** Bounds of the rate are taken over stretches of this length: short against any surge. */
const STRETCH_NS = 60 * NS_PER_SECOND;

/**
 * The instants of a Poisson process whose rate varies, by thinning (Lewis and Shedler 1979): draws
 * at the highest rate of a stretch, each kept with the rate's share of that. Exact, and without
 * memory across stretches because gaps of a Poisson process have none.
 */
export class PoissonStarts {
  readonly #options: PoissonOptions;
  #nowNs = 0;
  #stretchEndNs = 0;
  /** Factor of the mean. */
  #bound = 0;

  constructor(options: PoissonOptions) {
    this.#options = options;
  }

  /** @returns the next instant in ns, a whole number; Infinity at a rate of 0 for ever */
  next(): number {
    const { perSecond, curve, draws } = this.#options;
    if (perSecond <= 0) return Number.POSITIVE_INFINITY;
    for (;;) {
      const gapNs =
        this.#bound > 0
          ? (draws.exponential() / (perSecond * this.#bound)) * NS_PER_SECOND
          : Number.POSITIVE_INFINITY;
      if (this.#nowNs + gapNs >= this.#stretchEndNs) {
        this.#enterStretch();
        continue;
      }
      this.#nowNs += gapNs;
      const share = curve.at(this.#nowNs) / this.#bound;
      if (share >= 1 || draws.uniform() < share) return Math.round(this.#nowNs);
    }
  }

  #enterStretch(): void {
    this.#nowNs = this.#stretchEndNs;
    this.#stretchEndNs += STRETCH_NS;
    this.#bound = this.#options.curve.most(this.#nowNs, this.#stretchEndNs);
  }
}
