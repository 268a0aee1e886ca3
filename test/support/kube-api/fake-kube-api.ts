import { type Json, metaOf, objectAt, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import type {
  HttpRequest,
  HttpResponse,
  Transport,
} from "../../../src/adapters/kubernetes/transport.ts";
import { connectionReset, type Fault, type FaultOrder, Faults, untilAborted } from "./faults.ts";
import { SERVED_KINDS } from "./kinds.ts";
import { type ObjectName, ObjectStore } from "./object-store.ts";
import { applyMergePatch } from "./patch.ts";
import { Refusal, refuse } from "./refusal.ts";
import { discoveryOf, serve, targetOf } from "./routes.ts";
import { WatchStream } from "./watch-stream.ts";

/** RFC 3339; the fake's clock, for creation and managedFields. */
type Now = () => string;

export class FakeKubeApi {
  /** Every request as `METHOD path`, watches included. */
  readonly calls: string[] = [];
  readonly #faults = new Faults();
  readonly #store: ObjectStore;
  readonly #watches = new Set<WatchStream>();

  constructor(now: Now = () => "2026-12-01T18:00:00Z") {
    this.#store = new ObjectStore(now);
  }

  readonly transport: Transport = async (request) => {
    this.calls.push(`${request.method} ${request.path}`);
    const fault = this.#faults.take(request);
    if (fault?.kind === "reset") throw connectionReset();
    if (fault?.kind === "hang") return untilAborted(request.signal);
    if (fault?.kind === "first") fault.run();
    if (fault?.kind === "answer") return faultyAnswer(fault);
    const done = this.#answer(request);
    return fault?.kind === "done-but" ? textAnswer(fault.status, "cut off") : done;
  };

  fail(order: FaultOrder): void {
    this.#faults.order(order);
  }

  /** Creates the object, or replaces it whole, status included, as a person with rights would. */
  put(object: Json, manager = "kubectl"): Json {
    const at = this.#locate(object);
    const stored = this.#store.get(at) === null ? this.#store.create(at, object, manager) : null;
    return stored ?? this.#store.update(at, { ...this.#must(at), ...object }, manager);
  }

  /** Merges into an object, status included, as `manager`. */
  edit(object: Json, patch: Json, manager = "kubectl"): Json {
    const at = this.#locate(object);
    const merged = applyMergePatch(this.#must(at), patch);
    return this.#store.update(at, objectAt({ merged }, "merged"), manager);
  }

  delete(object: Json): void {
    this.#store.remove(this.#locate(object));
  }

  get(object: Json): Json | null {
    return this.#store.get(this.#locate(object));
  }

  list(kind: string): readonly Json[] {
    const served = SERVED_KINDS.find((entry) => entry.kind === kind);
    return served === undefined ? [] : this.#store.list(served, "");
  }

  callsTo(method: HttpRequest["method"], path: RegExp): readonly string[] {
    return this.calls.filter((call) => call.startsWith(`${method} `) && path.test(call));
  }

  /** From now on a watch from an earlier version is answered with 410. */
  compact(): void {
    this.#store.compact();
  }

  watches(): readonly WatchStream[] {
    return [...this.#watches];
  }

  bookmarks(): void {
    for (const watch of this.#watches) watch.bookmark(this.#store.version);
  }

  #locate(object: Json): ObjectName {
    const kind = SERVED_KINDS.find(
      (entry) => entry.kind === object["kind"] && entry.apiVersion === object["apiVersion"],
    );
    if (kind === undefined) throw new Error(`the fake serves no ${stringAt(object, "kind")}`);
    const [namespace, name] = [
      stringAt(object, "metadata", "namespace"),
      stringAt(object, "metadata", "name"),
    ];
    return { kind, namespace, name };
  }

  #must(at: ObjectName): Json {
    const object = this.#store.get(at);
    if (object === null) throw new Error(`no ${at.kind.kind} ${at.name}`);
    metaOf(object);
    return object;
  }

  #answer(request: HttpRequest): HttpResponse {
    try {
      return this.#routed(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return textAnswer(error.status, JSON.stringify(error.body));
    }
  }

  #routed(request: HttpRequest): HttpResponse {
    const discovered = discoveryOf(SERVED_KINDS, request.path);
    if (discovered !== null) return textAnswer(200, JSON.stringify(discovered));
    const target = targetOf(SERVED_KINDS, request.path);
    if (target === null) throw refuse(404, "NotFound", "the server could not find the resource");
    if (target.query.get("watch") !== "1") {
      return textAnswer(200, JSON.stringify(serve(this.#store, target, request)));
    }
    const watch = new WatchStream(target);
    this.#watches.add(watch);
    const open = this.#watches;
    const lines = watch.chunks(this.#store, request.signal);
    return { ...textAnswer(200, ""), chunks: () => closing(lines, () => open.delete(watch)) };
  }
}

async function* closing(lines: AsyncIterable<string>, then: () => void): AsyncGenerator<string> {
  try {
    yield* lines;
  } finally {
    then();
  }
}

function faultyAnswer(fault: Extract<Fault, { kind: "answer" }>): HttpResponse {
  const answer = textAnswer(fault.status, fault.body ?? "");
  return { ...answer, headers: { ...answer.headers, ...fault.headers } };
}

function textAnswer(status: number, body: string): HttpResponse {
  return {
    status,
    headers: { "content-type": body.startsWith("{") ? "application/json" : "text/plain" },
    text: async () => body,
    chunks: async function* () {
      yield body;
    },
  };
}
