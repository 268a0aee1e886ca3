/** Objects as they come from the API server or a file, checked against the schema of their kind. */
import { z } from "zod";
import type { Compilation, FieldError } from "./field-error.ts";
import { API_VERSION } from "./kind.ts";

export interface Metadata {
  readonly name: string;
  /** "" for cluster-scoped objects. */
  readonly namespace: string;
  /** "" for an object that never was on an API server. */
  readonly uid: string;
  readonly generation: number;
}

export interface DecodedObject<Spec> {
  readonly metadata: Metadata;
  readonly spec: Spec;
}

const metadataSchema = z.object({
  name: z.string().min(1),
  namespace: z.string().default(""),
  uid: z.string().default(""),
  generation: z.int().default(1),
});

/** What decoding needs to know of a kind. */
export interface DecodableKind<Spec extends z.ZodType> {
  readonly kind: string;
  readonly spec: Spec;
}

/** @returns the object with defaults filled in, without fields that the schema does not know. */
export function decodeObject<Spec extends z.ZodType>(
  kind: DecodableKind<Spec>,
  raw: unknown,
): Compilation<DecodedObject<z.output<Spec>>> {
  const envelope = z.object({
    apiVersion: z.literal(API_VERSION).optional(),
    kind: z.literal(kind.kind).optional(),
    metadata: metadataSchema,
    spec: z.unknown(),
  });
  const outer = envelope.safeParse(raw, { error: expected });
  if (!outer.success) return { ok: false, errors: fieldErrors(outer.error, raw) };
  const spec = kind.spec.safeParse(outer.data.spec, { error: expected });
  if (!spec.success) return { ok: false, errors: fieldErrors(spec.error, raw, ["spec"]) };
  return { ok: true, value: { metadata: outer.data.metadata, spec: spec.data } };
}

/** @param prefix where in `raw` the value is that the schema refused */
export function fieldErrors(
  error: z.ZodError,
  raw: unknown,
  prefix: readonly string[] = [],
): readonly FieldError[] {
  return pathIssues(error).map(({ path, message }) => {
    const full = [...prefix, ...path];
    return { path: pathText(full), found: found(valueAt(raw, full)), expected: message };
  });
}

export interface PathIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** @returns an entry per field: a strict object blames itself for those that it does not know. */
export function pathIssues(error: z.ZodError): readonly PathIssue[] {
  return error.issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code !== "unrecognized_keys") return [{ path, message }];
    return issue.keys.map((key) => ({ path: [...path, key], message }));
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at > 0 ? "." : ""}${String(key)}`))
    .join("");
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const inside = typeof value === "object" && value !== null && Object.hasOwn(value, key);
    return inside ? Reflect.get(value, key) : undefined;
  }, raw);
}

/** Enough to recognise what one wrote, not enough to flood a condition. */
const FOUND_MAX_CHARS = 80;

export function found(value: unknown): string {
  if (value === undefined) return "nothing";
  // JSON has no word for NaN and the infinities, which YAML can write.
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  const text = JSON.stringify(value);
  return text.length > FOUND_MAX_CHARS ? `${text.slice(0, FOUND_MAX_CHARS)}…` : text;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ["int", "a whole number"],
  ["number", "a whole number"],
  ["string", "text"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "an object with fields"],
  ["record", "an object of names and values"],
  ["nonoptional", "a value"],
]);

/** What is expected, where the schema itself does not say it in a sentence of its own. */
export function expected(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "invalid_type") return TYPES.get(issue.expected) ?? issue.expected;
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small") return `at least ${issue.minimum}${unitOf(issue.origin)}`;
  if (issue.code === "too_big") return `at most ${issue.maximum}${unitOf(issue.origin)}`;
  return issue.message ?? `another value (${issue.code})`;
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}
