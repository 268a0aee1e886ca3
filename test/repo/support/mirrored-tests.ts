import type { Node } from "oxc-parser";
import { importsOf } from "./import-edges.ts";
import type { Offence } from "./offence.ts";
import type { SourceFile } from "./source-file.ts";
import { isFunction } from "./syntax.ts";

/** Where every file with behaviour has its test at the mirrored path. */
export const MIRRORED = ["src/core", "src/controller", "src/sim"] as const;

const MISSING = "Write the test at the mirrored path: a table that reads like the specification.";
const UNUSED = "The mirrored test imports the file that it tests.";

/** @returns the source files whose mirrored test is missing or tests something else. */
export function mirrorOffences(
  sources: readonly SourceFile[],
  tests: readonly SourceFile[],
): readonly Offence[] {
  const byPath = new Map(tests.map((test) => [test.path, test]));
  return sources.filter(hasBehaviour).flatMap(({ path }) => {
    const mirrored = path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");
    const test = byPath.get(mirrored);
    if (test === undefined) return [{ path, line: 0, found: `no ${mirrored}`, remedy: MISSING }];
    if (importsOf(test).some((edge) => edge.target === path)) return [];
    return [{ path: mirrored, line: 0, found: `does not import ${path}`, remedy: UNUSED }];
  });
}

/** Whether a file exports a function, a class or an object with methods, not just constants. */
export function hasBehaviour(file: SourceFile): boolean {
  const exports = file.program.body.filter((each) => each.type === "ExportNamedDeclaration");
  if (exports.some(({ declaration }) => isBehaviour(declaration))) return true;
  const own = file.program.body.filter(isBehaviour).flatMap(namesOf);
  const listed = exports.flatMap(({ specifiers }) => specifiers.map(({ local }) => local));
  return listed.some((local) => local.type === "Identifier" && own.includes(local.name));
}

function isBehaviour(node: Node | null): boolean {
  if (node?.type === "VariableDeclaration")
    return node.declarations.some(({ init }) => init !== null && runs(init));
  return node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration";
}

/** A function, or an object with methods. */
const runs = (value: Node): boolean =>
  isFunction(value) ||
  (value.type === "ObjectExpression" &&
    value.properties.some((each) => each.type === "Property" && isFunction(each.value)));

function namesOf(node: Node): readonly string[] {
  if (node.type === "VariableDeclaration")
    return node.declarations.map(({ id }) => (id.type === "Identifier" ? id.name : ""));
  return "id" in node && node.id?.type === "Identifier" ? [node.id.name] : [];
}
