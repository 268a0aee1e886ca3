/** Reading JSON of which nothing is promised: absent and mistyped both read as the empty value. */
import { PortError } from "../../ports/errors.ts";

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns what stands at the path, undefined where the path ends early */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current: unknown = value;
  for (const key of path) {
    if (!isJson(current)) return undefined;
    current = current[key];
  }
  return current;
}

export function objectAt(value: unknown, ...path: readonly string[]): Json {
  const found = valueAt(value, ...path);
  return isJson(found) ? found : {};
}

export function stringAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : "";
}

export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : null;
}

export function booleanAt(value: unknown, ...path: readonly string[]): boolean {
  return valueAt(value, ...path) === true;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** @returns the entries whose values are strings: labels, annotations, matchLabels */
export function stringsAt(
  value: unknown,
  ...path: readonly string[]
): Readonly<Record<string, string>> {
  const found = objectAt(value, ...path);
  return isStrings(found) ? found : Object.fromEntries(Object.entries(found).filter(isText));
}

const isText = (entry: [string, unknown]): entry is [string, string] =>
  typeof entry[1] === "string";

/** Nearly always: then nothing is copied. */
function isStrings(object: Json): object is Readonly<Record<string, string>> {
  for (const key in object) if (typeof object[key] !== "string") return false;
  return true;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly terminating: boolean;
}

/** @throws PortError `bad-answer` for what cannot be an object of the API */
export function metaOf(raw: unknown): ObjectMeta {
  const name = stringAt(raw, "metadata", "name");
  const uid = stringAt(raw, "metadata", "uid");
  if (name === "" || uid === "") {
    const found = JSON.stringify(raw)?.slice(0, 120) ?? "nothing";
    throw new PortError("bad-answer", `expected an object with a name and uid, found ${found}`);
  }
  return {
    name,
    uid,
    namespace: stringAt(raw, "metadata", "namespace"),
    resourceVersion: stringAt(raw, "metadata", "resourceVersion"),
    generation: numberAt(raw, "metadata", "generation") ?? 0,
    labels: stringsAt(raw, "metadata", "labels"),
    annotations: stringsAt(raw, "metadata", "annotations"),
    createdAtMs: timeAt(raw, "metadata", "creationTimestamp") ?? 0,
    terminating: stringAt(raw, "metadata", "deletionTimestamp") !== "",
  };
}

/** @returns the RFC 3339 time at the path in epoch milliseconds, null when there is none */
export function timeAt(value: unknown, ...path: readonly string[]): number | null {
  const ms = Date.parse(stringAt(value, ...path));
  return Number.isNaN(ms) ? null : ms;
}

export interface ObjectCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** @returns `status.conditions`, malformed ones left out */
export function conditionsOf(raw: unknown): readonly ObjectCondition[] {
  return listAt(raw, "status", "conditions")
    .filter(isJson)
    .map((condition) => ({
      type: stringAt(condition, "type"),
      status: stringAt(condition, "status"),
      reason: stringAt(condition, "reason"),
      message: stringAt(condition, "message"),
      lastTransitionTime: stringAt(condition, "lastTransitionTime"),
    }));
}
