import { PortError } from "../../ports/errors.ts";
import { type Json, isJson, listAt, stringAt } from "./decode.ts";
import { failureIn, failureOf, noAnswer } from "./failures.ts";
import {
  type Collection,
  collectionPath,
  type ObjectAt,
  objectName,
  objectPath,
} from "./resources.ts";
import { backoffMs, deadline, sleep, type Timers } from "./timers.ts";
import { linesOf } from "./lines.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

/** The name under which `managedFields` records what Breakwater wrote. */
export const FIELD_MANAGER = "breakwater";

/** One call waits this long for its answer, body included; a healthy API server takes ms. */
const CALL_DEADLINE_MS = 10_000;
/** First try and three more: with the back-off below, about three seconds of outage. */
const ATTEMPTS = 4;
const BACKOFF = { baseMs: 200, capMs: 5_000 };
/** A server that asks for a longer pause than this is answered with an error instead. */
const RETRY_AFTER_CAP_MS = 30_000;

export interface CallOptions {
  readonly subresource?: string;
  /** 1: no retry, for calls that have a rhythm of their own. */
  readonly attempts?: number;
  readonly deadlineMs?: number;
  /** Failures that repeating does not cure although their code says so. */
  readonly hopeless?: (error: PortError) => boolean;
}

export interface JsonPatchOperation {
  readonly op: "test" | "add" | "replace" | "remove";
  /** JSON Pointer. */
  readonly path: string;
  readonly value?: unknown;
}

export interface Selection extends Collection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ListPage {
  readonly items: readonly Json[];
  readonly resourceVersion: string;
  /** "" after the last page. */
  readonly next: string;
}

export interface WatchFrom {
  readonly resourceVersion: string;
  /** The server ends the watch after this long. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * The Kubernetes API as raw JSON. Every call has a deadline and repeats what is safe to repeat
 * (timeouts, lost connections, 429 as long as the server asks, 5xx); writes here are guarded or
 * idempotent, so that repeating one that took effect is safe. @throws PortError, and only that.
 */
export interface KubeClient {
  get(at: ObjectAt, options?: CallOptions): Promise<Json>;
  listPage(selection: Selection, page: { limit: number; next: string }): Promise<ListPage>;
  create(collection: Collection, body: Json, options?: CallOptions): Promise<Json>;
  /** Posts to a subresource of an object: `eviction`. */
  post(at: ObjectAt, subresource: string, body: Json, options?: CallOptions): Promise<Json>;
  /** Guarded by the body's `resourceVersion`. */
  replace(at: ObjectAt, body: Json, options?: CallOptions): Promise<Json>;
  jsonPatch(
    at: ObjectAt,
    operations: readonly JsonPatchOperation[],
    options?: CallOptions,
  ): Promise<Json>;
  /** A `metadata.uid` or `metadata.resourceVersion` in the body guards it. */
  mergePatch(at: ObjectAt, body: Json, options?: CallOptions): Promise<Json>;
  delete(at: ObjectAt, uid: string): Promise<void>;
  /** One line of JSON each: watch events as the server writes them. */
  watch(selection: Selection, from: WatchFrom): Promise<AsyncIterable<string>>;
  /** A path that names no object: discovery. */
  getPath(path: string): Promise<Json>;
}

export interface KubeClientOptions {
  readonly transport: Transport;
  readonly timers: Timers;
  readonly callDeadlineMs?: number;
}

interface Call extends CallOptions {
  /** "patching NodePool gb200-a": begins every error message. */
  readonly doing: string;
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

const WRITE_QUERY = { fieldManager: FIELD_MANAGER };

export function kubeClient(options: KubeClientOptions): KubeClient {
  const send = (call: Call): Promise<Json> => repeat(options, call);
  const onObject = (verb: string, at: ObjectAt, options: CallOptions = {}) => ({
    ...options,
    doing: `${verb} ${objectName(at)}${options.subresource ? ` (${options.subresource})` : ""}`,
    path: objectPath(at, options.subresource),
  });
  const patch = (contentType: string) => (at: ObjectAt, body: unknown, options?: CallOptions) =>
    send({
      ...onObject("patching", at, options),
      method: "PATCH",
      query: WRITE_QUERY,
      contentType,
      body,
    });
  return {
    get: (at, options) => send({ ...onObject("reading", at, options), method: "GET" }),
    listPage: (selection, page) => listPage(send, selection, page),
    create: (collection, body, options) => send(creation(collection, body, options)),
    post: (at, subresource, body, options) =>
      send({ ...onObject("posting to", at, { ...options, subresource }), method: "POST", body }),
    replace: (at, body, options) =>
      send({ ...onObject("replacing", at, options), method: "PUT", query: WRITE_QUERY, body }),
    jsonPatch: patch("application/json-patch+json"),
    mergePatch: patch("application/merge-patch+json"),
    delete: async (at, uid) => {
      const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } };
      await send({ ...onObject("deleting", at), method: "DELETE", body });
    },
    watch: (selection, from) => openWatch(options, selection, from),
    getPath: (path) => send({ doing: `reading ${path}`, method: "GET", path }),
  };
}

