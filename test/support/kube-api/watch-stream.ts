import { stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import { connectionReset } from "./faults.ts";
import type { ObjectStore, StoreEvent } from "./object-store.ts";
import { selector, type Target } from "./routes.ts";

/** One open watch: a queue of lines, ended by the client, the server or a broken connection. */
export class WatchStream {
  readonly #target: Target;
  readonly #queue: string[] = [];
  #wake: () => void = () => undefined;
  #end: "open" | "closed" | "reset" = "open";

  constructor(target: Target) {
    this.#target = target;
  }

  /** @returns the lines from `version` on; a version no longer kept is an ERROR event, 410 */
  async *chunks(store: ObjectStore, signal: AbortSignal): AsyncGenerator<string> {
    const missed = store.since(Number(this.#target.query.get("resourceVersion")));
    if (missed === null) this.gone();
    for (const event of missed ?? []) this.offer(event);
    const unlisten = store.listen((event) => this.offer(event));
    signal.addEventListener("abort", () => this.#finish("reset"));
    try {
      yield* this.#lines(signal);
    } finally {
      unlisten();
    }
  }

  async *#lines(signal: AbortSignal): AsyncGenerator<string> {
    for (;;) {
      for (const line of this.#queue.splice(0)) yield line;
      if (signal.aborted) throw new DOMException("This operation was aborted", "AbortError");
      if (this.#end === "reset") throw connectionReset();
      if (this.#queue.length > 0) continue;
      if (this.#end === "closed") return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  offer({ kind, type, object }: StoreEvent): void {
    const { kind: wanted, namespace, query } = this.#target;
    if (kind !== wanted) return;
    if (namespace !== "" && stringAt(object, "metadata", "namespace") !== namespace) return;
    if (selector(query.get("labelSelector") ?? "")(object)) this.send({ type, object });
  }

  send(event: object): void {
    this.raw(`${JSON.stringify(event)}\n`);
  }

  raw(text: string): void {
    this.#queue.push(text);
    this.#wake();
  }

  bookmark(version: number): void {
    const { kind } = this.#target.kind;
    this.send({ type: "BOOKMARK", object: { kind, metadata: { resourceVersion: `${version}` } } });
  }

  gone(): void {
    const message = "too old resource version";
    this.send({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message } });
    this.close();
  }

  close(): void {
    this.#finish("closed");
  }

  reset(): void {
    this.#finish("reset");
  }

  #finish(how: "closed" | "reset"): void {
    if (this.#end === "open") this.#end = how;
    this.#wake();
  }
}
