import { posix } from "node:path";
import type { ImportDeclarationSpecifier, Node } from "oxc-parser";
import { lineAt, type SourceFile } from "./source-file.ts";
import { walk } from "./syntax.ts";

/** One mention of another module: an import, a re-export, `import()` or `import("…").Type`. */
export interface ImportEdge {
  readonly from: string;
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** A path of the project when `specifier` is relative, else null: a package or `node:` module. */
  readonly target: string | null;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

interface Mention {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** @returns what a file imports, in source order; computed `import(expression)` is left out. */
export function importsOf(file: SourceFile): readonly ImportEdge[] {
  const edges: ImportEdge[] = [];
  walk(file.program, (node) => {
    const mention = mentionOf(node);
    if (mention === null) return;
    const line = lineAt(file.text, node.start);
    edges.push({ from: file.path, line, target: targetOf(file.path, mention), ...mention });
  });
  return edges;
}

function mentionOf(node: Node): Mention | null {
  switch (node.type) {
    case "ImportDeclaration": {
      const typeOnly = node.importKind === "type" || onlyTypes(node.specifiers);
      return { specifier: node.source.value, typeOnly };
    }
    case "ExportAllDeclaration":
      return { specifier: node.source.value, typeOnly: node.exportKind === "type" };
    case "ExportNamedDeclaration":
      if (node.source === null) return null;
      return { specifier: node.source.value, typeOnly: node.exportKind === "type" };
    case "ImportExpression":
      return node.source.type === "Literal" && typeof node.source.value === "string"
        ? { specifier: node.source.value, typeOnly: false }
        : null;
    case "TSImportType":
      return { specifier: node.source.value, typeOnly: true };
    default:
      return null;
  }
}

const onlyTypes = (specifiers: readonly ImportDeclarationSpecifier[]): boolean =>
  specifiers.length > 0 &&
  specifiers.every((each) => each.type === "ImportSpecifier" && each.importKind === "type");

function targetOf(from: string, { specifier }: Mention): string | null {
  if (!specifier.startsWith(".")) return null;
  return posix.join(posix.dirname(from), specifier);
}
