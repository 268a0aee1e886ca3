import type { RateCurve } from "./rate-curve.ts";

/** The curve is taken as linear over this: a tenth of the shortest ramp one would draw. */
const STEP_NS = 1e9;

/**
 * When a recording's instants are played if its clock runs as fast as a curve says: a surge of
 * factor 4 plays the recording four times as fast, so that arrivals come at four times their rate
 * (time rescaling). Gaps within the recording shrink with it.
 */
export class PlayClock {
  readonly #curve: RateCurve;
  #playedNs = 0;
  #recordedNs = 0;

  constructor(curve: RateCurve) {
    this.#curve = curve;
  }

  /** @param recordedNs never smaller than the one before. @returns the instant it is played at */
  playedAt(recordedNs: number): number {
    for (;;) {
      const from = this.#curve.at(this.#playedNs);
      const to = this.#curve.at(this.#playedNs + STEP_NS);
      const stepNs = ((from + to) / 2) * STEP_NS;
      const leftNs = recordedNs - this.#recordedNs;
      if (leftNs < stepNs)
        return Math.round(this.#playedNs + partOf(leftNs / STEP_NS, from, to) * STEP_NS);
      this.#playedNs += STEP_NS;
      this.#recordedNs += stepNs;
    }
  }
}

/** @returns x of 0..1 with from·x + (to − from)·x²/2 = area, by the root that does not cancel */
function partOf(area: number, from: number, to: number): number {
  if (area <= 0) return 0;
  return (2 * area) / (from + Math.sqrt(from * from + 2 * (to - from) * area));
}
