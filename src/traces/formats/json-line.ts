/** A line of JSON, field by field: every fault says the field and where it stands. */
import { LineFault, quoted } from "../diagnostics.ts";
import { MAX_TOKENS } from "./csv.ts";

export type JsonFields = Readonly<Record<string, unknown>>;

/** @throws LineFault for what does not parse or is not an object */
export function fieldsOf(text: string): JsonFields {
  const value = parsed(text);
  if (isFields(value)) return value;
  throw new LineFault({ code: "TRC010", at: 0, found: quoted(text), expected: "a JSON object" });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(text);
  }
}

/** What other languages write for numbers that JSON does not have. */
const NO_NUMBER = /^-?(NaN|Infinity|Inf|nan|inf)\b/;

function notJson(text: string): LineFault {
  const at = firstWrongCharacter(text);
  // Of `-Infinity` the sign alone would be right.
  const from = text[at - 1] === "-" ? at - 1 : at;
  const word = NO_NUMBER.exec(text.slice(from))?.[0];
  if (word === undefined) {
    const rest = at === text.length ? "the end of the line" : quoted(text.slice(at));
    return new LineFault({ code: "TRC010", at, found: rest, expected: "a JSON object" });
  }
  return new LineFault({ code: "TRC005", at: from, found: word, expected: "a number from 0" });
}

/** The parser names a place for some errors only; by halves, the longest text it wants more of. */
function firstWrongCharacter(text: string): number {
  let right = 0;
  let wrong = text.length + 1;
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (wantsMore(text.slice(0, middle))) right = middle;
    else wrong = middle;
  }
  return right;
}

function wantsMore(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : "";
    const position = /position (\d+)/.exec(message)?.[1];
    if (position !== undefined)
      return Number(position) >= text.length || message.startsWith("Unterminated");
    return message.includes("end of JSON input");
  }
}

const isFields = (value: unknown): value is JsonFields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value and where it came from. */
export interface JsonValue {
  readonly value: unknown;
  /** For messages: `input_length` or `r[12][0]`. */
  readonly name: string;
  readonly at: number;
}

export function fieldOf(text: string, fields: JsonFields, name: string): JsonValue {
  return { value: fields[name], name, at: Math.max(0, text.indexOf(`"${name}"`)) };
}

/** @returns a finite number of at least 0. @throws LineFault */
export function jsonAmount({ value, name, at }: JsonValue): number {
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  const expected = "a number from 0";
  if (value === undefined) throw new LineFault({ code: "TRC009", found: `no ${name}`, expected });
  const code = typeof value === "number" && value < 0 ? "TRC004" : "TRC005";
  const found = `${quoted(JSON.stringify(value))} in ${name}`;
  throw new LineFault({ code, at, found, expected });
}

/** @returns a whole number from 0 that the tables can hold. @throws LineFault */
export function jsonCount(field: JsonValue): number {
  const value = jsonAmount(field);
  if (Number.isInteger(value) && value <= MAX_TOKENS) return value;
  const expected = `a whole number of at most ${MAX_TOKENS}`;
  const found = `${value} in ${field.name}`;
  throw new LineFault({ code: "TRC011", at: field.at, found, expected });
}

/** @throws LineFault */
export function jsonList({ value, name, at }: JsonValue): readonly unknown[] {
  if (isList(value)) return value;
  const code = value === undefined ? "TRC009" : "TRC010";
  const found = value === undefined ? `no ${name}` : `${quoted(JSON.stringify(value))} in ${name}`;
  throw new LineFault({ code, at, found, expected: "a list" });
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
