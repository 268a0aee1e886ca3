const FIRST_CAPACITY = 64;

/** Changes of what one replica holds that a router has not seen, in order of time: a ring. */
export class ChangeRing {
  /** When the first happened; Infinity for none. */
  firstNs = Infinity;
  private atNs = new Float64Array(FIRST_CAPACITY);
  /** The holding, and its new end. */
  private words = new Int32Array(2 * FIRST_CAPACITY);
  private head = 0;
  private count = 0;

  /** Of the first change. */
  holding(): number {
    return this.words[2 * this.head]!;
  }

  end(): number {
    return this.words[2 * this.head + 1]!;
  }

  isFull(): boolean {
    return this.count === this.atNs.length;
  }

  /** `atNs` is never smaller than that of the change before. */
  push(atNs: number, holding: number, end: number): void {
    if (this.count === this.atNs.length) this.grow();
    const at = (this.head + this.count++) & (this.atNs.length - 1);
    this.atNs[at] = atNs;
    this.words[2 * at] = holding;
    this.words[2 * at + 1] = end;
    if (this.count === 1) this.firstNs = atNs;
  }

  shift(): void {
    this.head = (this.head + 1) & (this.atNs.length - 1);
    this.firstNs = --this.count > 0 ? this.atNs[this.head]! : Infinity;
  }

  clear(): void {
    this.count = 0;
    this.firstNs = Infinity;
  }

  private grow(): void {
    const { length } = this.atNs;
    const atNs = new Float64Array(2 * length);
    const words = new Int32Array(4 * length);
    for (let index = 0; index < length; index++) {
      const from = (this.head + index) & (length - 1);
      atNs[index] = this.atNs[from]!;
      words[2 * index] = this.words[2 * from]!;
      words[2 * index + 1] = this.words[2 * from + 1]!;
    }
    this.atNs = atNs;
    this.words = words;
    this.head = 0;
  }
}
