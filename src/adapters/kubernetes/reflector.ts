import { PortError } from "../../ports/errors.ts";
import type { KubeClient, Selection } from "./client.ts";
import { isJson, type Json, objectAt, stringAt } from "./decode.ts";
import { describe, isGone, streamFailureOf } from "./failures.ts";
import { isNewer, type ObjectCache, objectCache } from "./object-cache.ts";
import { backoffMs, deadline, sleep, type Timers } from "./timers.ts";
import type { Warn } from "./warn.ts";

/** Objects per page: 200 nodes are about 3 MB of JSON, gone before the next are read. */
const PAGE_SIZE = 200;
/** client-go's reflectors draw from 5 to 10 minutes, so that replicas do not reconnect together. */
const WATCH_TIMEOUT_MS = { min: 300_000, spread: 300_000 };
/** Bookmarks come about once a minute; a watch silent for longer may hang on a dead connection. */
const SILENCE_MS = 90_000;
/** Two silent watches in a row: from then on the cache may no longer be taken for the world. */
const STALE_MS = 3 * SILENCE_MS;
const BACKOFF = { baseMs: 500, capMs: 30_000 };
/** A watch that ended sooner without news made no progress: reconnecting at once would spin. */
const SHORT_WATCH_MS = 1_000;
/** After so many failures in a row the version to resume from may itself be the problem. */
const FAILURES_BEFORE_RELIST = 5;

export interface ReflectorOptions<T> {
  readonly client: KubeClient;
  readonly timers: Timers;
  readonly warn: Warn;
  readonly selection: Selection;
  /** What to keep of an object; null to keep nothing of it. */
  readonly decode: (object: Json) => T | null;
}

/** What starts with the process and ends with it. */
export interface Lifecycle {
  start(): void;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
  /** Whether the first list has succeeded. */
  synced(): boolean;
}

export interface Reflector<T> extends Lifecycle {
  /**
   * What is kept of every object, in order of `namespace/name`.
   * @throws PortError `unreachable` when nothing was listed yet or the last news is too old
   */
  snapshot(): readonly T[];
  /** Takes in the answer to our own write, so that the next snapshot already shows it. */
  written(object: Json): void;
}

/** @returns the life of all of these together: what an adapter shows of its reflectors */
export function lifecycleOf(...parts: readonly Lifecycle[]): Lifecycle {
  return {
    start: () => {
      for (const part of parts) part.start();
    },
    stop: async () => {
      await Promise.all(parts.map((part) => part.stop()));
    },
    synced: () => parts.every((part) => part.synced()),
  };
}

interface State<T> {
  readonly options: ReflectorOptions<T>;
  readonly cache: ObjectCache<T>;
  readonly stopping: AbortController;
  /** The newest version list or watch delivered; "" while nothing was listed. */
  seen: string;
  listed: boolean;
  relist: boolean;
  /** When the server last showed that we would hear of changes. */
  aliveAtMs: number;
  failures: number;
}

/**
 * Keeps a collection in memory by list and watch. It resumes where a broken watch ended, lists anew
 * when that history is gone, and goes on until it is stopped, whatever the server answers.
 */
export function reflector<T>(options: ReflectorOptions<T>): Reflector<T> {
  const state: State<T> = {
    options,
    cache: objectCache(tolerant(options)),
    stopping: new AbortController(),
    seen: "",
    listed: false,
    relist: true,
    aliveAtMs: 0,
    failures: 0,
  };
  let running: Promise<void> | null = null;
  return {
    start: () => {
      running ??= run(state);
    },
    stop: async () => {
      state.stopping.abort();
      await running;
    },
    synced: () => state.listed,
    snapshot: () => snapshot(state),
    written: (object) => state.cache.written(object, state.seen),
  };
}

/** One object that cannot be decoded must not hide the others. */
function tolerant<T>({ decode, warn, selection }: ReflectorOptions<T>) {
  return (object: Json): T | null => {
    try {
      return decode(object);
    } catch (error) {
      const name = stringAt(object, "metadata", "name");
      warn("object left out", { kind: selection.resource.kind, name, error: describe(error) });
      return null;
    }
  };
}

