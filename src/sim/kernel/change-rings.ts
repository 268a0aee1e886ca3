const FIRST_CAPACITY_SHIFT = 6;
/** 32-bit words of a change, behind its time. */
const HOLDING = 2;
const END = 3;

/**
 * Changes of what replicas hold that a router has not seen, of each replica in order of time: rings
 * of one size in one array, because what is an object a replica is in no cache when its turn comes.
 */
export class ChangeRings {
  /** By replica: when its first change happened, Infinity for none. */
  private firstTimes = new Float64Array(0);
  /** By replica: where in its ring the first one is, and how many there are. */
  private heads = new Int32Array(0);
  private counts = new Int32Array(0);
  private capacityShift = FIRST_CAPACITY_SHIFT;
  /** Of a change: when it happened, and in the other half the holding, and its new end. */
  private times = new Float64Array(0);
  private words = new Int32Array(0);

  /** Makes room for a replica; one that was there keeps its changes. */
  fit(replica: number): void {
    if (replica < this.counts.length) return;
    this.resize(Math.max(64, 2 * replica), this.capacityShift);
  }

  firstNs(replica: number): number {
    return this.firstTimes[replica]!;
  }

  /** Of the first change; what its words stand for is for `CacheChanges` to say. */
  holding(replica: number): number {
    return this.words[4 * this.at(replica, 0) + HOLDING]!;
  }

  end(replica: number): number {
    return this.words[4 * this.at(replica, 0) + END]!;
  }

  isFull(replica: number): boolean {
    return this.counts[replica]! >> this.capacityShift !== 0;
  }

  /** @returns how many changes of the replica have a holding with any of these bits. */
  countWith(replica: number, bits: number): number {
    let count = 0;
    for (let place = 0; place < this.counts[replica]!; place++) {
      if ((this.words[4 * this.at(replica, place) + HOLDING]! & bits) !== 0) count++;
    }
    return count;
  }

  /** @returns replicas that there is room for. */
  size(): number {
    return this.counts.length;
  }

  /** `atNs` is never smaller than that of the replica's change before. */
  push(replica: number, atNs: number, holding: number, end: number): void {
    if (this.isFull(replica)) this.resize(this.counts.length, this.capacityShift + 1);
    const count = this.counts[replica]!++;
    const at = this.at(replica, count);
    this.times[2 * at] = atNs;
    this.words[4 * at + HOLDING] = holding;
    this.words[4 * at + END] = end;
    if (count === 0) this.firstTimes[replica] = atNs;
  }

  shift(replica: number): void {
    this.heads[replica]!++;
    const left = --this.counts[replica]!;
    this.firstTimes[replica] = left > 0 ? this.times[2 * this.at(replica, 0)]! : Infinity;
  }

  /** @returns where the change is that comes `place` places after the replica's first. */
  private at(replica: number, place: number): number {
    const shift = this.capacityShift;
    return (replica << shift) + ((this.heads[replica]! + place) & ((1 << shift) - 1));
  }

  private resize(replicas: number, capacityShift: number): void {
    const from = this.times;
    const times = new Float64Array(replicas << (capacityShift + 1));
    for (let replica = 0; replica < this.counts.length; replica++) {
      const to = replica << (capacityShift + 1);
      for (let place = 0; place < this.counts[replica]!; place++) {
        const at = 2 * this.at(replica, place);
        times.set(from.subarray(at, at + 2), to + 2 * place);
      }
    }
    this.heads = new Int32Array(replicas);
    this.counts = extended(this.counts, new Int32Array(replicas));
    this.firstTimes = extended(this.firstTimes, new Float64Array(replicas).fill(Infinity));
    this.times = times;
    this.words = new Int32Array(times.buffer);
    this.capacityShift = capacityShift;
  }
}

function extended<T extends Int32Array | Float64Array>(before: T, larger: T): T {
  larger.set(before);
  return larger;
}
