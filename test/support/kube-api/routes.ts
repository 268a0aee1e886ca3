import {
  type Json,
  isJson,
  listAt,
  objectAt,
  stringAt,
  stringsAt,
} from "../../../src/adapters/kubernetes/decode.ts";
import type { HttpRequest } from "../../../src/adapters/kubernetes/transport.ts";
import type { ObjectName, ObjectStore, StoredKind } from "./object-store.ts";
import { applyJsonPatch, applyMergePatch, PatchRefused } from "./patch.ts";
import { evict } from "./eviction.ts";
import { refuse } from "./refusal.ts";

export interface Target {
  readonly kind: StoredKind;
  readonly namespace: string;
  /** "" for a collection. */
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
}

/** @returns the kinds, as `GET /apis/<group>/<version>` lists them; null for an unknown group */
export function discoveryOf(kinds: readonly StoredKind[], path: string): Json | null {
  const apiVersion = path.replace(/^\/apis?\//, "");
  const served = kinds.filter((kind) => kind.apiVersion === apiVersion);
  if (served.length === 0) return null;
  const resources = served.flatMap(({ kind, plural, namespaced, subresources }) => [
    { name: plural, kind, namespaced },
    ...subresources.map((sub) => ({ name: `${plural}/${sub}`, kind, namespaced })),
  ]);
  return { kind: "APIResourceList", groupVersion: apiVersion, resources };
}

/** @returns what a path names, null for none */
export function targetOf(kinds: readonly StoredKind[], path: string): Target | null {
  const url = new URL(path, "http://fake");
  const group = "/apis?/((?:[^/]+/)?v[^/]+)";
  const rest = "(?:/namespaces/([^/]+))?/([^/]+)(?:/([^/]+))?(?:/([^/]+))?";
  const pattern = new RegExp(`^${group}${rest}$`);
  const [, apiVersion, namespace = "", plural, name = "", subresource = ""] =
    pattern.exec(url.pathname) ?? [];
  const kind = kinds.find((k) => k.apiVersion === apiVersion && k.plural === plural);
  if (kind === undefined) return null;
  if (subresource !== "" && !kind.subresources.includes(subresource)) return null;
  return { kind, namespace, name, subresource, query: url.searchParams };
}

/** Does one request. @returns the body of a 200. @throws Refusal */
export function serve(store: ObjectStore, target: Target, request: HttpRequest): Json {
  const body: unknown = request.body === null ? null : JSON.parse(request.body);
  switch (request.method) {
    case "GET":
      return target.name === "" ? listOf(store, target) : read(store, target);
    case "POST":
      return target.subresource === "eviction"
        ? evict(store, target, body)
        : create(store, target, body);
    case "PUT":
      return write(store, target, { wanted: body, method: "PUT" });
    case "PATCH": {
      const wanted = patched(read(store, target), request, body);
      return write(store, target, { wanted, method: "PATCH" });
    }
    case "DELETE":
      return remove(store, target, body);
  }
}

function listOf(store: ObjectStore, { kind, namespace, query }: Target): Json {
  const selected = store
    .list(kind, namespace)
    .filter(selector(query.get("labelSelector") ?? ""))
    .filter(fieldSelector(query.get("fieldSelector") ?? ""));
  const limit = Number(query.get("limit") ?? "0") || selected.length;
  const from = Number(query.get("continue") ?? "0");
  const rest = selected.length - from - limit;
  const metadata = {
    resourceVersion: `${store.version}`,
    ...(rest > 0 && { continue: `${from + limit}`, remainingItemCount: rest }),
  };
  return { kind: `${kind.kind}List`, metadata, items: selected.slice(from, from + limit) };
}

/** Equality only: `a=b,c=d`. */
export function selector(text: string): (object: Json) => boolean {
  const wanted = text.split(",").filter((part) => part !== "");
  return (object) => {
    const labels = stringsAt(object, "metadata", "labels");
    return wanted.every((part) => {
      const [key = "", value = ""] = part.split("=");
      return labels[key] === value;
    });
  };
}

/** `a.b=c,d!=e` of any field; a real server knows a few per kind. */
function fieldSelector(text: string): (object: Json) => boolean {
  const wanted = text.split(",").filter((part) => part !== "");
  return (object) =>
    wanted.every((part) => {
      const [path = "", value = ""] = part.split(/!?=/);
      return (stringAt(object, ...path.split(".")) === value) !== part.includes("!=");
    });
}

function existing(store: ObjectStore, target: ObjectName): Json {
  const found = store.get(target);
  if (found !== null) return found;
  throw refuse(404, "NotFound", `${target.kind.plural} "${target.name}" not found`);
}

function read(store: ObjectStore, target: Target): Json {
  const object = existing(store, target);
  return target.subresource === "scale" ? scaleOf(object) : object;
}

function scaleOf(object: Json): Json {
  const { name, namespace, uid, resourceVersion } = objectAt(object, "metadata");
  const replicas = objectAt(object, "spec")["replicas"] ?? 0;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion },
    // The real encoding leaves a zero out.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: objectAt(object, "status")["replicas"] ?? 0 },
  };
}

