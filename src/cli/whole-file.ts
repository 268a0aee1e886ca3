/** Files that appear when they are complete: a run that fails leaves none, and harms no old one. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

/** Lines are written in pieces of about this many characters. */
const PIECE_CHARACTERS = 256 * 1024;

/**
 * Writes beside the target and renames at the end. Whatever the lines throw is passed on.
 * @returns how many lines were written. @throws UsageError when the place cannot be written to
 */
export function writeWholeFile(path: string, lines: Iterable<string>): number {
  const partial = `${path}.${process.pid}.partial`;
  const file = opened(path, partial);
  let complete = false;
  try {
    const written = writeLines(file, lines);
    renameSync(partial, path);
    complete = true;
    return written;
  } finally {
    closeSync(file);
    if (!complete) rmSync(partial, { force: true });
  }
}

function opened(path: string, partial: string): number {
  try {
    return openSync(partial, "w");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${path} cannot be written: ${why}`);
  }
}

function writeLines(file: number, lines: Iterable<string>): number {
  let piece = "";
  let written = 0;
  for (const line of lines) {
    piece += `${line}\n`;
    written += 1;
    if (piece.length < PIECE_CHARACTERS) continue;
    writeSync(file, piece);
    piece = "";
  }
  writeSync(file, piece);
  return written;
}