function snapshot<T>(state: State<T>): readonly T[] {
  const { selection, timers } = state.options;
  const { plural } = selection.resource;
  if (!state.listed) throw new PortError("unreachable", `${plural} were not listed yet`);
  const silentMs = timers.monotonicMs() - state.aliveAtMs;
  if (silentMs > STALE_MS) {
    const text = `${plural}: no news from the API server for ${Math.round(silentMs / 1000)} s`;
    throw new PortError("unreachable", text);
  }
  return state.cache.values();
}

async function run<T>(state: State<T>): Promise<void> {
  const { signal } = state.stopping;
  while (!signal.aborted) {
    try {
      await (state.relist ? list(state) : watch(state));
    } catch (error) {
      if (!signal.aborted) await recover(state, error);
    }
  }
}

async function recover<T>(state: State<T>, error: unknown): Promise<void> {
  const { timers, warn, selection } = state.options;
  state.failures += 1;
  if (isGone(error) || state.failures % FAILURES_BEFORE_RELIST === 0) state.relist = true;
  warn("list and watch failed", {
    kind: selection.resource.kind,
    failures: state.failures,
    relist: state.relist,
    error: describe(error),
  });
  await sleep(timers, backoffMs(timers, state.failures, BACKOFF), state.stopping.signal);
}

/** Page by page: of thousands of nodes, raw, only so many are ever held at once. */
async function list<T>(state: State<T>): Promise<void> {
  const { client, selection } = state.options;
  const listing = state.cache.relist();
  let next = "";
  let resourceVersion = "";
  do {
    const page = await client.listPage(selection, { limit: PAGE_SIZE, next });
    listing.add(page.items);
    ({ next, resourceVersion } = page);
  } while (next !== "" && !state.stopping.signal.aborted);
  if (state.stopping.signal.aborted) return;
  listing.done(resourceVersion);
  state.seen = resourceVersion;
  state.listed = true;
  state.relist = false;
  alive(state);
}

/** One watch, from where the last news ended until the server or silence ends it. */
async function watch<T>(state: State<T>): Promise<void> {
  const { client, timers, selection } = state.options;
  const startedAtMs = timers.monotonicMs();
  const timeoutMs = WATCH_TIMEOUT_MS.min + timers.random() * WATCH_TIMEOUT_MS.spread;
  const silence = deadline(timers, SILENCE_MS, state.stopping.signal);
  const from = { resourceVersion: state.seen, timeoutMs, signal: silence.signal };
  let news = 0;
  try {
    const lines = await client.watch(selection, from);
    alive(state);
    for await (const line of lines) {
      apply(state, line);
      alive(state);
      state.failures = 0;
      news += 1;
      silence.restart();
    }
  } catch (error) {
    if (!silence.expired()) throw error;
  } finally {
    silence.clear();
  }
  if (state.stopping.signal.aborted) return;
  const shortLived = timers.monotonicMs() - startedAtMs < SHORT_WATCH_MS;
  if (news === 0 && shortLived) throw new PortError("bad-answer", "the watch ended at once");
}

function alive<T>(state: State<T>): void {
  state.aliveAtMs = state.options.timers.monotonicMs();
}

/** @throws PortError for an event that ends the watch: an error, or a line that is no event */
function apply<T>(state: State<T>, line: string): void {
  const { type, object } = eventOf(line);
  const version = stringAt(object, "metadata", "resourceVersion");
  if (type === "ERROR") {
    throw streamFailureOf(`watching ${state.options.selection.resource.plural}`, object);
  }
  if (type === "DELETED") state.cache.remove(object);
  else if (type === "ADDED" || type === "MODIFIED") state.cache.put(object);
  if (isNewer(version, state.seen)) state.seen = version;
}

function eventOf(line: string): { readonly type: string; readonly object: Json } {
  try {
    const event: unknown = JSON.parse(line);
    if (isJson(event) && isJson(event["object"])) {
      return { type: stringAt(event, "type"), object: objectAt(event, "object") };
    }
  } catch {
    // Falls through: a cut line and a line that is no event are refused alike.
  }
  throw new PortError("bad-answer", `expected a watch event, found ${line.slice(0, 80)}`);
}
