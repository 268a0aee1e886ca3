/** What waits to be handed to one receiver, in order: bounded, retried, every loss counted. */
import { MINUTE_MS } from "../../core/units.ts";
import { backoffMs, sleep, type Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import type { Delivery } from "./post.ts";

/** What became of an item: retried any number of times, then one of the others. */
export type DeliveryOutcome = "delivered" | "retried" | "refused" | "dropped";

/** At least one, in the order of their coming. */
export type Batch<Item> = readonly [Item, ...(readonly Item[])];

export interface OutboxOptions<Item> {
  /** The receiver, as warnings name it. */
  readonly to: string;
  readonly timers: Timers;
  readonly warn: Warn;
  /** Of an item, in the unit of the two bounds. */
  readonly sizeOf: (item: Item) => number;
  /** Beyond it, what has waited longest is dropped. */
  readonly queueSizeMax: number;
  /** What one request may carry; a larger item goes alone. */
  readonly batchSizeMax: number;
  /** Whether an item is too old to be of use. */
  readonly isStale: (item: Item) => boolean;
  /** One try. Never rejects. */
  readonly send: (batch: Batch<Item>, stop: AbortSignal) => Promise<Delivery>;
  readonly onOutcome: (outcome: DeliveryOutcome, items: number) => void;
}

export interface Outbox<Item> {
  /** Never waits and never throws: a receiver that is away holds nobody up. */
  offer(item: Item): void;
  waiting(): number;
  /** Tries what waits once more, for three seconds at most. */
  stop(): Promise<void>;
}

const BACKOFF = { baseMs: 1_000, capMs: 5 * MINUTE_MS };
const LAST_TRIES_MS = 3_000;

export function outbox<Item>(options: OutboxOptions<Item>): Outbox<Item> {
  const queue = new Queue(options);
  return {
    offer: (item) => queue.offer(item),
    waiting: () => queue.waiting(),
    stop: () => queue.stop(),
  };
}

class Queue<Item> {
  private readonly options: OutboxOptions<Item>;
  private readonly stopping = new AbortController();
  private readonly cutOff = new AbortController();
  private readonly items: Item[] = [];
  private size = 0;
  /** How many of the first items are on their way: they are not dropped. */
  private underWay = 0;
  private working: Promise<void> | null = null;
  /** Of the receiver, in a row. */
  private failures = 0;
  /** Since the receiver last took something: said once. */
  private full = false;

  constructor(options: OutboxOptions<Item>) {
    this.options = options;
  }

  waiting(): number {
    return this.items.length;
  }

  offer(item: Item): void {
    if (this.stopping.signal.aborted) return this.options.onOutcome("dropped", 1);
    this.items.push(item);
    this.size += this.options.sizeOf(item);
    while (this.size > this.options.queueSizeMax && this.items.length > this.underWay) {
      this.dropForRoom();
    }
    this.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    const cancel = this.options.timers.after(LAST_TRIES_MS, () => this.cutOff.abort());
    await this.working;
    cancel();
    if (this.items.length > 0) this.drop(0, this.items.length, "the controller stops");
  }

  /** Again where something came just as the work ended. */
  private start(): void {
    this.working ??= this.work().finally(() => {
      this.working = null;
      if (this.items.length > 0 && !this.stopping.signal.aborted) this.start();
    });
  }

  private async work(): Promise<void> {
    for (;;) {
      this.dropStale();
      const batch = this.batch();
      if (batch === null) return;
      this.underWay = batch.length;
      const delivery = await this.options.send(batch, this.cutOff.signal);
      this.underWay = 0;
      const pauseMs = this.settle(batch.length, delivery);
      if (pauseMs === null) continue;
      if (this.stopping.signal.aborted) return;
      await sleep(this.options.timers, pauseMs, this.stopping.signal);
    }
  }

  private batch(): Batch<Item> | null {
    const [first, ...others] = this.items;
    if (first === undefined) return null;
    let size = this.options.sizeOf(first);
    const end = others.findIndex((item) => {
      size += this.options.sizeOf(item);
      return size > this.options.batchSizeMax;
    });
    return [first, ...(end < 0 ? others : others.slice(0, end))];
  }

  /** @returns for how long to leave the receiver alone; null: go on */
  private settle(sent: number, delivery: Delivery): number | null {
    const { onOutcome, to, warn } = this.options;
    if (delivery.kind === "TryAgain") return this.pauseMs(sent, delivery);
    this.failures = 0;
    this.full = false;
    this.take(0, sent);
    onOutcome(delivery.kind === "Delivered" ? "delivered" : "refused", sent);
    if (delivery.kind === "Refused") warn(`${to} refused what was sent`, { why: delivery.why });
    return null;
  }

  private pauseMs(sent: number, { afterMs, why }: Delivery & { kind: "TryAgain" }): number {
    const { onOutcome, timers, to, warn } = this.options;
    this.failures += 1;
    onOutcome("retried", sent);
    const pauseMs = Math.min(afterMs ?? backoffMs(timers, this.failures, BACKOFF), BACKOFF.capMs);
    warn(`${to} does not answer well`, { why, waiting: this.items.length, retryInMs: pauseMs });
    return pauseMs;
  }

  private dropForRoom(): void {
    this.take(this.underWay, 1);
    this.options.onOutcome("dropped", 1);
    if (!this.full) this.options.warn(`${this.options.to}: the queue is full, items are lost`, {});
    this.full = true;
  }

  private dropStale(): void {
    const fresh = this.items.findIndex((item) => !this.options.isStale(item));
    const stale = fresh < 0 ? this.items.length : fresh;
    if (stale > 0) this.drop(0, stale, "too old");
  }

  private drop(from: number, items: number, why: string): void {
    this.take(from, items);
    this.options.onOutcome("dropped", items);
    this.options.warn(`${this.options.to}: items dropped`, { items, why });
  }

  private take(from: number, items: number): void {
    for (const item of this.items.splice(from, items)) this.size -= this.options.sizeOf(item);
  }
}
