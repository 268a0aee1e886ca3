/** What can be wrong with a recording: one table of codes, and where in the file it was found. */

/** Stable: programs and people search for them. Numbers are never used again. */
export const TRACE_CODES = {
  TRC001: "not UTF-8",
  TRC002: "the last line is cut off",
  TRC003: "time goes back",
  TRC004: "a negative number",
  TRC005: "not a number",
  TRC006: "nothing to read",
  TRC007: "another format",
  TRC008: "a line that is too long",
  TRC009: "missing or surplus columns",
  TRC010: "not JSON",
  TRC011: "a number that is too large or has a fraction",
  TRC012: "not a time stamp",
  TRC013: "values that contradict each other",
  TRC014: "a file that cannot be read",
  TRC015: "an unknown version of the format",
  TRC016: "the end is missing",
} as const;

export type TraceCode = keyof typeof TRACE_CODES;

/** Nothing that follows can be trusted to mean what it says: `lenient` does not get past these. */
const FATAL: ReadonlySet<TraceCode> = new Set(["TRC006", "TRC007", "TRC014", "TRC015"]);

export interface TraceDiagnostic {
  readonly code: TraceCode;
  readonly path: string;
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  /** Character of the line, from 1; 0: the line as a whole. */
  readonly column: number;
  readonly found: string;
  readonly expected: string;
}

/** A fault in one line, before its place is known. */
export interface LineProblem {
  readonly code: TraceCode;
  /** Where in the line, from 0; absent: the line as a whole. */
  readonly at?: number;
  readonly found: string;
  readonly expected: string;
}

/** Thrown by a format's parser; `readTrace` adds the place. */
export class LineFault extends Error {
  readonly problem: LineProblem;

  constructor(problem: LineProblem) {
    super(`found ${problem.found}, expected ${problem.expected}`);
    this.name = "LineFault";
    this.problem = problem;
  }
}

/** Thrown for a recording that cannot be used; the message names place, finding and remedy. */
export class TraceError extends Error {
  readonly diagnostic: TraceDiagnostic;

  constructor(diagnostic: TraceDiagnostic) {
    super(inWords(diagnostic));
    this.name = "TraceError";
    this.diagnostic = diagnostic;
  }
}

/** @returns `path:line:column: TRC003 time goes back: found …, expected …` */
export function inWords({ code, path, line, column, found, expected }: TraceDiagnostic): string {
  const place = [path, line, column].filter((part) => part !== 0).join(":");
  return `${place}: ${code} ${TRACE_CODES[code]}: found ${found}, expected ${expected}`;
}

/** What becomes of faults: the first one ends the reading, or they are skipped and counted. */
export class FaultLog {
  readonly lenient: boolean;
  readonly #counts = new Map<TraceCode, number>();
  readonly #first = new Map<TraceCode, TraceDiagnostic>();

  constructor({ lenient }: { readonly lenient: boolean }) {
    this.lenient = lenient;
  }

  /** @throws TraceError unless lenient, and always for a file that is of no use as a whole */
  report(diagnostic: TraceDiagnostic): void {
    const { code } = diagnostic;
    if (!this.lenient || FATAL.has(code)) throw new TraceError(diagnostic);
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    if (!this.#first.has(code)) this.#first.set(code, diagnostic);
  }

  /** @returns lines skipped per code, in the order of the codes, with the first of each. */
  skipped(): readonly SkippedLines[] {
    return [...this.#first]
      .map(([code, first]) => ({ code, count: this.#counts.get(code) ?? 0, first }))
      .toSorted((a, b) => (a.code < b.code ? -1 : 1));
  }
}

export interface SkippedLines {
  readonly code: TraceCode;
  readonly count: number;
  readonly first: TraceDiagnostic;
}

/** Characters of a line that a message quotes. */
const QUOTED = 40;

/** @returns the text in quotes, cut to what fits a message */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
