/**
 * Evictions that a replica's running stretch of iterations causes and that nobody has applied: who
 * looks at its cache as it was at some instant has it brought up to date first.
 */
export class PendingEvictions {
  /** Brings a replica's cache to what it was just before now. */
  settle: (replica: number) => void = () => {};
  /** By replica: when the first of them happens; Infinity for none. */
  private fromNs = new Float64Array(0);

  add(replica: number): void {
    if (replica >= this.fromNs.length) {
      const fromNs = new Float64Array(Math.max(64, 2 * replica));
      fromNs.set(this.fromNs);
      this.fromNs = fromNs;
    }
    this.fromNs[replica] = Infinity;
  }

  set(replica: number, fromNs: number): void {
    this.fromNs[replica] = fromNs;
  }

  clear(replica: number): void {
    this.fromNs[replica] = Infinity;
  }

  /** @returns whether there are any up to `untilNs`. */
  isDue(replica: number, untilNs: number): boolean {
    return this.fromNs[replica]! <= untilNs;
  }

  /** Applies the replica's evictions up to `untilNs`, and perhaps more. */
  settleUntil(replica: number, untilNs: number): void {
    if (this.isDue(replica, untilNs)) this.settle(replica);
  }
}
