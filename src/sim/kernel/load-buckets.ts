import { grown } from "./record-pool.ts";

/** A replica's record is at `replica * STRIDE`; these are its words. */
const LOAD = 0;
/** Its neighbours among the routable replicas of equal load: changed before it, and after it. */
const BEFORE = 1;
const AFTER = 2;
const STATE = 3;
const SHIFT = 2;
const STRIDE = 1 << SHIFT;

const ABSENT = 0;
const EJECTED = 1;
const ROUTABLE = 2;

/**
 * Turns in flight by replica, and routable replicas in buckets of equal load: in a bucket the one
 * whose load changed longest ago comes first, so the least loaded of all is the head of one list.
 */
export class LoadBuckets {
  /** Routable replicas, and the turns in flight on them. */
  routable = 0;
  routableLoad = 0;
  private records = new Int32Array(0);
  /** First and last replica of each load, -1 for none. */
  private ends = new Int32Array(0);
  /** Rises with every change of a load. */
  private changes = 0;
  private changedAt = new Float64Array(0);
  /** No routable replica has a smaller load. */
  private least = 0;

  /** @throws when the replica is there already */
  add(replica: number): void {
    this.fit(replica);
    const record = replica << SHIFT;
    if (this.records[record | STATE] !== ABSENT) throw new Error(`replica ${replica} is routed to`);
    this.records[record | LOAD] = 0;
    this.enter(replica);
  }

  eject(replica: number): void {
    if (!this.isRoutable(replica)) return;
    this.unlink(replica);
    this.leave(replica, EJECTED);
  }

  /** @returns whether it was ejected. */
  readmit(replica: number): boolean {
    if (this.state(replica) !== EJECTED) return false;
    this.enter(replica);
    return true;
  }

  remove(replica: number): void {
    if (this.isRoutable(replica)) this.unlink(replica);
    this.leave(replica, ABSENT);
    this.records[(replica << SHIFT) | LOAD] = 0;
  }

  isRoutable(replica: number): boolean {
    return this.state(replica) === ROUTABLE;
  }

  load(replica: number): number {
    return this.records[replica << SHIFT] ?? 0;
  }

  /** @returns the routable replica of least load whose load changed longest ago, or -1. */
  leastLoaded(): number {
    if (this.routable === 0) return -1;
    while (this.ends[2 * this.least]! < 0) this.least++;
    return this.ends[2 * this.least]!;
  }

  /** @returns the routable replica that comes after `replica` in order of preference, or -1. */
  following(replica: number): number {
    const after = this.records[(replica << SHIFT) | AFTER]!;
    if (after >= 0) return after;
    let load = this.load(replica) + 1;
    while (2 * load < this.ends.length && this.ends[2 * load]! < 0) load++;
    return this.ends[2 * load] ?? -1;
  }

  /** @returns whether `a` is to be preferred: less load, or equal and changed longer ago. */
  before(a: number, b: number): boolean {
    const difference = this.load(a) - this.load(b);
    return difference < 0 || (difference === 0 && this.changedAt[a]! < this.changedAt[b]!);
  }

  /** Adds `change` (1 or -1) to the load of a replica; one that is not there has none. */
  change(replica: number, change: number): void {
    const state = this.state(replica);
    if (state === ABSENT) return;
    if (state === ROUTABLE) this.unlink(replica);
    const load = (this.records[replica << SHIFT]! += change);
    if (load < 0) throw new Error(`replica ${replica} has fewer than no turns in flight`);
    if (state === ROUTABLE) this.append(replica, load);
  }

  private state(replica: number): number {
    return this.records[(replica << SHIFT) | STATE] ?? ABSENT;
  }

  private enter(replica: number): void {
    this.routable++;
    this.records[(replica << SHIFT) | STATE] = ROUTABLE;
    this.append(replica, this.load(replica));
  }

  private leave(replica: number, state: number): void {
    if (this.isRoutable(replica)) this.routable--;
    this.records[(replica << SHIFT) | STATE] = state;
  }

  private append(replica: number, load: number): void {
    const { records } = this;
    const bucket = 2 * load;
    if (bucket >= this.ends.length)
      this.ends = grown(this.ends, bucket + 2).fill(-1, this.ends.length);
    const last = this.ends[bucket + 1]!;
    const record = replica << SHIFT;
    records[record | BEFORE] = last;
    records[record | AFTER] = -1;
    if (last < 0) this.ends[bucket] = replica;
    else records[(last << SHIFT) | AFTER] = replica;
    this.ends[bucket + 1] = replica;
    this.changedAt[replica] = ++this.changes;
    this.routableLoad += load;
    if (load < this.least) this.least = load;
  }

  private unlink(replica: number): void {
    const { records, ends } = this;
    const record = replica << SHIFT;
    const load = records[record | LOAD]!;
    const before = records[record | BEFORE]!;
    const after = records[record | AFTER]!;
    if (before < 0) ends[2 * load] = after;
    else records[(before << SHIFT) | AFTER] = after;
    if (after < 0) ends[2 * load + 1] = before;
    else records[(after << SHIFT) | BEFORE] = before;
    this.routableLoad -= load;
  }

  private fit(replica: number): void {
    const length = (replica + 1) << SHIFT;
    if (length <= this.records.length) return;
    this.records = grown(this.records, length);
    const changedAt = new Float64Array(this.records.length / STRIDE);
    changedAt.set(this.changedAt);
    this.changedAt = changedAt;
  }
}
