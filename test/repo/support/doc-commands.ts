import type { CodeBlock, Markdown } from "./markdown.ts";
import type { Offence } from "./offence.ts";

/** What a reader can really type. */
export interface KnownCommands {
  readonly scripts: ReadonlySet<string>;
  /** Options by command, as its help lists them: "trace record" → "--surge". */
  readonly options: ReadonlyMap<string, ReadonlySet<string>>;
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
const BREAKWATER = new RegExp(`^(?:${PROGRAMS.join("|")})(?:\\s+(\\S+)(.*)|$)`);
const NPM_SCRIPT = /^npm (?:run(?:-script)? )?(?:(start|test)\b|([\w:-]+))/;

const UNKNOWN_SUBCOMMAND = "Name a command of docs/reference/command-line.md, or write it.";
const UNKNOWN_OPTION = "Name an option that the command's --help lists.";
const UNKNOWN_SCRIPT = "Name a script of package.json, or write it.";

/** @returns the commands of a page's shell blocks and sentences that nobody can type. */
export function commandOffences(page: Markdown, known: KnownCommands): readonly Offence[] {
  const shell = page.blocks.filter((block) => SHELL.test(block.info)).flatMap(commandsOf);
  const spans = page.spans
    .filter(({ text }) => BREAKWATER.test(text))
    .map(({ line, text }) => ({ line, command: text }));
  return [...shell, ...spans].flatMap(({ line, command }) => {
    const remedy = unknown(command, known);
    return remedy === null ? [] : [{ path: page.path, line, found: command, remedy }];
  });
}

interface Command {
  readonly line: number;
  readonly command: string;
}

/** In `console` blocks with prompts only lines with one are commands, the others are output. */
function commandsOf({ info, line, lines }: CodeBlock): readonly Command[] {
  const isPrompted = (text: string): boolean => /^\s*\$ /.test(text);
  const prompted = info.startsWith("console") && lines.some(isPrompted);
  return continued(lines).flatMap(({ text, index }) => {
    if (prompted && !isPrompted(text)) return [];
    const parts = text.replace(/^\s*\$ /, "").split(/&&|\|\||[|;]| #/);
    return parts.map((part) => ({ line: line + index, command: part.trim() }));
  });
}

/** Lines that end with a backslash are one with the next. */
function continued(lines: readonly string[]) {
  const found: { readonly index: number; readonly text: string }[] = [];
  let open = "";
  for (const [index, line] of lines.entries()) {
    const text = `${open} ${line.trimEnd()}`.trim();
    open = text.endsWith("\\") ? text.slice(0, -1).trim() : "";
    if (open === "") found.push({ index, text });
  }
  return found;
}

function unknown(command: string, known: KnownCommands): string | null {
  const breakwater = BREAKWATER.exec(command);
  if (breakwater !== null) {
    const [, name = "", rest = ""] = breakwater;
    if (name === "" || name.startsWith("-")) return null;
    return known.options.has(name) ? unknownOption(name, rest, known) : UNKNOWN_SUBCOMMAND;
  }
  const [, lifecycle, script] = NPM_SCRIPT.exec(command) ?? [];
  const name = lifecycle ?? (command.startsWith("npm run") ? script : undefined);
  return name === undefined || known.scripts.has(name) ? null : UNKNOWN_SCRIPT;
}

/** Where a command has commands of its own, the first word after it names one. */
function unknownOption(name: string, rest: string, { options }: KnownCommands): string | null {
  const [word = ""] = rest.trim().split(/\s+/);
  const own = options.get(`${name} ${word}`) ?? options.get(name);
  const written = [...rest.matchAll(/(?:^|\s)(--?[a-z][a-z-]*)/g)].map(([, option = ""]) => option);
  const wrong = written.some((option) => own !== undefined && !own.has(option));
  return wrong ? UNKNOWN_OPTION : null;
}

/** @param reference the generated page of the command line, a section with its help a command */
export function helpOptions(reference: string): KnownCommands["options"] {
  const sections = reference.split("\n## breakwater ").slice(1);
  return new Map(
    sections.map((section): [string, ReadonlySet<string>] => {
      const [name = ""] = section.split("\n");
      const [, list = ""] = section.split("\nOptions:\n");
      const [own = ""] = list.split(/\n(?:```|\S)/);
      const lines = own.matchAll(/^ {2}(--?[a-z][a-z-]*)(?:, (--[a-z-]+))?/gm);
      const options = [...lines].flatMap(([, one = "", other = ""]) => [one, other]);
      return [name, new Set(options)];
    }),
  );
}
