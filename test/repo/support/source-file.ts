import { type Comment, type Program, parseSync } from "oxc-parser";

/** One parsed file of TypeScript or JavaScript. */
export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
}

/** @returns the file, parsed. @throws when the text is not valid; the compiler says it better. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text, { preserveParens: false });
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  return { path, text, program, comments };
}

/** @returns whether the text parses as TypeScript, and as which statements. */
export function statementsOf(text: string): Program["body"] {
  const { program, errors } = parseSync("snippet.ts", text, { preserveParens: false });
  return errors.length > 0 ? [] : program.body;
}

/** @returns the line of a character offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  let newline = text.indexOf("\n");
  while (newline !== -1 && newline < offset) {
    line += 1;
    newline = text.indexOf("\n", newline + 1);
  }
  return line;
}
