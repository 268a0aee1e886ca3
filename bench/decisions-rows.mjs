/** The rows of a bench that may be stopped: a line a run, the program that made it beside it. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { keyOf } from "../src/studies/cases/case-rows.ts";

/** @returns the last row of each run by its key; of another program only where that is asked */
export function keptRows(file, { program, keep, ours, rowsOnly }) {
  const kept = new Map();
  if (!existsSync(file)) return kept;
  let stale = 0;
  const lines = readFileSync(file, "utf8").split("\n");
  for (const line of lines.filter((text) => text.endsWith("}"))) {
    const { program: by, ...row } = JSON.parse(line);
    if (by === program || rowsOnly || (keep && row.policy !== ours)) kept.set(keyOf(row), row);
    else stale += 1;
  }
  if (stale > 0) console.error(`${file}: ${stale} rows of another program are not counted`);
  return kept;
}

/** A line that was cut off when the bench was stopped is ended first. */
export function openRows(file, program) {
  mkdirSync(dirname(file), { recursive: true });
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (text !== "" && !text.endsWith("\n")) appendFileSync(file, "\n");
  return { append: (row) => appendFileSync(file, `${JSON.stringify({ program, ...row })}\n`) };
}
