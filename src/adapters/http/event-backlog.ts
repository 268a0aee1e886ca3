import type { ApiEvent } from "../../api/events.ts";

/** One message of the stream, serialised once for every reader. */
export interface StreamMessage {
  readonly id: string;
  readonly kind: ApiEvent["kind"];
  readonly json: string;
}

/** Enough for a laptop that slept through a minute of 200 groups, and no more memory than 4 MB. */
const MAX_MESSAGES = 1_000;
const MAX_CHARACTERS = 4_000_000;

/** The newest messages, so that a reader who lost the connection resumes where it was. */
export class EventBacklog {
  readonly #run: string;
  #messages: StreamMessage[] = [];
  #characters = 0;
  #sequence = 0;

  /** @param run tells one process from the next: an id of another run resumes nothing. */
  constructor(run: string) {
    this.#run = run;
  }

  append(event: ApiEvent): StreamMessage {
    this.#sequence += 1;
    const message = { id: this.lastId(), kind: event.kind, json: JSON.stringify(event) };
    this.#messages.push(message);
    this.#characters += message.json.length;
    while (this.#messages.length > MAX_MESSAGES || this.#characters > MAX_CHARACTERS) this.#drop();
    return message;
  }

  #drop(): void {
    this.#characters -= this.#messages.shift()?.json.length ?? 0;
  }

  /** Id of the newest message, also before the first. */
  lastId(): string {
    return this.#idOf(this.#sequence);
  }

  /** @returns the messages after `id`, or null when they are no longer known. */
  since(id: string): readonly StreamMessage[] | null {
    const first = this.#sequence - this.#messages.length;
    for (let sequence = first; sequence <= this.#sequence; sequence += 1) {
      if (this.#idOf(sequence) === id) return this.#messages.slice(sequence - first);
    }
    return null;
  }

  #idOf(sequence: number): string {
    return `${this.#run}-${sequence}`;
  }
}
