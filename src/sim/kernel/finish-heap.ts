/** Words of an entry: the iteration at whose end it finishes, its admission, and its turn. */
const FINISH = 0;
const ADMISSION = 1;
const TURN = 2;
const STRIDE = 3;

/**
 * Decoding sequences of one replica, the next to finish first: a binary heap keyed by the iteration
 * in which the last token is made, then by order of admission.
 */
export class FinishHeap {
  size = 0;
  private words = new Float64Array(16 * STRIDE);

  /** @returns the iteration at whose end the first one finishes; Infinity for none. */
  nextFinish(): number {
    return this.size > 0 ? this.words[FINISH]! : Infinity;
  }

  push(finish: number, admission: number, turn: number): void {
    if ((this.size + 1) * STRIDE > this.words.length) this.grow();
    this.rise(this.size * STRIDE, finish, admission, turn);
    this.size++;
  }

  /** @returns the turn that finishes first, taken out; only when `size` > 0. */
  pop(): number {
    const turn = this.words[TURN]!;
    this.removeAt(0);
    return turn;
  }

  /** @returns the place of the sequence admitted last, or -1. */
  lastAdmitted(): number {
    let last = -1;
    let admission = -1;
    for (let place = 0; place < this.size; place++) {
      const other = this.words[place * STRIDE + ADMISSION]!;
      if (other > admission) {
        admission = other;
        last = place;
      }
    }
    return last;
  }

  turnAt(place: number): number {
    return this.words[place * STRIDE + TURN]!;
  }

  finishAt(place: number): number {
    return this.words[place * STRIDE + FINISH]!;
  }

  removeAt(place: number): void {
    const { words } = this;
    const hole = place * STRIDE;
    const last = --this.size * STRIDE;
    if (hole === last) return;
    const finish = words[last + FINISH]!;
    const admission = words[last + ADMISSION]!;
    const turn = words[last + TURN]!;
    if (hole > 0 && this.precedes(finish, admission, parentOf(hole))) {
      this.rise(hole, finish, admission, turn);
    } else this.sink(hole, finish, admission, turn);
  }

  private precedes(finish: number, admission: number, other: number): boolean {
    const otherFinish = this.words[other + FINISH]!;
    return finish < otherFinish || (finish === otherFinish && admission < this.words[other + 1]!);
  }

  private rise(from: number, finish: number, admission: number, turn: number): void {
    let hole = from;
    while (hole > 0) {
      const parent = parentOf(hole);
      if (!this.precedes(finish, admission, parent)) break;
      this.move(hole, parent);
      hole = parent;
    }
    this.put(hole, finish, admission, turn);
  }

  private sink(from: number, finish: number, admission: number, turn: number): void {
    const { words } = this;
    const end = this.size * STRIDE;
    let hole = from;
    for (;;) {
      let child = 2 * hole + STRIDE;
      if (child >= end) break;
      const right = child + STRIDE;
      if (right < end && this.precedes(words[right]!, words[right + ADMISSION]!, child))
        child = right;
      if (this.precedes(finish, admission, child)) break;
      this.move(hole, child);
      hole = child;
    }
    this.put(hole, finish, admission, turn);
  }

  private move(to: number, from: number): void {
    const { words } = this;
    words[to] = words[from]!;
    words[to + ADMISSION] = words[from + ADMISSION]!;
    words[to + TURN] = words[from + TURN]!;
  }

  private put(at: number, finish: number, admission: number, turn: number): void {
    this.words[at + FINISH] = finish;
    this.words[at + ADMISSION] = admission;
    this.words[at + TURN] = turn;
  }

  private grow(): void {
    const words = new Float64Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}

/** Children of the entry at offset h are at 2h + STRIDE and 2h + 2 STRIDE. */
function parentOf(offset: number): number {
  return Math.floor((offset / STRIDE - 1) / 2) * STRIDE;
}
