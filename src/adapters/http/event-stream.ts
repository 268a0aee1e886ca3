import type { ServerResponse } from "node:http";
import type { Millis } from "../../core/units.ts";
import type { StreamMessage } from "./event-backlog.ts";
import type { View } from "./view.ts";

/** Readers at once. Each costs a socket and, when slow, its backlog. */
export const MAX_READERS = 64;

/** A reader this far behind is cut off; it reconnects and resumes, or gets a snapshot. */
const MAX_UNSENT_BYTES = 8_000_000;

/** How long a browser waits before it reconnects. */
const RETRY_MS = 2_000;

/** The open streams of one server, so that closing it ends them. */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #view: View;
  readonly #heartbeatMs: Millis;

  constructor(view: View, heartbeatMs: Millis) {
    this.#view = view;
    this.#heartbeatMs = heartbeatMs;
  }

  get full(): boolean {
    return this.#open.size >= MAX_READERS;
  }

  /** Sends what the reader missed, or a snapshot, then every message until either side ends. */
  start(response: ServerResponse, lastEventId: string | null): void {
    this.#open.add(response);
    response.write(`retry: ${RETRY_MS}\n\n`);
    for (const message of this.#view.opening(lastEventId)) send(response, message);
    const unsubscribe = this.#view.subscribe((message) => send(response, message));
    const heartbeat = setInterval(() => response.write(": still here\n\n"), this.#heartbeatMs);
    response.once("close", () => {
      clearInterval(heartbeat);
      unsubscribe();
      this.#open.delete(response);
    });
  }

  endAll(): void {
    for (const response of this.#open) response.end();
  }
}

function send(response: ServerResponse, { id, kind, json }: StreamMessage): void {
  response.write(`id: ${id}\nevent: ${kind}\ndata: ${json}\n\n`);
  if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
}
