/**
 * An entry is 16 bytes: the iteration at whose end it finishes as a double, then as integers its
 * admission and its turn. A replica's first entry has its size in place of a turn.
 */
const ENTRY_WORDS_SHIFT = 2;
const FINISH_SHIFT = 1;
const ADMISSION = 2;
const TURN = 3;
const SIZE = 3;
const FIRST_CAPACITY_SHIFT = 5;
const REPLICAS = 16;

/**
 * The decoding sequences of each replica, the next to finish first: binary heaps keyed by the
 * iteration in which the last token is made, then by order of admission. All lie in one array with
 * room for equally many, because what is an object a replica is in no cache when its turn comes.
 * The root of a heap is its entry 1, and the children of entry e are 2e and 2e + 1.
 */
export class FinishHeaps {
  private replicas = REPLICAS;
  private capacityShift = FIRST_CAPACITY_SHIFT;
  private words = new Int32Array(REPLICAS << (FIRST_CAPACITY_SHIFT + ENTRY_WORDS_SHIFT));
  /** The same memory. */
  private finishes = new Float64Array(this.words.buffer);

  /** Makes room for a replica; those that were there keep their sequences. */
  fit(replica: number): void {
    if (replica >= this.replicas) this.resize(2 * replica, this.capacityShift);
  }

  size(replica: number): number {
    return this.words[(this.base(replica) << ENTRY_WORDS_SHIFT) + SIZE]!;
  }

  /** @returns the iteration at whose end the first one finishes; Infinity for none. */
  nextFinish(replica: number): number {
    return this.size(replica) > 0 ? this.finishAt(replica, 0) : Infinity;
  }

  push(replica: number, finish: number, admission: number, turn: number): void {
    const size = this.size(replica) + 1;
    if (size >> this.capacityShift !== 0) this.resize(this.replicas, this.capacityShift + 1);
    const base = this.base(replica);
    this.words[(base << ENTRY_WORDS_SHIFT) | SIZE] = size;
    this.put(base + size, finish, admission, turn);
    this.rise(base, size, base + size);
  }

  /** @returns the turn that finishes first, taken out; only when there is one. */
  pop(replica: number): number {
    const turn = this.turnAt(replica, 0);
    this.removeAt(replica, 0);
    return turn;
  }

  /** @returns the place of the sequence admitted last, or -1. */
  lastAdmitted(replica: number): number {
    const first = this.base(replica) + 1;
    const size = this.size(replica);
    let last = -1;
    let admission = -1;
    for (let place = 0; place < size; place++) {
      const other = this.words[((first + place) << ENTRY_WORDS_SHIFT) + ADMISSION]!;
      if (other > admission) {
        admission = other;
        last = place;
      }
    }
    return last;
  }

  /** Places go from 0, the first to finish, to the size - 1. */
  turnAt(replica: number, place: number): number {
    return this.words[((this.base(replica) + 1 + place) << ENTRY_WORDS_SHIFT) + TURN]!;
  }

  finishAt(replica: number, place: number): number {
    return this.finishes[(this.base(replica) + 1 + place) << FINISH_SHIFT]!;
  }

  removeAt(replica: number, place: number): void {
    const { words, finishes } = this;
    const base = this.base(replica);
    const hole = place + 1;
    const last = words[(base << ENTRY_WORDS_SHIFT) | SIZE]!--;
    if (hole === last) return;
    const entry = base + last;
    const finish = finishes[entry << FINISH_SHIFT]!;
    const admission = words[(entry << ENTRY_WORDS_SHIFT) | ADMISSION]!;
    if (hole > 1 && this.precedes(finish, admission, base + (hole >> 1))) {
      this.rise(base, hole, entry);
    } else this.sink(base, hole, entry);
  }

  private base(replica: number): number {
    return replica << this.capacityShift;
  }

  private precedes(finish: number, admission: number, other: number): boolean {
    const otherFinish = this.finishes[other << FINISH_SHIFT]!;
    if (finish !== otherFinish) return finish < otherFinish;
    return admission < this.words[(other << ENTRY_WORDS_SHIFT) | ADMISSION]!;
  }

  /** Puts what is at `entry` where it belongs, from the hole `from` up. */
  private rise(base: number, from: number, entry: number): void {
    const { words, finishes } = this;
    const finish = finishes[entry << FINISH_SHIFT]!;
    const admission = words[(entry << ENTRY_WORDS_SHIFT) | ADMISSION]!;
    const turn = words[(entry << ENTRY_WORDS_SHIFT) | TURN]!;
    let hole = from;
    while (hole > 1) {
      const parent = hole >> 1;
      if (!this.precedes(finish, admission, base + parent)) break;
      this.move(base + hole, base + parent);
      hole = parent;
    }
    this.put(base + hole, finish, admission, turn);
  }

  /** The same from the hole `from` down; `entry` lies just behind the heap's end. */
  private sink(base: number, from: number, entry: number): void {
    const { words, finishes } = this;
    const finish = finishes[entry << FINISH_SHIFT]!;
    const admission = words[(entry << ENTRY_WORDS_SHIFT) | ADMISSION]!;
    const turn = words[(entry << ENTRY_WORDS_SHIFT) | TURN]!;
    const end = entry - base;
    let hole = from;
    for (;;) {
      let child = 2 * hole;
      if (child >= end) break;
      const left = base + child;
      if (child + 1 < end && this.isBefore(left + 1, left)) child++;
      if (this.precedes(finish, admission, base + child)) break;
      this.move(base + hole, base + child);
      hole = child;
    }
    this.put(base + hole, finish, admission, turn);
  }

  private isBefore(entry: number, other: number): boolean {
    const finish = this.finishes[entry << FINISH_SHIFT]!;
    return this.precedes(finish, this.words[(entry << ENTRY_WORDS_SHIFT) | ADMISSION]!, other);
  }

  private move(to: number, from: number): void {
    const { words, finishes } = this;
    finishes[to << FINISH_SHIFT] = finishes[from << FINISH_SHIFT]!;
    words[(to << ENTRY_WORDS_SHIFT) | ADMISSION] = words[(from << ENTRY_WORDS_SHIFT) | ADMISSION]!;
    words[(to << ENTRY_WORDS_SHIFT) | TURN] = words[(from << ENTRY_WORDS_SHIFT) | TURN]!;
  }

  private put(entry: number, finish: number, admission: number, turn: number): void {
    this.finishes[entry << FINISH_SHIFT] = finish;
    this.words[(entry << ENTRY_WORDS_SHIFT) | ADMISSION] = admission;
    this.words[(entry << ENTRY_WORDS_SHIFT) | TURN] = turn;
  }

  private resize(replicas: number, capacityShift: number): void {
    const before = this.words;
    const words = new Int32Array(replicas << (capacityShift + ENTRY_WORDS_SHIFT));
    const length = 1 << (this.capacityShift + ENTRY_WORDS_SHIFT);
    for (let replica = 0; replica < this.replicas; replica++) {
      const from = before.subarray(replica * length, (replica + 1) * length);
      words.set(from, replica << (capacityShift + ENTRY_WORDS_SHIFT));
    }
    this.words = words;
    this.finishes = new Float64Array(words.buffer);
    this.replicas = replicas;
    this.capacityShift = capacityShift;
  }
}
