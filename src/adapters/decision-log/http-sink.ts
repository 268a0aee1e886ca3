/** Copies of decision records to an HTTP endpoint: bounded, retried, losses counted. */
import { readFile } from "node:fs/promises";
import { backoffMs, deadline } from "../kubernetes/timers.ts";
import type { Timers } from "../kubernetes/timers.ts";

export interface HttpSinkOptions {
  readonly url: string;
  /** File of a bearer token, read at each request; null: none is sent. */
  readonly tokenFile: string | null;
  readonly timers: Timers;
  readonly onProblem: (problem: string, fields: Readonly<Record<string, unknown>>) => void;
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
  /** Sends no more; what is queued is lost. */
  close(): void;
}

/** An hour of one group's records, of some 20 KB every 15 s, and more. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
/** What collectors commonly take in one request. */
const BATCH_BYTES_MAX = 1024 * 1024;
const REQUEST_MS_MAX = 10_000;
const RETRY = { baseMs: 1_000, capMs: 60_000 };
/** Statuses after which the same request may succeed: too many, too slow, or the server's fault. */
const isRetryable = (status: number): boolean => status === 408 || status === 429 || status >= 500;

export function httpSink(options: HttpSinkOptions): HttpSink {
  const sink = new Sink(options);
  return {
    offer: (line) => sink.offer(line),
    state: () => sink.state(),
    close: () => sink.close(),
  };
}

type Sent = "taken" | "refused" | "again";

class Sink {
  private readonly options: HttpSinkOptions;
  private readonly queue: string[] = [];
  private readonly stopping = new AbortController();
  private bytes = 0;
  private lost = 0;
  private failures = 0;
  /** A request is under way, or waits to be made again. */
  private busy = false;

  constructor(options: HttpSinkOptions) {
    this.options = options;
  }

  offer(line: string): void {
    if (this.stopping.signal.aborted) return;
    const { queueBytesMax = QUEUE_BYTES_MAX, onProblem } = this.options;
    const size = Buffer.byteLength(line);
    if (this.bytes + size > queueBytesMax) {
      if (this.lost === 0) onProblem("audit sink is full, records are lost to it", {});
      this.lost += 1;
      return;
    }
    this.queue.push(line);
    this.bytes += size;
    if (!this.busy) void this.drain();
  }

  state(): SinkState {
    return { queued: this.queue.length, lost: this.lost };
  }

  close(): void {
    this.stopping.abort();
  }

  private async drain(): Promise<void> {
    this.busy = true;
    while (this.queue.length > 0 && !this.stopping.signal.aborted) {
      const batch = this.batch();
      const sent = await this.send(batch);
      if (sent === "again") return this.retry();
      if (sent === "refused") this.lost += batch.length;
      this.failures = 0;
      for (const line of this.queue.splice(0, batch.length)) this.bytes -= Buffer.byteLength(line);
    }
    this.busy = false;
  }

  private retry(): void {
    const { timers } = this.options;
    this.failures += 1;
    const cancel = timers.after(backoffMs(timers, this.failures, RETRY), () => void this.drain());
    this.stopping.signal.addEventListener("abort", cancel, { once: true });
  }

  private batch(): readonly string[] {
    let bytes = 0;
    const end = this.queue.findIndex((line) => {
      bytes += Buffer.byteLength(line);
      return bytes > BATCH_BYTES_MAX;
    });
    return this.queue.slice(0, end < 0 ? this.queue.length : Math.max(1, end));
  }

  private async send(batch: readonly string[]): Promise<Sent> {
    const { url, timers, onProblem } = this.options;
    const limit = deadline(timers, REQUEST_MS_MAX, this.stopping.signal);
    try {
      const headers = { "content-type": "application/x-ndjson", ...(await this.authorization()) };
      const body = batch.map((line) => `${line}\n`).join("");
      const answer = await fetch(url, { method: "POST", headers, body, signal: limit.signal });
      await answer.body?.cancel();
      if (answer.ok) return "taken";
      onProblem("audit sink did not take records", { status: answer.status });
      return isRetryable(answer.status) ? "again" : "refused";
    } catch (error) {
      // The cause alone: an error of fetch may name the whole request.
      const cause = error instanceof Error ? (error.cause ?? error.name) : error;
      onProblem("audit sink did not answer", { cause: String(cause) });
      return "again";
    } finally {
      limit.clear();
    }
  }

  private async authorization(): Promise<Readonly<Record<string, string>>> {
    const { tokenFile } = this.options;
    if (tokenFile === null) return {};
    return { authorization: `Bearer ${(await readFile(tokenFile, "utf8")).trim()}` };
  }
}
