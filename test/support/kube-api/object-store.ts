import { isDeepStrictEqual } from "node:util";
import { type Json, objectAt, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import { ownersAfter } from "./field-owners.ts";

export interface StoredKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
}

export interface StoreEvent {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: StoredKind;
  readonly object: Json;
}

export interface ObjectName {
  readonly kind: StoredKind;
  readonly namespace: string;
  readonly name: string;
}

const keyOf = ({ kind, namespace, name }: ObjectName) =>
  `${kind.apiVersion}/${kind.plural}/${namespace}/${name}`;

/** Objects under one growing version, with the history that watches resume from. */
export class ObjectStore {
  version = 1000;
  readonly #objects = new Map<string, Json>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #now: () => string;
  #history: StoreEvent[] = [];
  #compactedTo = 0;
  #uids = 0;

  /** @param now RFC 3339 */
  constructor(now: () => string) {
    this.#now = now;
  }

  get(at: ObjectName): Json | null {
    return this.#objects.get(keyOf(at)) ?? null;
  }

  list(kind: StoredKind, namespace: string): readonly Json[] {
    const prefix = `${kind.apiVersion}/${kind.plural}/${namespace === "" ? "" : `${namespace}/`}`;
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => this.#objects.get(key) ?? {});
  }

  create(at: ObjectName, body: Json, manager: string): Json {
    this.#uids += 1;
    const metadata = {
      ...objectAt(body, "metadata"),
      name: at.name,
      ...(at.namespace !== "" && { namespace: at.namespace }),
      uid: `uid-${this.#uids}`,
      generation: 1,
      creationTimestamp: this.#now(),
    };
    const { apiVersion, kind } = at.kind;
    return this.#commit(at, "ADDED", {
      before: {},
      after: { ...body, apiVersion, kind, metadata },
      manager,
    });
  }

  /** Keeps what a writer may not change; a write that changes nothing makes no new version. */
  update(at: ObjectName, after: Json, manager: string): Json {
    const before = this.get(at) ?? {};
    const specChanged = !isDeepStrictEqual(objectAt(before, "spec"), objectAt(after, "spec"));
    const { uid, creationTimestamp, generation, managedFields, resourceVersion } = objectAt(
      before,
      "metadata",
    );
    const metadata = {
      ...objectAt(after, "metadata"),
      uid,
      creationTimestamp,
      managedFields,
      resourceVersion,
      generation: Number(generation) + (specChanged ? 1 : 0),
    };
    const next = { ...after, metadata };
    if (isDeepStrictEqual(clean(before), clean(next))) return before;
    return this.#commit(at, "MODIFIED", { before, after: next, manager });
  }

  remove(at: ObjectName): Json | null {
    const object = this.get(at);
    if (object === null) return null;
    this.#objects.delete(keyOf(at));
    return this.#publish(at.kind, "DELETED", object);
  }

  /** Forgets the history: a watch from before now is answered with 410. */
  compact(): void {
    this.#history = [];
    this.#compactedTo = this.version;
  }

  /** @returns the events after `version`, null when they are no longer kept */
  since(version: number): readonly StoreEvent[] | null {
    if (version < this.#compactedTo) return null;
    return this.#history.filter((event) => event.version > version);
  }

  listen(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #commit(
    at: ObjectName,
    type: "ADDED" | "MODIFIED",
    { before, after, manager }: { before: Json; after: Json; manager: string },
  ): Json {
    const managedFields = ownersAfter(before, after, { manager, time: this.#now() });
    const metadata = { ...objectAt(after, "metadata"), managedFields };
    const stored = this.#publish(at.kind, type, { ...after, metadata });
    this.#objects.set(keyOf(at), stored);
    return stored;
  }

  #publish(kind: StoredKind, type: StoreEvent["type"], object: Json): Json {
    this.version += 1;
    const metadata = { ...objectAt(object, "metadata"), resourceVersion: `${this.version}` };
    const event = { version: this.version, type, kind, object: { ...object, metadata } };
    this.#history.push(event);
    for (const listener of this.#listeners) listener(event);
    return event.object;
  }
}

function clean(object: Json): Json {
  const {
    resourceVersion: _version,
    managedFields: _fields,
    ...metadata
  } = objectAt(object, "metadata");
  return { ...object, metadata: structuredClone(metadata) };
}

export const uidOf = (object: Json): string => stringAt(object, "metadata", "uid");
