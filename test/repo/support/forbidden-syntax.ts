/** Constructs that the project does without. */
import type { Node } from "oxc-parser";
import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile } from "./source-file.ts";
import { walk } from "./syntax.ts";

/** What is wrong with a node, or null. */
type Objection = (node: Node, parent: Node | undefined, file: SourceFile) => string | null;

interface SyntaxRule {
  readonly objection: Objection;
  readonly remedy: string;
}

/** Tools load these files by their default export. */
const LOADED_BY_DEFAULT_EXPORT = /(^|\/)(vite|vitest)\.config\.ts$/;
/** `as` and `!` are honest only where unknown input was just checked, or a unit is branded. */
const MAY_CAST =
  /(^|\/)decode[^/]*\.ts$|-decoder\.ts$|\/decoders\/|^src\/core\/units\.ts$|^src\/sim\/kernel\//;

const RULES: readonly SyntaxRule[] = [
  {
    objection: (node, _parent, { path }) =>
      node.type === "ExportDefaultDeclaration" && !LOADED_BY_DEFAULT_EXPORT.test(path)
        ? "default export"
        : null,
    remedy: "Export by name: a name is the same wherever it is imported.",
  },
  {
    objection: (node) => (node.type === "TSAnyKeyword" ? "any" : null),
    remedy: "Use `unknown` and decode it, or name the type.",
  },
  {
    objection: cast,
    remedy:
      "Narrow with a check or a type predicate, or decode unknown input in a decode*.ts file.",
  },
  {
    objection: simulatedBranch,
    remedy:
      "There is no `if (simulated)`: put the difference behind a port, cli chooses the adapter.",
  },
];

/** @returns the forbidden constructs of a file. */
export function syntaxOffences(file: SourceFile): readonly Offence[] {
  const offences: Offence[] = [];
  walk(file.program, (node, ancestors) => {
    for (const { objection, remedy } of RULES) {
      const found = objection(node, ancestors.at(-1), file);
      if (found === null) continue;
      offences.push({ path: file.path, line: lineAt(file.text, node.start), found, remedy });
    }
  });
  return offences;
}

function cast(node: Node, _parent: Node | undefined, { path }: SourceFile): string | null {
  if (MAY_CAST.test(path)) return null;
  if (node.type === "TSNonNullExpression") return "non-null !";
  if ("definite" in node && node.definite) return "definite assignment !";
  if (node.type === "TSTypeAssertion") return "type assertion <…>";
  return node.type === "TSAsExpression" && !isConst(node.typeAnnotation) ? "as" : null;
}

const isConst = (type: Node): boolean =>
  type.type === "TSTypeReference" &&
  type.typeName.type === "Identifier" &&
  type.typeName.name === "const";

const ABOUT_SIMULATION = /^(is|in|if|when)?_?(simulat(ed|ion|or)|dryrun|fake|testing)$/i;

/** A condition on whether the world is a simulated one. What cli and sim choose is theirs. */
function simulatedBranch(node: Node, _parent: Node | undefined, file: SourceFile): string | null {
  if (!file.path.startsWith("src/") || /^src\/(cli|sim)\//.test(file.path)) return null;
  if (!("test" in node) || typeof node.test !== "object" || node.test === null) return null;
  let found: string | null = null;
  walk(node.test, (inner) => {
    if (inner.type === "Literal" && inner.value === "simulated") found = 'compares "simulated"';
    if (inner.type === "Identifier" && ABOUT_SIMULATION.test(inner.name))
      found = `branches on ${inner.name}`;
  });
  return found;
}
