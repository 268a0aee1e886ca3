/**
 * `Math.pow` and `**` give different last bits on Node 20 and 24, and the standard leaves every
 * transcendental function to the engine. What decides and what simulates must give the same bytes
 * everywhere, so it computes with + − × ÷, `sqrt`, `exp` and `log`; the rest is in core/numeric.
 */
import type { Node } from "oxc-parser";
import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile } from "./source-file.ts";
import { isReference, walk } from "./syntax.ts";

/** Where the same input must give the same bits. */
const EXACT = ["src/core/", "src/sim/", "src/baselines/", "src/oracle/"];

/** `sqrt`, `exp`, `log` as measured on the supported engines; the others are exact by standard. */
const ALLOWED =
  /^(sqrt|exp|log|min|max|floor|ceil|abs|round|trunc|sign|fround|imul|clz32|PI|E|LN2|LN10|SQRT2)$/;

const REMEDY =
  "Its last bits differ between engines: use × ÷ sqrt exp log, or add it to core/numeric.";

/** @returns the uses of arithmetic that is not the same on every engine. */
export function arithmeticOffences(file: SourceFile): readonly Offence[] {
  if (!EXACT.some((prefix) => file.path.startsWith(prefix))) return [];
  const offences: Offence[] = [];
  walk(file.program, (node, ancestors) => {
    const found = inexact(node, ancestors.at(-1));
    if (found === null) return;
    offences.push({ path: file.path, line: lineAt(file.text, node.start), found, remedy: REMEDY });
  });
  return offences;
}

function inexact(node: Node, parent: Node | undefined): string | null {
  if (node.type === "BinaryExpression" && node.operator === "**") return "uses **";
  if (node.type === "AssignmentExpression" && node.operator === "**=") return "uses **=";
  if (node.type !== "Identifier" || node.name !== "Math") return null;
  if (!isReference(node, parent)) return null;
  if (parent?.type !== "MemberExpression" || parent.computed) return "passes Math on as a whole";
  const name = parent.property.type === "Identifier" ? parent.property.name : "";
  return ALLOWED.test(name) ? null : `uses Math.${name}`;
}
