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

/** A metric histogram as replicas export it: of each, counts by upper bound, and the sum. */
export class BucketHistogram {
  private readonly bounds: Float64Array;
  private readonly stride: number;
  /** By replica: the sum in ns, then a count a bucket. */
  private words: Float64Array;
  private readonly cumulated: Float64Array[] = [];

  constructor(bounds: Float64Array) {
    this.bounds = bounds;
    this.stride = bounds.length + 2;
    this.words = new Float64Array(this.stride);
  }

  /** Replicas come in order, from 0; the first is there from the beginning. */
  fit(replica: number): void {
    const length = (replica + 1) * this.stride;
    if (length <= this.words.length) return;
    const words = new Float64Array(2 * length);
    words.set(this.words);
    this.words = words;
  }

  /** Adds `weight` observations of `valueNs`, whose sum is `sumNs`. */
  add(replica: number, valueNs: number, weight: number, sumNs: number): void {
    const { bounds, words } = this;
    const at = replica * this.stride;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (valueNs <= bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    words[at]! += sumNs;
    words[at + 1 + low]! += weight;
  }

  /** @returns counts up to each bound, +Inf last; of one replica the same array at every call. */
  cumulative(replica: number): Float64Array {
    const buckets = this.stride - 1;
    const cumulated = (this.cumulated[replica] ??= new Float64Array(buckets));
    const at = replica * this.stride + 1;
    let sum = 0;
    for (let place = 0; place < buckets; place++) {
      sum += this.words[at + place]!;
      cumulated[place] = sum;
    }
    return cumulated;
  }

  sumSeconds(replica: number): number {
    return this.words[replica * this.stride]! / NS_PER_SECOND;
  }
}
