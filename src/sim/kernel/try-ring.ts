/** Words of an entry: when it is due, and the try it is for. */
const TIME = 0;
const TURN = 1;
const GENERATION = 2;
const TRIES = 3;
const SHIFT = 2;

/**
 * Tries in order of time, first in, first out. An entry may outlive its try: who takes it out
 * compares generation and number of the try with those of the turn.
 */
export class TryRing {
  /** When the first is due; Infinity when there is none. */
  nextNs = Infinity;
  private words = new Float64Array(256 << SHIFT);
  private head = 0;
  private tail = 0;

  turn(): number {
    return this.words[this.head + TURN]!;
  }

  generation(): number {
    return this.words[this.head + GENERATION]!;
  }

  tries(): number {
    return this.words[this.head + TRIES]!;
  }

  /** `timeNs` is never smaller than that of the entry before. */
  push(timeNs: number, turn: number, generation: number, tries: number): void {
    const { words, tail } = this;
    words[tail | TIME] = timeNs;
    words[tail | TURN] = turn;
    words[tail | GENERATION] = generation;
    words[tail | TRIES] = tries;
    this.tail = (tail + (1 << SHIFT)) & (words.length - 1);
    this.nextNs = words[this.head]!;
    if (this.tail === this.head) this.grow();
  }

  shift(): void {
    this.head = (this.head + (1 << SHIFT)) & (this.words.length - 1);
    this.nextNs = this.head === this.tail ? Infinity : this.words[this.head]!;
  }

  /** Calls `visit` with the turn, generation and number of every try, first to last. */
  forEach(visit: (turn: number, generation: number, tries: number) => void): void {
    const { words } = this;
    for (let at = this.head; at !== this.tail; at = (at + (1 << SHIFT)) & (words.length - 1)) {
      visit(words[at | TURN]!, words[at | GENERATION]!, words[at | TRIES]!);
    }
  }

  /** Full: head meets tail. */
  private grow(): void {
    const { words, head } = this;
    const larger = new Float64Array(2 * words.length);
    larger.set(words.subarray(head));
    larger.set(words.subarray(0, head), words.length - head);
    this.words = larger;
    this.head = 0;
    this.tail = words.length;
  }
}
