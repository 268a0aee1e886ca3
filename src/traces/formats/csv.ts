/**
 * Columns of plain CSV. None of the recordings quotes a cell, so a library's generality would only
 * hide what is wrong: a quote is a fault here, and a fault says the character where it stands.
 */
import { LineFault, quoted } from "../diagnostics.ts";

export interface Cell {
  readonly text: string;
  /** Its first character in the line, from 0. */
  readonly at: number;
  /** Of its column. */
  readonly name: string;
}

/** @throws LineFault unless there is one cell a name; `surplus` columns are ignored if allowed */
export function cellsOf(
  line: string,
  names: readonly string[],
  surplus: "refused" | "ignored" = "refused",
): readonly Cell[] {
  const texts = line.split(",");
  const wrong = surplus === "refused" ? texts.length !== names.length : false;
  if (wrong || texts.length < names.length) {
    const expected = `${names.length} (${names.join(", ")})`;
    throw new LineFault({ code: "TRC009", found: `${texts.length} columns`, expected });
  }
  let at = 0;
  return names.map((name, column) => {
    const text = texts[column] ?? "";
    const cell = { text: text.trim(), at, name };
    at += text.length + 1;
    return cell;
  });
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** @returns a finite number of at least 0. @throws LineFault */
export function amountIn(cell: Cell): number {
  const value = NUMBER.test(cell.text) ? Number(cell.text) : Number.NaN;
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  const found = `${quoted(cell.text)} in ${cell.name}`;
  const code = value < 0 ? "TRC004" : "TRC005";
  throw new LineFault({ code, at: cell.at, found, expected: "a number from 0" });
}

/** The tables hold tokens as 32-bit integers. */
export const MAX_TOKENS = 2_147_483_647;

/** @returns a whole number; files written by way of floats say `12.0`. @throws LineFault */
export function tokensIn(cell: Cell): number {
  const value = amountIn(cell);
  if (Number.isInteger(value) && value <= MAX_TOKENS) return value;
  const found = `${quoted(cell.text)} in ${cell.name}`;
  const expected = `a whole number of at most ${MAX_TOKENS}`;
  throw new LineFault({ code: "TRC011", at: cell.at, found, expected });
}
