/**
 * Events to one HTTP address, so that chat and ticket systems announce them. Nothing waits for it:
 * a receiver that is away costs its own events, oldest first, and no tick.
 */
import { randomUUID } from "node:crypto";
import { type EpochMs, elapsed, HOUR_MS, MINUTE_MS } from "../../core/units.ts";
import type { EventSink } from "../../ports/event-sink.ts";
import { backoffMs, sleep } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { type Envelope, envelopeOf } from "./cloud-event.ts";
import { type Delivery, deliver, type Receiver } from "./deliver.ts";

/** What became of an event: retried any number of times, then one of the others. */
export type DeliveryOutcome = "delivered" | "retried" | "refused" | "dropped";

export interface WebhookOptions extends Receiver {
  readonly source: string;
  readonly warn: Warn;
  readonly onOutcome: (outcome: DeliveryOutcome) => void;
}

export interface WebhookSink extends EventSink {
  /** Tries what waits once more, for three seconds at most. */
  stop(): Promise<void>;
}

/** About an hour of news of a large cluster, and below a megabyte. */
const QUEUE_MAX = 1_000;
/** News that is older than an approval waits helps nobody. */
const FRESH_FOR_MS = HOUR_MS;
const BACKOFF = { baseMs: 1_000, capMs: 5 * MINUTE_MS };
const LAST_TRIES_MS = 3_000;

interface Waiting {
  readonly envelope: Envelope;
  readonly since: EpochMs;
}

export function webhookSink(options: WebhookOptions): WebhookSink {
  const queue = new DeliveryQueue(options);
  return {
    publish: (event) => {
      const at = options.clock.now();
      const { source } = options;
      queue.add({ envelope: envelopeOf(event, { id: randomUUID(), source, at }), since: at });
      return Promise.resolve();
    },
    stop: () => queue.stop(),
  };
}

class DeliveryQueue {
  private readonly options: WebhookOptions;
  private readonly stopping = new AbortController();
  private readonly cutOff = new AbortController();
  private waiting: Waiting[] = [];
  private working: Promise<void> | null = null;
  /** Of the receiver, in a row. */
  private failures = 0;

  constructor(options: WebhookOptions) {
    this.options = options;
  }

  add(entry: Waiting): void {
    this.waiting.push(entry);
    if (this.waiting.length > QUEUE_MAX) this.drop("the queue is full");
    this.start();
  }

  /** Again where something came just as the work ended. */
  private start(): void {
    this.working ??= this.work().finally(() => {
      this.working = null;
      if (this.waiting.length > 0 && !this.stopping.signal.aborted) this.start();
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    const cancel = this.options.timers.after(LAST_TRIES_MS, () => this.cutOff.abort());
    await this.working;
    cancel();
    while (this.waiting.length > 0) this.drop("the controller stops");
  }

  private async work(): Promise<void> {
    for (let [head] = this.waiting; head !== undefined; [head] = this.waiting) {
      if (elapsed(head.since, this.options.clock.now()) >= FRESH_FOR_MS) {
        this.drop("too old");
        continue;
      }
      const delivery = await deliver(head.envelope, this.options, this.cutOff.signal);
      const pauseMs = this.settle(head, delivery);
      if (pauseMs === null) continue;
      if (this.stopping.signal.aborted) return;
      await sleep(this.options.timers, pauseMs, this.stopping.signal);
    }
  }

  /** @returns for how long to leave the receiver alone; null: go on */
  private settle(head: Waiting, delivery: Delivery): number | null {
    const { onOutcome, timers, warn } = this.options;
    if (delivery.kind !== "TryAgain") {
      this.failures = 0;
      // The queue may have dropped it, being full, while it was on its way.
      this.waiting = this.waiting.filter((entry) => entry !== head);
      onOutcome(delivery.kind === "Delivered" ? "delivered" : "refused");
      if (delivery.kind === "Refused") warn("webhook refused an event", { why: delivery.why });
      return null;
    }
    this.failures += 1;
    onOutcome("retried");
    const pauseMs = Math.min(
      delivery.afterMs ?? backoffMs(timers, this.failures, BACKOFF),
      BACKOFF.capMs,
    );
    const { length: waiting } = this.waiting;
    warn("webhook does not answer well", { why: delivery.why, waiting, retryInMs: pauseMs });
    return pauseMs;
  }

  private drop(why: string): void {
    this.waiting = this.waiting.slice(1);
    this.options.onOutcome("dropped");
    this.options.warn("webhook event dropped", { why });
  }
}
