/** Copies of decision records to an HTTP endpoint: bounded, retried, losses counted. */
import type { Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { outbox } from "../outbox/outbox.ts";
import { type Delivery, type Post, post, tryAgain } from "../outbox/post.ts";
import { readSecret } from "../outbox/read-secret.ts";

export interface HttpSinkOptions {
  readonly url: string;
  /** File of a bearer token, read at each request; null: none is sent. */
  readonly tokenFile: string | null;
  readonly timers: Timers;
  readonly warn: Warn;
  readonly queueBytesMax?: number;
}

export interface SinkState {
  readonly queued: number;
  /** Records that will never arrive: the queue was full, or the endpoint refused them. */
  readonly lost: number;
}

export interface HttpSink {
  /** Never waits and never throws: the log itself is what decisions rest on. */
  offer(line: string): void;
  state(): SinkState;
  /** Tries what waits once more, for three seconds at most. */
  stop(): Promise<void>;
}

/** An hour of one group's records, of some 20 KB every 15 s, and more. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
/** What collectors commonly take in one request. */
const BATCH_BYTES_MAX = 1024 * 1024;

export function httpSink(options: HttpSinkOptions): HttpSink {
  const { queueBytesMax = QUEUE_BYTES_MAX, timers, warn } = options;
  let lost = 0;
  const queue = outbox<string>({
    to: "audit sink",
    timers,
    warn,
    sizeOf: (line) => Buffer.byteLength(line),
    queueSizeMax: queueBytesMax,
    batchSizeMax: BATCH_BYTES_MAX,
    isStale: () => false,
    send: (lines, stop) => deliver(lines, options, stop),
    onOutcome: (outcome, records) => {
      if (outcome === "refused" || outcome === "dropped") lost += records;
    },
  });
  return {
    offer: (line) => queue.offer(line),
    state: () => ({ queued: queue.waiting(), lost }),
    stop: () => queue.stop(),
  };
}

async function deliver(
  lines: readonly string[],
  { timers, tokenFile, url }: HttpSinkOptions,
  stop: AbortSignal,
): Promise<Delivery> {
  const headers = await headersWith(tokenFile);
  if (headers === null) return tryAgain("the file of the token cannot be read, or is empty");
  return post({ url, headers, body: lines.map((line) => `${line}\n`).join("") }, timers, stop);
}

async function headersWith(tokenFile: string | null): Promise<Post["headers"] | null> {
  const lines = { "content-type": "application/x-ndjson" };
  if (tokenFile === null) return lines;
  const token = await readSecret(tokenFile);
  return token === null ? null : { ...lines, authorization: `Bearer ${token}` };
}
