import type { CodeBlock, Markdown } from "./markdown.ts";
import type { Offence } from "./offence.ts";
import type { SourceFile } from "./source-file.ts";
import { walk } from "./syntax.ts";

/** What a reader can really type. */
export interface KnownCommands {
  readonly subcommands: ReadonlySet<string>;
  readonly scripts: ReadonlySet<string>;
}

const SHELL = /^(bash|sh|shell|console)\b/;
/** The ways to start the program, and what follows. */
const PROGRAMS = [
  "breakwater",
  "npx (?:-\\S+ )*breakwater",
  "kubectl[ -]breakwater",
  "npm run breakwater --",
  "node dist/cli/main\\.js",
] as const;
const BREAKWATER = new RegExp(`^(?:${PROGRAMS.join("|")})(?:\\s+(\\S+)|$)`);
const NPM_SCRIPT = /^npm (?:run(?:-script)? )?(?:(start|test)\b|([\w:-]+))/;

const UNKNOWN_SUBCOMMAND = "Name a subcommand of src/cli, or write it.";
const UNKNOWN_SCRIPT = "Name a script of package.json, or write it.";

/** @returns the commands of a page's shell blocks that do not exist. */
export function commandOffences(page: Markdown, known: KnownCommands): readonly Offence[] {
  return page.blocks
    .filter((block) => SHELL.test(block.info))
    .flatMap((block) =>
      commandsOf(block).flatMap(({ line, command }) => {
        const remedy = unknown(command, known);
        return remedy === null ? [] : [{ path: page.path, line, found: command, remedy }];
      }),
    );
}

interface Command {
  readonly line: number;
  readonly command: string;
}

/** In `console` blocks only lines with a prompt are commands, the others are output. */
function commandsOf({ info, line, lines }: CodeBlock): readonly Command[] {
  const prompted = info.startsWith("console");
  return lines.flatMap((text, index) => {
    const prompt = /^\s*\$ /.test(text);
    if (prompted && !prompt) return [];
    const parts = text.replace(/^\s*\$ /, "").split(/&&|\|\||[|;]/);
    return parts.map((part) => ({ line: line + index, command: part.trim() }));
  });
}

function unknown(command: string, { subcommands, scripts }: KnownCommands): string | null {
  const breakwater = BREAKWATER.exec(command);
  if (breakwater !== null) {
    const [, name = ""] = breakwater;
    const known = name === "" || name.startsWith("-") || subcommands.has(name);
    return known ? null : UNKNOWN_SUBCOMMAND;
  }
  const [, lifecycle, script] = NPM_SCRIPT.exec(command) ?? [];
  const name = lifecycle ?? (command.startsWith("npm run") ? script : undefined);
  return name === undefined || scripts.has(name) ? null : UNKNOWN_SCRIPT;
}

/** @returns the subcommands that the files of src/cli declare: `.command("status [fleet]")`. */
export function declaredSubcommands(files: readonly SourceFile[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of files) {
    walk(file.program, (node) => {
      if (node.type !== "CallExpression" && node.type !== "NewExpression") return;
      const { callee } = node;
      const method = callee.type === "MemberExpression" ? callee.property : callee;
      if (method.type !== "Identifier" || !/^(command|Command)$/.test(method.name)) return;
      const [first] = node.arguments;
      if (first?.type !== "Literal" || typeof first.value !== "string") return;
      names.add(first.value.split(" ")[0] ?? "");
    });
  }
  return names;
}