function creation(collection: Collection, body: Json, options: CallOptions = {}): Call {
  const name = stringAt(body, "metadata", "name");
  const path = collectionPath(collection);
  const doing = `creating ${objectName({ ...collection, name })}`;
  return { ...options, doing, method: "POST", path, query: WRITE_QUERY, body };
}

async function listPage(
  send: (call: Call) => Promise<Json>,
  selection: Selection,
  { limit, next }: { limit: number; next: string },
): Promise<ListPage> {
  const query = { ...selectors(selection), limit: `${limit}`, ...(next && { continue: next }) };
  const doing = `listing ${selection.resource.plural}`;
  const answer = await send({ doing, method: "GET", path: collectionPath(selection), query });
  if (!Array.isArray(answer["items"])) {
    throw new PortError("bad-answer", `${doing}: expected a list with items, found none`);
  }
  return {
    items: listAt(answer, "items").filter(isJson),
    resourceVersion: stringAt(answer, "metadata", "resourceVersion"),
    next: stringAt(answer, "metadata", "continue"),
  };
}

function selectors({ labelSelector, fieldSelector }: Selection): Readonly<Record<string, string>> {
  return { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
}

/** Repeats the call while that is allowed and the failure says it helps. */
async function repeat(options: KubeClientOptions, call: Call): Promise<Json> {
  const attempts = call.attempts ?? ATTEMPTS;
  for (let failures = 1; ; failures += 1) {
    try {
      return await exchange(options, call);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      const pauseMs =
        failures < attempts ? retryPauseMs(options.timers, call, error, failures) : null;
      if (pauseMs === null) throw error;
      await sleep(options.timers, pauseMs);
    }
  }
}

/** @returns how long to wait before the next attempt, null when there must be none */
function retryPauseMs(
  timers: Timers,
  call: Call,
  error: PortError,
  failures: number,
): number | null {
  // A conflict is somebody else's write: only the caller can judge it.
  if (!error.retryable || error.code === "conflict") return null;
  if (call.hopeless?.(error) === true) return null;
  const asked = failureIn(error)?.retryAfterMs ?? 0;
  if (asked > RETRY_AFTER_CAP_MS) return null;
  return asked + backoffMs(timers, failures, BACKOFF);
}

async function exchange(options: KubeClientOptions, call: Call): Promise<Json> {
  const limitMs = call.deadlineMs ?? options.callDeadlineMs ?? CALL_DEADLINE_MS;
  const limit = deadline(options.timers, limitMs);
  try {
    const response = await options.transport(requestOf(call, limit.signal));
    const body = await response.text();
    return answerOf(call.doing, response, body);
  } catch (cause) {
    throw noAnswer(call.doing, cause, limit.expired() ? limitMs : null);
  } finally {
    limit.clear();
  }
}

function requestOf(call: Call, signal: AbortSignal): HttpRequest {
  const query = new URLSearchParams(call.query).toString();
  const contentType = call.contentType ?? "application/json";
  return {
    method: call.method,
    path: query === "" ? call.path : `${call.path}?${query}`,
    headers: {
      accept: "application/json",
      ...(call.body !== undefined && { "content-type": contentType }),
    },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal,
  };
}

function answerOf(doing: string, response: HttpResponse, body: string): Json {
  if (response.status < 200 || response.status > 299) throw failureOf(doing, response, body);
  try {
    const parsed: unknown = JSON.parse(body);
    if (isJson(parsed)) return parsed;
  } catch {
    // Falls through: what is not JSON and what is not an object are refused alike.
  }
  const found = `${response.headers["content-type"] ?? "no content type"}: ${body.slice(0, 80)}`;
  throw new PortError("bad-answer", `${doing}: expected a JSON object, found ${found}`);
}

/** The deadline covers the answer's head; the reader of the lines watches over the rest. */
async function openWatch(
  options: KubeClientOptions,
  selection: Selection,
  from: WatchFrom,
): Promise<AsyncIterable<string>> {
  const doing = `watching ${selection.resource.plural}`;
  const query = {
    ...selectors(selection),
    watch: "1",
    allowWatchBookmarks: "true",
    resourceVersion: from.resourceVersion,
    timeoutSeconds: `${Math.round(from.timeoutMs / 1000)}`,
  };
  const limitMs = options.callDeadlineMs ?? CALL_DEADLINE_MS;
  const limit = deadline(options.timers, limitMs, from.signal);
  try {
    const call: Call = { doing, method: "GET", path: collectionPath(selection), query };
    const response = await options.transport(requestOf(call, limit.signal));
    if (response.status !== 200) throw failureOf(doing, response, await response.text());
    limit.disarm();
    return linesOf(response.chunks());
  } catch (cause) {
    limit.clear();
    throw noAnswer(doing, cause, limit.expired() ? limitMs : null);
  }
}
