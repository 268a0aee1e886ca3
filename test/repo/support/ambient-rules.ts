/** What the language offers everywhere and some folders may not touch: clocks, chance, I/O. */
import type { Node } from "oxc-parser";
import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile } from "./source-file.ts";
import { dottedName, isReference, walk } from "./syntax.ts";

interface AmbientRule {
  /** Path prefixes the rule is for, and those it is not for. */
  readonly under: readonly string[];
  readonly except: readonly string[];
  /** Names (`Date`), members (`Math.random`) and, with a leading dot, methods of anything. */
  readonly names: readonly string[];
  readonly remedy: string;
}

/** Folders whose result may depend on nothing but their arguments. */
const DETERMINISTIC = ["src/core/", "src/controller/", "src/sim/", "src/baselines/", "src/oracle/"];

const RULES: readonly AmbientRule[] = [
  {
    under: DETERMINISTIC,
    except: [],
    names: ["Date", "performance", "Math.random", "crypto"],
    remedy:
      "Time and chance are arguments, so that all can be replayed: take `now`, a Clock, a stream.",
  },
  {
    under: DETERMINISTIC,
    except: [],
    names: [
      ".localeCompare",
      ".toLocaleString",
      ".toLocaleUpperCase",
      ".toLocaleLowerCase",
      "Intl",
    ],
    remedy:
      "It depends on the machine's language: compare with < and >, expand calendars in config.",
  },
  {
    under: ["src/core/"],
    except: [],
    names: ["Promise", "queueMicrotask", "setTimeout", "setInterval", "setImmediate", "fetch"],
    remedy: "core does not wait: return a value, and let controller do what takes time.",
  },
  {
    under: ["src/controller/"],
    except: ["src/controller/loop.ts"],
    names: ["setTimeout", "setInterval", "setImmediate", "Promise.race", "Promise.any"],
    remedy:
      "A tick has no timer and no race: deadlines and retries live in adapters, pacing in loop.ts.",
  },
  {
    under: ["src/"],
    except: ["src/cli/"],
    names: ["process", "globalThis.process", "console"],
    remedy:
      "Only cli touches process, environment and terminal: take a value or a function instead.",
  },
];

const ASYNC_REMEDY =
  "core is synchronous: make it a plain function and let controller await what it needs.";

/** @returns the uses of ambient things that the file's folder forbids. */
export function ambientOffences(file: SourceFile): readonly Offence[] {
  const rules = RULES.filter((rule) => appliesTo(rule, file.path));
  const offences: Offence[] = [];
  const add = (node: Node, found: string, remedy: string): void => {
    offences.push({ path: file.path, line: lineAt(file.text, node.start), found, remedy });
  };
  walk(file.program, (node, ancestors) => {
    const names = namesUsed(node, ancestors.at(-1));
    for (const { remedy, ...rule } of rules) {
      for (const name of names) if (rule.names.includes(name)) add(node, `uses ${name}`, remedy);
    }
    if (file.path.startsWith("src/core/") && isAsync(node)) add(node, "is async", ASYNC_REMEDY);
  });
  return offences;
}

const appliesTo = ({ under, except }: AmbientRule, path: string): boolean =>
  under.some((prefix) => path.startsWith(prefix)) &&
  !except.some((prefix) => path.startsWith(prefix));

function namesUsed(node: Node, parent: Node | undefined): readonly string[] {
  if (node.type === "Identifier") return isReference(node, parent) ? [node.name] : [];
  if (node.type !== "MemberExpression" || node.computed) return [];
  return [dottedName(node), `.${dottedName(node.property)}`];
}

const isAsync = (node: Node): boolean =>
  ("async" in node && node.async) ||
  node.type === "AwaitExpression" ||
  node.type === "ImportExpression" ||
  (node.type === "ForOfStatement" && node.await);
