import type { Comment, Program } from "oxc-parser";
import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile, statementsOf } from "./source-file.ts";

const REMEDY = "Delete commented-out code: version control remembers it. Prose goes in sentences.";

/** Statements that a line of prose can be mistaken for: `wait;`, `note: see below;`. */
const LIKE_PROSE: readonly string[] = ["LabeledStatement", "EmptyStatement", "BlockStatement"];

/**
 * @returns the comments that read as code: a line that parses as a statement and ends as one does,
 * in `;` or `{`. Docstrings may hold examples and formulas, so only `//` and plain block comments
 * are looked at.
 */
export function commentedCode(file: SourceFile): readonly Offence[] {
  return file.comments.filter(isPlain).flatMap((comment) => {
    const first = lineAt(file.text, comment.start);
    return comment.value.split("\n").flatMap((line, index) => {
      const text = line.replace(/^\s*\*/, "").trim();
      if (!looksLikeCode(text)) return [];
      return [{ path: file.path, line: first + index, found: text, remedy: REMEDY }];
    });
  });
}

const isPlain = (comment: Comment): boolean => !comment.value.startsWith("*");

/** Statements that only stand inside a function. */
const INNER = /^(return|await|break|continue)\b/;

function looksLikeCode(line: string): boolean {
  if (INNER.test(line)) return statementsOf(`async () => { for (;;) {${line}} }`).length > 0;
  if (line.endsWith(";")) return statementsOf(line).some(isCode);
  if (!line.endsWith("{")) return false;
  const opened = line.startsWith("}") ? `if (true) {${line}}` : `${line}}`;
  return statementsOf(opened).some(isCode);
}

function isCode(statement: Program["body"][number]): boolean {
  if (statement.type !== "ExpressionStatement") return !LIKE_PROSE.includes(statement.type);
  return !["Identifier", "Literal"].includes(statement.expression.type);
}
