/** State that outlives a call and belongs to no object: two worlds would share it. */
import type { Node, VariableDeclaration, VariableDeclarator } from "oxc-parser";
import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile } from "./source-file.ts";
import { walk } from "./syntax.ts";

const REMEDY =
  "No state in a module: keep it in an object that cli creates. Tables are typed ReadonlyMap.";

const COLLECTIONS: readonly string[] = ["Map", "Set", "WeakMap", "WeakSet"];
const READONLY = /^(ReadonlyMap|ReadonlySet)$/;
const MUTATORS =
  /^(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear)$/;

/** @returns the mutable bindings, collections and static fields at the top of a module. */
export function moduleStateOffences(file: SourceFile): readonly Offence[] {
  const offences: Offence[] = [];
  const add = (node: Node, found: string): void => {
    offences.push({ path: file.path, line: lineAt(file.text, node.start), found, remedy: REMEDY });
  };
  const declarations = topLevelVariables(file);
  const names = new Set(declarations.flatMap((each) => each.declarations.map(nameOf)));
  for (const declaration of declarations) {
    if (declaration.declare) continue;
    if (declaration.kind !== "const") add(declaration, `top-level ${declaration.kind}`);
    for (const each of declaration.declarations) {
      if (isBareCollection(each)) add(each, `top-level collection ${nameOf(each)}`);
    }
  }
  walk(file.program, (node) => {
    if (node.type === "PropertyDefinition" && node.static && !node.readonly)
      add(node, "static field that is not readonly");
    const changed = changedName(node);
    if (changed !== null && names.has(changed)) add(node, `changes top-level ${changed}`);
  });
  return offences;
}

function topLevelVariables(file: SourceFile): readonly VariableDeclaration[] {
  return file.program.body
    .map((each) => (each.type === "ExportNamedDeclaration" ? each.declaration : each))
    .filter((each) => each?.type === "VariableDeclaration");
}

const nameOf = ({ id }: VariableDeclarator): string => (id.type === "Identifier" ? id.name : "");

function isBareCollection({ id, init }: VariableDeclarator): boolean {
  if (init?.type !== "NewExpression" || init.callee.type !== "Identifier") return false;
  if (!COLLECTIONS.includes(init.callee.name)) return false;
  const type = id.type === "Identifier" ? id.typeAnnotation?.typeAnnotation : undefined;
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return true;
  return !READONLY.test(type.typeName.name);
}

/** The name at the root of what a node changes: `a` for `a.b = 1`, `a[0]++`, `a.push(1)`. */
function changedName(node: Node): string | null {
  switch (node.type) {
    case "AssignmentExpression":
      return rootOfMember(node.left);
    case "UpdateExpression":
      return rootOfMember(node.argument);
    case "UnaryExpression":
      return node.operator === "delete" ? rootOfMember(node.argument) : null;
    case "CallExpression":
      return isMutator(node.callee) ? rootOfMember(node.callee) : null;
    default:
      return null;
  }
}

const isMutator = (callee: Node): boolean =>
  callee.type === "MemberExpression" &&
  callee.property.type === "Identifier" &&
  MUTATORS.test(callee.property.name);

function rootOfMember(node: Node): string | null {
  if (node.type !== "MemberExpression") return null;
  if (node.object.type === "Identifier") return node.object.name;
  return rootOfMember(node.object);
}