function create(store: ObjectStore, target: Target, body: unknown): Json {
  if (!isJson(body)) throw refuse(400, "BadRequest", "the object provided is unrecognized");
  const name = stringAt(body, "metadata", "name");
  const at = { ...target, name };
  if (target.kind.namespaced && target.namespace === "") {
    throw refuse(405, "MethodNotAllowed", "the server does not allow this method on the resource");
  }
  if (store.get(at) !== null) {
    throw refuse(409, "AlreadyExists", `${target.kind.plural} "${name}" already exists`);
  }
  requireMicroTimes(target.kind, body);
  const { status: _status, ...withoutStatus } = body;
  const keepsStatus = !target.kind.subresources.includes("status");
  return store.create(at, keepsStatus ? body : withoutStatus, managerOf(target));
}

const managerOf = (target: Target): string => target.query.get("fieldManager") ?? "unknown";

function patched(object: Json, request: HttpRequest, body: unknown): unknown {
  const contentType = request.headers["content-type"] ?? "";
  try {
    if (contentType === "application/json-patch+json") return applyJsonPatch(object, body);
    if (contentType === "application/merge-patch+json") return applyMergePatch(object, body);
  } catch (error) {
    if (!(error instanceof PatchRefused)) throw error;
    const status = Array.isArray(body) ? 422 : 400;
    throw refuse(status, status === 422 ? "Invalid" : "BadRequest", error.message);
  }
  const text = `the body of the request was in an unknown format: ${contentType}`;
  throw refuse(415, "UnsupportedMediaType", text);
}

function write(
  store: ObjectStore,
  target: Target,
  { wanted, method }: { readonly wanted: unknown; readonly method: "PUT" | "PATCH" },
): Json {
  const before = existing(store, target);
  if (!isJson(wanted)) throw refuse(400, "BadRequest", "the object provided is unrecognized");
  guard(target, before, { wanted, method });
  requireMicroTimes(target.kind, wanted);
  const manager = managerOf(target);
  if (target.subresource === "scale") {
    const { replicas } = objectAt(wanted, "spec");
    const spec = { ...objectAt(before, "spec"), replicas };
    return scaleOf(store.update(target, { ...before, spec }, manager));
  }
  const { status } = wanted;
  if (target.subresource === "status") return store.update(target, { ...before, status }, manager);
  const splits = target.kind.subresources.includes("status");
  return store.update(target, splits ? { ...wanted, status: before["status"] } : wanted, manager);
}

/** Another uid or an old version is refused, as the registry's update does. */
function guard(
  { kind, name }: Target,
  before: Json,
  { wanted, method }: { readonly wanted: Json; readonly method: "PUT" | "PATCH" },
): void {
  const uid = stringAt(wanted, "metadata", "uid");
  const version = stringAt(wanted, "metadata", "resourceVersion");
  if (uid !== "" && uid !== stringAt(before, "metadata", "uid")) {
    if (method === "PUT") throw refuse(409, "Conflict", `Precondition failed: UID: ${uid}`);
    throw refuse(422, "Invalid", `metadata.uid: Invalid value: "${uid}": field is immutable`);
  }
  if (version !== "" && version !== stringAt(before, "metadata", "resourceVersion")) {
    throw refuse(409, "Conflict", `${kind.plural} "${name}": the object has been modified`);
  }
}

function remove(store: ObjectStore, target: Target, body: unknown): Json {
  const object = existing(store, target);
  const uid = stringAt(body, "preconditions", "uid");
  if (uid !== "" && uid !== stringAt(object, "metadata", "uid")) {
    throw refuse(409, "Conflict", `Precondition failed: UID in precondition: ${uid}`);
  }
  if (listAt(object, "metadata", "finalizers").length > 0) {
    const metadata = { ...objectAt(object, "metadata"), deletionTimestamp: "2026-12-01T18:00:00Z" };
    return store.update(target, { ...object, metadata }, managerOf(target));
  }
  store.remove(target);
  return { kind: "Status", status: "Success" };
}

const MICRO_TIMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Lease: [
    ["spec", "renewTime"],
    ["spec", "acquireTime"],
  ],
  Event: [["eventTime"], ["series", "lastObservedTime"]],
};

function requireMicroTimes({ kind }: StoredKind, body: Json): void {
  for (const path of MICRO_TIMES[kind] ?? []) {
    const text = stringAt(body, ...path);
    if (text === "" || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) continue;
    const message = `parsing time "${text}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse`;
    throw refuse(400, "BadRequest", message);
  }
}
