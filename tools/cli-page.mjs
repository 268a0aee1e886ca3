/** The page of the command line: what every command answers to --help, by the built program. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "..", "dist", "cli", "main.js");

const helpOf = (...path) =>
  execFileSync(process.execPath, [PROGRAM, ...path, "--help"], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, COLUMNS: "100" },
  });

/** @returns names of the commands that a help lists, `help` itself left out */
function commandsIn(help) {
  const [, list = ""] = help.split("\nCommands:\n");
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name);
  return names.filter((name) => name !== "help");
}

/** @returns the commands under a path, each with its help, in the order in which they are listed */
function underneath(path) {
  const help = helpOf(...path);
  const below = commandsIn(help).flatMap((name) => underneath([...path, name]));
  return [{ path, help }, ...below];
}

const section = ({ path, help }) =>
  `## ${["breakwater", ...path].join(" ")}\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`;

export function cliPage(notice) {
  const sections = underneath([]).map(section);
  return [
    `<!-- ${notice} -->\n`,
    "# Command line\n",
    "What each command answers to `--help`. Exit status: 0 ok, 1 failed, 2 usage or bad input, 3 a",
    "bound of `expected.yaml` missed. `kubectl breakwater` is the same program.\n",
    ...sections,
  ].join("\n");
}
