const NS_PER_SECOND = 1e9;

/** @returns bounds in seconds as whole ns. @throws RangeError unless they rise */
export function boundsNs(boundsSeconds: readonly number[]): Float64Array {
  const bounds = Float64Array.from(boundsSeconds, (bound) => Math.round(bound * NS_PER_SECOND));
  for (let place = 1; place < bounds.length; place++) {
    if (!(bounds[place]! > bounds[place - 1]!)) {
      throw new RangeError(`histogram bounds do not rise: ${boundsSeconds.join(", ")}`);
    }
  }
  return bounds;
}

/** A metric histogram as a replica exports it: counts by upper bound, and the sum. */
export class BucketHistogram {
  sumNs = 0;
  private readonly bounds: Float64Array;
  private readonly counts: Float64Array;
  private readonly cumulated: Float64Array;

  constructor(bounds: Float64Array) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
    this.cumulated = new Float64Array(bounds.length + 1);
  }

  /** Adds `weight` observations of `valueNs`, whose sum is `sumNs`. */
  add(valueNs: number, weight: number, sumNs: number): void {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (valueNs <= bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    this.counts[low]! += weight;
    this.sumNs += sumNs;
  }

  /** @returns counts up to each bound, +Inf last; the same array at every call. */
  cumulative(): Float64Array {
    let sum = 0;
    for (let place = 0; place < this.counts.length; place++) {
      sum += this.counts[place]!;
      this.cumulated[place] = sum;
    }
    return this.cumulated;
  }

  sumSeconds(): number {
    return this.sumNs / NS_PER_SECOND;
  }
}
