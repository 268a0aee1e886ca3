/** The future of the world: events ordered by time, then priority, then order of scheduling. */

/**
 * Ties at one instant: supply changes first, then work that ends, then clients that give up, then
 * new work, then what observes the result.
 */
export const PRIORITY = {
  supply: 0,
  finish: 1,
  expire: 2,
  arrive: 3,
  settle: 4,
  scrape: 5,
} as const;
export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];

interface ScheduledEvent {
  readonly at: number;
  readonly priority: Priority;
  readonly sequence: number;
  readonly apply: (at: number) => void;
}

/** What the parts of the world see of time. Instants are epoch milliseconds with fractions. */
export interface Timeline {
  now(): number;
  /** @throws when `at` lies in the past (INV-3). */
  schedule(at: number, priority: Priority, apply: (at: number) => void): void;
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.priority !== b.priority) return a.priority < b.priority;
  return a.sequence < b.sequence;
}

/** A binary heap and the current instant. */
export class EventQueue implements Timeline {
  private readonly heap: ScheduledEvent[] = [];
  private current: number;
  private sequence = 0;

  constructor(startAt: number) {
    this.current = startAt;
  }

  now(): number {
    return this.current;
  }

  schedule(at: number, priority: Priority, apply: (at: number) => void): void {
    if (!(at >= this.current)) {
      throw new Error(`INV-3: an event was scheduled for ${at}, before now, ${this.current}`);
    }
    this.sequence += 1;
    this.siftUp({ at, priority, sequence: this.sequence, apply });
  }

  /** Applies every event up to and including `until`, then stands at `until`. */
  runUntil(until: number): void {
    if (until < this.current) {
      throw new Error(`INV-3: time may not go back from ${this.current} to ${until}`);
    }
    for (let head = this.heap[0]; head !== undefined && head.at <= until; head = this.heap[0]) {
      this.removeHead();
      this.current = head.at;
      head.apply(head.at);
    }
    this.current = until;
  }

  private siftUp(event: ScheduledEvent): void {
    const { heap } = this;
    let hole = heap.length;
    heap.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = event;
  }

  private removeHead(): void {
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.siftDown(last);
  }

  private siftDown(event: ScheduledEvent): void {
    const { heap } = this;
    let hole = 0;
    for (;;) {
      const child = this.earlierChild(hole);
      const below = heap[child];
      if (below === undefined || !isBefore(below, event)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = event;
  }

  private earlierChild(hole: number): number {
    const left = 2 * hole + 1;
    const leftEvent = this.heap[left];
    const rightEvent = this.heap[left + 1];
    if (leftEvent === undefined || rightEvent === undefined) return left;
    return isBefore(rightEvent, leftEvent) ? left + 1 : left;
  }
}
