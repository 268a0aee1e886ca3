/** Tests that are switched off, or that switch the others off. */
import type { CallExpression, Node } from "oxc-parser";
import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile } from "./source-file.ts";
import { dottedName, walk } from "./syntax.ts";

const SWITCH = /^(it|test|describe|suite|bench|ctx|context|task)(\.\w+)*\.(skip|only|todo|fails)\b/;
const CONDITIONAL = /^(it|test|describe|suite)(\.\w+)*\.(skipIf|runIf)\b/;
const TEST = /^(it|test|describe|suite|bench)(\.\w+)*$/;

/** Tests that need outside parts (a cluster, a browser) may be skipped where those are absent. */
const NEEDS_PARTS = /^test\/(cluster|browser)\//;

const REMEDY =
  "Repair the test or delete it; skipIf is for parts that test/cluster and test/browser may lack.";

/** @returns the skipped, focused and empty tests of a file. */
export function testSwitchOffences(file: SourceFile): readonly Offence[] {
  const offences: Offence[] = [];
  walk(file.program, (node) => {
    const found = switchOf(node, file.path);
    if (found === null) return;
    offences.push({ path: file.path, line: lineAt(file.text, node.start), found, remedy: REMEDY });
  });
  return offences;
}

function switchOf(node: Node, path: string): string | null {
  if (node.type === "CallExpression") return switchedByOption(node);
  if (node.type !== "MemberExpression") return null;
  const name = dottedName(node);
  if (SWITCH.test(name)) return name;
  return CONDITIONAL.test(name) && !NEEDS_PARTS.test(path) ? name : null;
}

/** `it("…", { skip: true }, …)` */
function switchedByOption(call: CallExpression): string | null {
  if (!TEST.test(dottedName(call.callee))) return null;
  const options = call.arguments.filter((each) => each.type === "ObjectExpression");
  const names = options
    .flatMap((each) => each.properties)
    .map((each) => (each.type === "Property" ? dottedName(each.key) : ""));
  return names.find((name) => ["skip", "only", "todo", "fails"].includes(name)) ?? null;
}
