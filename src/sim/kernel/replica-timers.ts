const ABSENT = -1;

/**
 * When each replica's stretch of iterations ends: an indexed 4-ary heap, by time, then by replica
 * id. One that ended stays in it until it is set again or cleared.
 */
export class ReplicaTimers {
  private times = new Float64Array(64).fill(Infinity);
  /** By replica: when it ends, if it runs. Doubles that are passed on would be allocated. */
  private endsNs = new Float64Array(64);
  private order = new Int32Array(64);
  private placeOf = new Int32Array(64);
  private size = 0;

  /** @returns when the first ends; Infinity when none runs. */
  nextNs(): number {
    return this.times[0]!;
  }

  /** @returns the replica that ends first; only when one runs. */
  first(): number {
    return this.order[0]!;
  }

  /** @returns when the second one ends; Infinity when there is none. */
  secondNs(): number {
    const { times } = this;
    return Math.min(times[1]!, times[2]!, times[3]!, times[4]!);
  }

  /** @returns whether the replica is in a stretch. */
  runs(replica: number): boolean {
    return this.placeOf[replica]! !== ABSENT;
  }

  /** Ids come in order, from 0. */
  add(replica: number): void {
    if (replica >= this.placeOf.length - 4) this.grow();
    this.placeOf[replica] = ABSENT;
  }

  /** Sets or moves the replica's end. */
  set(replica: number, timeNs: number): void {
    this.endsNs[replica] = timeNs;
    this.settle(replica);
  }

  clear(replica: number): void {
    const place = this.placeOf[replica]!;
    if (place === ABSENT) return;
    this.placeOf[replica] = ABSENT;
    const end = --this.size;
    const last = this.order[end]!;
    this.times[end] = Infinity;
    if (last === replica) return;
    const parent = (place - 1) >> 2;
    if (place > 0 && this.precedes(this.endsNs[last]!, last, parent)) this.rise(place, last);
    else this.sink(place, last);
  }

  private settle(replica: number): void {
    const place = this.placeOf[replica]!;
    if (place === ABSENT) this.rise(this.size++, replica);
    else if (this.endsNs[replica]! < this.times[place]!) this.rise(place, replica);
    else this.sink(place, replica);
  }

  private precedes(timeNs: number, replica: number, place: number): boolean {
    const otherNs = this.times[place]!;
    return timeNs < otherNs || (timeNs === otherNs && replica < this.order[place]!);
  }

  private rise(from: number, replica: number): void {
    const timeNs = this.endsNs[replica]!;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (!this.precedes(timeNs, replica, parent)) break;
      this.put(hole, this.order[parent]!, this.times[parent]!);
      hole = parent;
    }
    this.put(hole, replica, timeNs);
  }

  private sink(from: number, replica: number): void {
    const { times, order, size } = this;
    const timeNs = this.endsNs[replica]!;
    let hole = from;
    for (;;) {
      let child = 4 * hole + 1;
      if (child >= size) break;
      const stop = Math.min(child + 4, size);
      for (let other = child + 1; other < stop; other++) {
        if (this.precedes(times[other]!, order[other]!, child)) child = other;
      }
      if (this.precedes(timeNs, replica, child)) break;
      this.put(hole, order[child]!, times[child]!);
      hole = child;
    }
    this.put(hole, replica, timeNs);
  }

  private put(place: number, replica: number, timeNs: number): void {
    this.times[place] = timeNs;
    this.order[place] = replica;
    this.placeOf[replica] = place;
  }

  /** Places behind the end hold Infinity, four of them at least. */
  private grow(): void {
    const times = new Float64Array(2 * this.times.length).fill(Infinity);
    const endsNs = new Float64Array(times.length);
    const order = new Int32Array(times.length);
    const placeOf = new Int32Array(times.length);
    times.set(this.times);
    endsNs.set(this.endsNs);
    order.set(this.order);
    placeOf.set(this.placeOf);
    this.times = times;
    this.endsNs = endsNs;
    this.order = order;
    this.placeOf = placeOf;
  }
}
