/** Order of what happens at one instant; docs/simulator.md, "Time". Scrapes only look. */
export const RANK = {
  iterationEnd: 1,
  abandonment: 2,
  timeout: 3,
  sessionStart: 4,
  arrival: 5,
  queueJoin: 6,
  iterationBegin: 7,
} as const;

export interface NaiveEvent {
  readonly atNs: number;
  readonly rank: number;
  /** Iterations go by replica, sessions by source, everything else by the order of scheduling. */
  readonly tie: number;
  readonly happen: () => void;
}

const before = (a: NaiveEvent, b: NaiveEvent): boolean =>
  a.atNs !== b.atNs ? a.atNs < b.atNs : a.rank !== b.rank ? a.rank < b.rank : a.tie < b.tie;

/** What is to come, as a sorted array. */
export class NaiveEvents {
  private readonly pending: NaiveEvent[] = [];
  private scheduled = 0;

  /** By the order of scheduling among those of its rank and instant. */
  schedule(atNs: number, rank: number, happen: () => void): NaiveEvent {
    this.scheduled += 1;
    return this.insert({ atNs, rank, tie: this.scheduled, happen });
  }

  /** In the order of `tie`: a replica's or a source's number. */
  scheduleInTurn(event: NaiveEvent): NaiveEvent {
    return this.insert(event);
  }

  cancel(event: NaiveEvent | null): void {
    const index = event === null ? -1 : this.pending.indexOf(event);
    if (index >= 0) this.pending.splice(index, 1);
  }

  /** @returns when the first one is due; Infinity when there is none */
  nextNs(): number {
    return this.pending[0]?.atNs ?? Infinity;
  }

  /** Takes the first one. */
  take(): NaiveEvent | undefined {
    return this.pending.shift();
  }

  private insert(event: NaiveEvent): NaiveEvent {
    const index = this.pending.findIndex((other) => before(event, other));
    this.pending.splice(index < 0 ? this.pending.length : index, 0, event);
    return event;
  }
}
