/** Where two plain values begin to differ. */
import { canonical } from "../core/canonical.ts";

export interface FieldDifference {
  /** As `fleets[0].want.racks`. */
  readonly path: string;
  /** Canonical texts, cut where they are long; "nothing" where there is no such field. */
  readonly recorded: string;
  readonly replayed: string;
}

/** @returns the first field in order of names and places that differs; null where none does */
export function firstDifference(
  recorded: unknown,
  replayed: unknown,
  path = "",
): FieldDifference | null {
  const keys = keysOf(recorded, replayed);
  if (keys === null) {
    const [was, is] = [textOf(recorded), textOf(replayed)];
    return was.whole === is.whole ? null : { path, recorded: was.shown, replayed: is.shown };
  }
  for (const key of keys) {
    const inside = Array.isArray(recorded) ? `${path}[${key}]` : joined(path, key);
    const found = firstDifference(fieldOf(recorded, key), fieldOf(replayed, key), inside);
    if (found !== null) return found;
  }
  return null;
}

const joined = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** @returns names of both values' fields, or null where they are no two objects, or two lists */
function keysOf(a: unknown, b: unknown): readonly string[] | null {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return null;
  if (Array.isArray(a) !== Array.isArray(b)) return null;
  if (Array.isArray(a)) {
    const longer = Math.max(Object.keys(a).length, Object.keys(b).length);
    return Array.from({ length: longer }, (_, at) => String(at));
  }
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

/** Of a value that is long the beginning says which it is. */
const SHOWN = 120;

function textOf(value: unknown): { readonly whole: string; readonly shown: string } {
  const whole = value === undefined ? "nothing" : canonical(value);
  return { whole, shown: whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole };
}
