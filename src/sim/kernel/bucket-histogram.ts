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

/** Exponent and first two bits of the fraction of a double of 0 or more, in its upper 32 bits. */
const CELL_SHIFT = 18;
const CELLS = 1 << (31 - CELL_SHIFT);

/** @returns by cell of values: the bucket of its smallest one. */
function firstBuckets(bounds: Float64Array): Uint16Array {
  const value = new Float64Array(1);
  const high = new Uint32Array(value.buffer);
  const buckets = new Uint16Array(CELLS);
  let bucket = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    high[1] = cell << CELL_SHIFT;
    while (bucket < bounds.length && value[0]! > bounds[bucket]!) bucket++;
    buckets[cell] = bucket;
  }
  return buckets;
}

/** A metric histogram as replicas export it: of each, counts by upper bound, and the sum. */
export class BucketHistogram {
  private readonly bounds: Float64Array;
  private readonly stride: number;
  /** A search would guess wrong at every second bound: a value's cell says where to begin. */
  private readonly first: Uint16Array;
  private readonly bits = new Float64Array(1);
  private readonly high = new Uint32Array(this.bits.buffer);
  /** By replica: the sum in ns, then a count a bucket. */
  private words: Float64Array;
  private readonly cumulated: Float64Array[] = [];

  constructor(bounds: Float64Array) {
    this.bounds = bounds;
    this.stride = bounds.length + 2;
    this.first = firstBuckets(bounds);
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

  /** Adds `weight` observations of `valueNs`, 0 or more, whose sum is `sumNs`. */
  add(replica: number, valueNs: number, weight: number, sumNs: number): void {
    const { bounds, words } = this;
    const at = replica * this.stride;
    this.bits[0] = valueNs;
    let bucket = this.first[this.high[1]! >>> CELL_SHIFT]!;
    while (bucket < bounds.length && valueNs > bounds[bucket]!) bucket++;
    words[at]! += sumNs;
    words[at + 1 + bucket]! += weight;
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
