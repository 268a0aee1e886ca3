/** Routable replicas in order of their ids, one after the other. */
export class RoundRobin {
  private order: readonly number[] = [];
  private last = -1;
  private at = 0;

  add(replica: number): void {
    this.reorder([...this.order, replica].toSorted((a, b) => a - b));
  }

  remove(replica: number): void {
    this.reorder(this.order.filter((other) => other !== replica));
  }

  /** @returns the smallest id above the last one given, else the smallest of all; -1 for none. */
  next(): number {
    const next = this.order[this.at] ?? this.order[0] ?? -1;
    this.at = this.at < this.order.length ? this.at + 1 : 1;
    this.last = next;
    return next;
  }

  private reorder(order: readonly number[]): void {
    this.order = order;
    const after = order.findIndex((replica) => replica > this.last);
    this.at = after < 0 ? order.length : after;
  }
}
