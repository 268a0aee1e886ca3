/**
 * Canonical JSON: one text per value. Keys sorted by code unit, shortest numbers (what
 * `JSON.stringify` prints), and the numbers JSON lacks as tagged cases, so that a record can be
 * read back to the very value that was decided on. A key's leading dollar is doubled: no key that
 * somebody chose can pass for a tag.
 */

/** A hash of UTF-8 text in lower-case hex; SHA-256 comes in from outside, core has no packages. */
export type Digest = (text: string) => string;

const NUMBER_TAG = "$number";
const TAGGED: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/**
 * @returns the canonical text of plain data: objects, arrays, strings, numbers, booleans, null.
 *   Properties whose value is undefined are left out.
 * @throws TypeError for anything else (functions, symbols, bigint, class instances, undefined in an
 *   array)
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value === "number") return canonicalNumber(value);
  // Not `map`, which passes over holes.
  if (Array.isArray(value)) return `[${Array.from(value, (item) => canonical(item)).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value);
  throw new TypeError(`canonical JSON cannot hold a ${typeof value}`);
}

function canonicalNumber(value: number): string {
  // What JSON.stringify prints for a finite number is what String does.
  if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
  const tag = Object.is(value, -0) ? "-0" : String(value);
  return `{"${NUMBER_TAG}":"${tag}"}`;
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`canonical JSON cannot hold a ${value.constructor.name}`);
  }
  // A loop and one string: this is most of a tick's time, and `entries` triples it.
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const field: unknown = Reflect.get(value, key);
    if (field === undefined) continue;
    text += `${text === "" ? "" : ","}${keyText(key)}:${canonical(field)}`;
  }
  return `{${text}}`;
}

/** @returns what `canonical` would for an object whose fields have these canonical texts. */
export function canonicalFrom(fields: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, text]) => `${keyText(key)}:${text}`).join(",")}}`;
}

const keyText = (key: string): string => JSON.stringify(key.startsWith("$") ? `$${key}` : key);

/**
 * @returns the value a canonical text stands for, tagged numbers restored
 * @throws SyntaxError when the text is not JSON
 */
export function parseCanonical(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => untag(value));
}

function untag(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (!Object.keys(value).some((key) => key.startsWith("$"))) return value;
  const entries = Object.entries(value);
  const [[key, tag] = ["", null]] = entries;
  const number = entries.length === 1 && key === NUMBER_TAG ? TAGGED.get(tag) : undefined;
  return number ?? Object.fromEntries(entries.map(([name, field]) => [keyOf(name), field]));
}

const keyOf = (text: string): string => (text.startsWith("$$") ? text.slice(1) : text);
