/** A YAML file that people wrote: its value, and where in it each field stands. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import type { Compilation, FieldError } from "./field-error.ts";

export interface LocatedError extends FieldError {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What a file says, or everything that is wrong with it. */
export type ReadDocument<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly LocatedError[] };

/**
 * @param compile makes a value of what the text says
 * @returns the value, or every error with line and column: those of the text before any other
 */
export function readDocument<T>(
  text: string,
  compile: (raw: unknown) => Compilation<T>,
): ReadDocument<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) return { ok: false, errors: textErrors(document, lines) };
  const plain = plainValue(document, lines);
  if (!plain.ok) return plain;
  const compiled = compile(plain.value);
  if (compiled.ok) return compiled;
  const errors = compiled.errors.map((error) => ({
    ...error,
    ...placeAt(lines, offsetOf(document, error.path)),
  }));
  return { ok: false, errors: errors.toSorted((a, b) => a.line - b.line) };
}

/** A key that schemas pass over in silence: in JavaScript it names what an object inherits from. */
const NO_KEY = "__proto__";

/** Aliases that stand for far more than was written are counted by yaml, which throws. */
function plainValue(document: Document, lines: LineCounter): ReadDocument<unknown> {
  const errors = strangeKeys(document, lines);
  if (errors.length > 0) return { ok: false, errors };
  try {
    const value: unknown = document.toJS();
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const found = "aliases that stand for more than can be read";
    const place = placeAt(lines, startOf(document.contents));
    return { ok: false, errors: [{ path: "", found, expected: "a value written out", ...place }] };
  }
}

function strangeKeys(document: Document, lines: LineCounter): readonly LocatedError[] {
  const errors: LocatedError[] = [];
  visit(document, {
    Pair: (_at, { key }) => {
      if (!isScalar(key) || key.value !== NO_KEY) return;
      const place = placeAt(lines, startOf(key));
      errors.push({ path: "", found: NO_KEY, expected: "another name", ...place });
    },
  });
  return errors;
}

function textErrors(document: Document, lines: LineCounter): readonly LocatedError[] {
  return document.errors.map(({ message, pos: [offset] }) => ({
    path: "",
    found: "text that is not YAML",
    expected: `YAML (${message.split("\n")[0] ?? ""})`,
    ...placeAt(lines, offset),
  }));
}

function placeAt(lines: LineCounter, offset: number): Pick<LocatedError, "line" | "column"> {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** @returns where the field begins, or the innermost object around it that is there */
function offsetOf(document: Document, path: string): number {
  let node: unknown = document.contents;
  let rest = path;
  let offset = startOf(node);
  for (;;) {
    const step = stepInto(isAlias(node) ? node.resolve(document) : node, rest);
    if (step === null) return offset;
    ({ node, rest, offset } = step);
  }
}

interface Step {
  readonly node: unknown;
  readonly rest: string;
  readonly offset: number;
}

function stepInto(node: unknown, path: string): Step | null {
  if (isMap(node)) return stepIntoMap(node.items, path);
  const [all, index = ""] = /^\[(\d+)\]\.?/.exec(path) ?? [];
  if (!isSeq(node) || all === undefined) return null;
  const item = node.items[Number(index)];
  if (item === undefined) return null;
  return { node: item, rest: path.slice(all.length), offset: startOf(item) };
}

/** Names may have dots: the longest key that the path begins with is meant. */
function stepIntoMap(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  path: string,
): Step | null {
  const named = pairs.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : "";
    return begins(path, name) ? [{ key, value, name }] : [];
  });
  const [longest] = named.toSorted((a, b) => b.name.length - a.name.length);
  if (longest === undefined) return null;
  const rest = path.slice(longest.name.length).replace(/^\./, "");
  return { node: longest.value, rest, offset: startOf(longest.key) };
}

function begins(path: string, name: string): boolean {
  if (name === "" || !path.startsWith(name)) return false;
  const next = path[name.length];
  return next === undefined || next === "." || next === "[";
}

function startOf(node: unknown): number {
  const range: unknown =
    typeof node === "object" && node !== null && "range" in node ? node.range : null;
  const [start]: readonly unknown[] = Array.isArray(range) ? range : [];
  return typeof start === "number" ? start : 0;
}

/** As many as fit on a screen: what follows is mostly their consequence. */
const SHOWN_MAX = 20;

/** @returns an error per line: `launch.yaml:12:7: spec.pools[0].limits: found …, expected …`. */
export function describeDocument(file: string, errors: readonly LocatedError[]): string {
  const shown = errors.slice(0, SHOWN_MAX).map(({ line, column, path, found, expected }) => {
    const field = path === "" ? "" : `${path}: `;
    return `${file}:${line}:${column}: ${field}found ${found}, expected ${expected}`;
  });
  const more = errors.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
