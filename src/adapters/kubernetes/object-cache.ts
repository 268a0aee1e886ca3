import { type Json, stringAt } from "./decode.ts";

interface Entry<T> {
  readonly version: string;
  readonly value: T;
}

/** A list that comes in pages: what is kept of one is taken out of it before the next is read. */
export interface Relisting {
  add(page: readonly Json[]): void;
  /** Puts the list, taken at `version`, in place of everything; what is newer than that is kept. */
  done(version: string): void;
}

/** Objects of one collection by `namespace/name`, older news about one ignored. */
export interface ObjectCache<T> {
  /** Nothing is replaced before the list is whole. */
  relist(): Relisting;
  /** News from a watch. */
  put(object: Json): void;
  remove(object: Json): void;
  /** Answer to our own write; `seen` is the newest version that list or watch delivered. */
  written(object: Json, seen: string): void;
  /** In order of `namespace/name`. */
  values(): readonly T[];
}

/** @param decode the value to keep of an object, null to keep none */
export function objectCache<T>(decode: (object: Json) => T | null): ObjectCache<T> {
  let entries = new Map<string, Entry<T>>();
  let sorted: readonly T[] | null = null;
  const keep = (into: Map<string, Entry<T>>, object: Json) => {
    const value = decode(object);
    const key = keyOf(object);
    if (value === null) into.delete(key);
    else into.set(key, { version: versionOf(object), value });
  };
  const known = (object: Json) => entries.get(keyOf(object))?.version ?? "";
  const put = (object: Json) => {
    if (isNewer(known(object), versionOf(object))) return;
    keep(entries, object);
    sorted = null;
  };
  return {
    put,
    relist: () => {
      const next = new Map<string, Entry<T>>();
      return {
        add: (page) => {
          for (const object of page) keep(next, object);
        },
        done: (version) => {
          for (const [key, one] of entries) if (isNewer(one.version, version)) next.set(key, one);
          entries = next;
          sorted = null;
        },
      };
    },
    remove: (object) => {
      entries.delete(keyOf(object));
      sorted = null;
    },
    written: (object, seen) => {
      if (isNewer(versionOf(object), seen)) put(object);
    },
    values: () => (sorted ??= inOrder(entries)),
  };
}

function inOrder<T>(entries: ReadonlyMap<string, Entry<T>>): readonly T[] {
  const pairs = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([, entry]) => entry.value);
}

const keyOf = (object: Json): string =>
  `${stringAt(object, "metadata", "namespace")}/${stringAt(object, "metadata", "name")}`;

const versionOf = (object: Json): string => stringAt(object, "metadata", "resourceVersion");

/**
 * Whether version `a` is newer than `b`. Resource versions of one kind are decimal numbers that
 * grow and may pass 2^53 (KEP-5504, comparable resource versions), so digits are compared.
 */
export const isNewer = (a: string, b: string): boolean =>
  a.length === b.length ? a > b : a.length > b.length;
