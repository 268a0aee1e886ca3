/** A result against the ranges it must be within. */
import type { SimulationResult } from "../../api/results.ts";
import type { ExpectedBound } from "../../config/expected-bounds.ts";

export interface BoundCheck extends ExpectedBound {
  readonly seed: number;
  /** null: the result has no number there. */
  readonly found: number | null;
  readonly held: boolean;
}

/** @returns one entry a bound, in their order */
export function checkBounds(
  bounds: readonly ExpectedBound[],
  result: SimulationResult,
): readonly BoundCheck[] {
  return bounds.map((bound) => {
    const found = numberAt(result, bound.path);
    const held = found !== null && found >= bound.min && found <= bound.max;
    return { ...bound, seed: result.seed, found, held };
  });
}

/** @param path `slo.attainment`, `surges[0].violations`; names may have dots: the longest counts */
export function numberAt(value: unknown, path: string): number | null {
  if (path === "") return typeof value === "number" && Number.isFinite(value) ? value : null;
  const step = stepInto(value, path);
  return step === null ? null : numberAt(step.value, step.rest);
}

/** As many as fit on a line: there are that many reasons of decisions and more. */
const SHOWN_MAX = 12;

/** @returns the first fields, in full, of the innermost object of `value` that `path` leads to */
export function fieldsBeside(value: unknown, path: string, before = ""): readonly string[] {
  const step = stepInto(value, path);
  if (step !== null && typeof step.value === "object" && step.value !== null) {
    return fieldsBeside(step.value, step.rest, joined(before, step.name));
  }
  const entries = typeof value === "object" && value !== null ? entriesOf(value) : [];
  return entries.slice(0, SHOWN_MAX).map(([name]) => joined(before, name));
}

const joined = (before: string, name: string): string =>
  before === "" || name.startsWith("[") ? `${before}${name}` : `${before}.${name}`;

interface Step {
  readonly name: string;
  readonly value: unknown;
  readonly rest: string;
}

function stepInto(value: unknown, path: string): Step | null {
  if (typeof value !== "object" || value === null) return null;
  const inner = entriesOf(value).filter(([name]) => begins(path, name));
  const [longest] = inner.toSorted(([a], [b]) => b.length - a.length);
  if (longest === undefined) return null;
  const [name, entry] = longest;
  return { name, value: entry, rest: path.slice(name.length).replace(/^\./, "") };
}

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(value)) return Object.entries(value);
  return value.map((entry: unknown, at) => [`[${at}]`, entry] as const);
}

function begins(path: string, name: string): boolean {
  const next = path[name.length];
  return path.startsWith(name) && (next === undefined || next === "." || next === "[");
}

/** @returns `slo.attainment: found 0.93, expected at least 0.95`. */
export function describeCheck({ path, min, max, found, held }: BoundCheck): string {
  const low = min === Number.NEGATIVE_INFINITY ? null : `at least ${min}`;
  const high = max === Number.POSITIVE_INFINITY ? null : `at most ${max}`;
  const expected = [low, high].filter((part) => part !== null).join(" and ");
  return `${held ? "ok  " : "MISS"} ${path}: found ${found ?? "nothing"}, expected ${expected}`;
}
