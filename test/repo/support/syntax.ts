/** Walking a syntax tree, and the few questions about it that several rules ask. */
import type { ArrowFunctionExpression, Function as OxcFunction, Node } from "oxc-parser";

export type Visit = (node: Node, ancestors: readonly Node[]) => void;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Calls `visit` for `root` and all below it, parents first. `ancestors` ends with the parent. */
export function walk(root: Node, visit: Visit): void {
  const ancestors: Node[] = [];
  const enter = (node: Node): void => {
    visit(node, ancestors);
    ancestors.push(node);
    for (const child of childrenOf(node)) enter(child);
    ancestors.pop();
  };
  enter(root);
}

/** @returns the nodes directly below one, in source order. */
export function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) children.push(...value.filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  return children;
}

/** Every way to write a body of code that runs later. */
export type FunctionNode = ArrowFunctionExpression | OxcFunction;

export const isFunction = (node: Node): node is FunctionNode =>
  node.type === "FunctionDeclaration" ||
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression";

/** @returns the dotted name of an identifier or member chain (`Math.max`), else "". */
export function dottedName(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "PrivateIdentifier") return `#${node.name}`;
  if (node.type !== "MemberExpression" || node.computed) return "";
  const object = dottedName(node.object);
  return object === "" ? "" : `${object}.${dottedName(node.property)}`;
}

/**
 * @returns whether an identifier reads a binding, as opposed to naming a property: `Date` in
 * `Date.now()` and in `{ x: Date }`, but not in `clock.Date` or `{ Date: 1 }`.
 */
export function isReference(node: Node, parent: Node | undefined): boolean {
  if (node.type !== "Identifier" || parent === undefined) return false;
  if (parent.type === "MemberExpression") return parent.object === node || parent.computed;
  if (!("key" in parent) || parent.key !== node) return true;
  return "computed" in parent && parent.computed;
}
