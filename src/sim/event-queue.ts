/** The future of the world: events ordered by time, then priority, then order of scheduling. */

/**
 * Ties at one instant, after the turns of that instant: supply changes first, then work that ends,
 * then clients that give up, then new work, then people who answer, then what observes the result.
 */
export const PRIORITY = {
  supply: 0,
  finish: 1,
  expire: 2,
  arrive: 3,
  settle: 4,
  people: 5,
  scrape: 6,
} as const;
export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];

interface ScheduledEvent {
  readonly at: number;
  readonly priority: Priority;
  readonly sequence: number;
  readonly apply: (at: number) => void;
}

/** What the parts of the world see of time. Instants of the world are epoch milliseconds. */
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

  /** When the next event is due; Infinity when none is scheduled. */
  nextAt(): number {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Moves to the next event and applies it. Nothing happens when none is scheduled. */
  applyNext(): void {
    const [head] = this.heap;
    if (head === undefined) return;
    this.removeHead();
    this.current = head.at;
    head.apply(head.at);
  }

  /** Lets time pass without events. @throws when `at` is over (INV-3) */
  standAt(at: number): void {
    if (at < this.current) {
      throw new Error(`INV-3: time may not go back from ${this.current} to ${at}`);
    }
    this.current = at;
  }

  /** Applies every event up to and including `until`, then stands at `until`. */
  runUntil(until: number): void {
    while (this.nextAt() <= until) this.applyNext();
    this.standAt(until);
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

/**
 * Instants of the world are whole milliseconds, so that they are exact in the kernels' nanoseconds
 * too: fractions, which durations drawn at random have, are rounded up.
 */
export function onWholeMillis(queue: EventQueue): Timeline {
  return {
    now: () => queue.now(),
    schedule: (at, priority, apply) => queue.schedule(Math.ceil(at), priority, apply),
  };
}
