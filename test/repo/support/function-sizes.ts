/** What a reader has to hold in mind at once, in numbers. */
import type { Node } from "oxc-parser";
import { lineAt, type SourceFile } from "./source-file.ts";
import { childrenOf, dottedName, type FunctionNode, isFunction, walk } from "./syntax.ts";

export interface FunctionSize {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  /** From the signature to the closing brace, comments and blank lines included. */
  readonly lines: number;
  readonly parameters: number;
  /** Loops, branches and `try` inside one another; `else if` and inner functions start no level. */
  readonly nesting: number;
  /** Declared, a method, or bound to a name; else it is part of the function it stands in. */
  readonly named: boolean;
}

/** @returns every function of a file; callbacks of `describe` are headings, not functions. */
export function functionsOf(file: SourceFile): readonly FunctionSize[] {
  const sizes: FunctionSize[] = [];
  walk(file.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (!isFunction(node) || node.body === null || isDescribeBody(node, parent)) return;
    const name = nameOf(node, parent);
    const line = lineAt(file.text, node.start);
    sizes.push({
      path: file.path,
      line,
      name: name ?? "callback",
      lines: lineAt(file.text, node.end) - line + 1,
      parameters: parametersOf(node),
      nesting: nestingOf(node.body),
      named: name !== null,
    });
  });
  return sizes;
}

/** `describe("…", f)` and `describe.each(table)("…", f)`. */
function isDescribeBody(node: Node, parent: Node | undefined): boolean {
  if (parent?.type !== "CallExpression" || parent.callee === node) return false;
  const callee = parent.callee.type === "CallExpression" ? parent.callee.callee : parent.callee;
  return /^describe(\.\w+)*$/.test(dottedName(callee));
}

function nameOf(node: FunctionNode, parent: Node | undefined): string | null {
  if (node.id !== null) return node.id.name;
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? parent.id.name : null;
    case "MethodDefinition":
    case "PropertyDefinition":
    case "Property":
      return dottedName(parent.key) || "[…]";
    default:
      return null;
  }
}

/** A `this` parameter is a type, not an argument. */
const parametersOf = ({ params }: FunctionNode): number =>
  params.filter((each) => !(each.type === "Identifier" && each.name === "this")).length;

const LEVELS: readonly Node["type"][] = [
  "IfStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "SwitchStatement",
  "TryStatement",
];

function nestingOf(node: Node): number {
  if (isFunction(node)) return 0;
  const own = LEVELS.includes(node.type) ? 1 : 0;
  const below = childrenOf(node).map((child) => nestingOf(child) - (isElseIf(node, child) ? 1 : 0));
  return own + Math.max(0, ...below);
}

const isElseIf = (node: Node, child: Node): boolean =>
  node.type === "IfStatement" && child.type === "IfStatement" && node.alternate === child;
