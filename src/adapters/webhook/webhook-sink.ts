/**
 * Events to one HTTP address, so that chat and ticket systems announce them. Nothing waits for it:
 * a receiver that is away costs its own events, oldest first, and no tick.
 */
import { randomUUID } from "node:crypto";
import { type EpochMs, elapsed, HOUR_MS } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventSink } from "../../ports/event-sink.ts";
import type { Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { type Batch, type DeliveryOutcome, outbox } from "../outbox/outbox.ts";
import { type Delivery, post, tryAgain } from "../outbox/post.ts";
import { readSecret } from "../outbox/read-secret.ts";
import { CONTENT_TYPE, type Envelope, envelopeOf } from "./cloud-event.ts";
import { signed } from "./signature.ts";

export interface WebhookOptions {
  readonly url: string;
  /** Of the key of the signature; read each time, so that a rotated one needs no restart. */
  readonly secretFile: string;
  readonly source: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly warn: Warn;
  readonly onOutcome: (outcome: DeliveryOutcome, events: number) => void;
}

export interface WebhookSink extends EventSink {
  /** Tries what waits once more, for three seconds at most. */
  stop(): Promise<void>;
}

/** About an hour of news of a large cluster, and below a megabyte. */
const QUEUE_MAX = 1_000;
/** News that is older than an approval waits helps nobody. */
const FRESH_FOR_MS = HOUR_MS;

interface News {
  readonly envelope: Envelope;
  readonly since: EpochMs;
}

export function webhookSink(options: WebhookOptions): WebhookSink {
  const { clock, onOutcome, source, timers, warn } = options;
  const queue = outbox<News>({
    to: "webhook",
    timers,
    warn,
    sizeOf: () => 1,
    queueSizeMax: QUEUE_MAX,
    batchSizeMax: 1,
    isStale: ({ since }) => elapsed(since, clock.now()) >= FRESH_FOR_MS,
    send: (news, stop) => deliver(news, options, stop),
    onOutcome,
  });
  return {
    publish: (event) => {
      const since = clock.now();
      queue.offer({ envelope: envelopeOf(event, { id: randomUUID(), source, at: since }), since });
      return Promise.resolve();
    },
    stop: () => queue.stop(),
  };
}

/** Events come one by one: a receiver verifies each. */
async function deliver(
  [{ envelope }]: Batch<News>,
  { clock, secretFile, timers, url }: WebhookOptions,
  stop: AbortSignal,
): Promise<Delivery> {
  const secret = await readSecret(secretFile);
  if (secret === null) return tryAgain("the file of the secret cannot be read, or is empty");
  const signature = signed(envelope, secret, clock.now());
  const headers = { "content-type": CONTENT_TYPE, ...signature };
  return post({ url, headers, body: envelope.body }, timers, stop);
}
