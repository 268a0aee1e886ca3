/** Reads a recording line by line; whatever is wrong is reported here, with its place. */
import { FaultLog, LineFault, TraceError, quoted } from "./diagnostics.ts";
import type { LineProblem } from "./diagnostics.ts";
import type { LineFormat, LineParser } from "./formats/format.ts";
import { guessFormat } from "./formats/guess.ts";
import { readLines } from "./lines.ts";
import type { Line } from "./lines.ts";

export interface ReadOptions {
  /** Absent: the first fault ends the reading. */
  readonly faults?: FaultLog;
  readonly maxLineBytes?: number;
}

/**
 * @yields the records of a file in its order, holding one line at a time
 * @throws TraceError with a code, path, line, column, what was found and what is expected
 */
export function* readTrace<Entry>(
  format: LineFormat<Entry>,
  path: string,
  options: ReadOptions = {},
): Generator<Entry> {
  const faults = options.faults ?? new FaultLog({ lenient: false });
  const lineOptions = options.maxLineBytes === undefined ? {} : options;
  const reading = new Reading(format, path, faults);
  for (const line of readLines(path, { ...lineOptions, faults })) {
    const entry = reading.take(line);
    if (entry !== null) yield entry;
  }
  reading.finish();
}

class Reading<Entry> {
  readonly #format: LineFormat<Entry>;
  readonly #parser: LineParser<Entry>;
  readonly #path: string;
  readonly #faults: FaultLog;
  #entries = 0;
  #lastLine = 0;

  constructor(format: LineFormat<Entry>, path: string, faults: FaultLog) {
    this.#format = format;
    this.#parser = format.open();
    this.#path = path;
    this.#faults = faults;
  }

  take(line: Line): Entry | null {
    this.#lastLine = line.number;
    if (line.text.trim() === "") return null;
    const entry = this.#guarded(line, () => this.#parser.parse(line.text));
    if (entry !== null) this.#entries += 1;
    return entry;
  }

  finish(): void {
    const end = { number: this.#lastLine, text: "", ended: true };
    this.#guarded(end, () => this.#parser.finish?.() ?? null);
    if (this.#entries > 0) return;
    const found = this.#lastLine === 0 ? "an empty file" : `no row in ${this.#lastLine} lines`;
    const expected = `rows in the format ${this.#format.name}`;
    this.#report({ code: "TRC006", found, expected }, 0);
  }

  #guarded<Result>(line: Line, work: () => Result): Result | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      this.#report(this.#explained(error.problem, line), line.number);
      return null;
    }
  }

  /** What a fault most likely comes from: a file of another kind, or one that was cut. */
  #explained(problem: LineProblem, line: Line): LineProblem {
    const guess = this.#entries === 0 && line.text !== "" ? guessFormat(line.text) : null;
    if (guess !== null && guess.name !== this.#format.name) {
      const found = `${quoted(line.text)}, which looks like ${guess.name}`;
      const expected = `${this.#format.name}${guess.hint}`;
      return { code: "TRC007", found, expected };
    }
    if (line.ended) return problem;
    const found = `${problem.found} where the file ends`;
    return { ...problem, code: "TRC002", found, expected: `a whole line: ${problem.expected}` };
  }

  #report({ at, ...what }: LineProblem, line: number): void {
    const column = at === undefined ? 0 : at + 1;
    this.#faults.report({ ...what, path: this.#path, line, column });
  }
}

/** @returns the name of the format of a file, by its first line. @throws TraceError if unknown */
export function detectFormat(path: string): NonNullable<ReturnType<typeof guessFormat>>["name"] {
  const faults = new FaultLog({ lenient: false });
  for (const { text, number } of readLines(path, { faults })) {
    if (text.trim() === "") continue;
    const guess = guessFormat(text);
    if (guess !== null) return guess.name;
    const expected = "a known format: name it with --trace-format";
    const place = { path, line: number, column: 0 };
    throw new TraceError({ code: "TRC007", ...place, found: quoted(text), expected });
  }
  const expected = "a recording";
  const place = { path, line: 0, column: 0 };
  throw new TraceError({ code: "TRC006", ...place, found: "an empty file", expected });
}
