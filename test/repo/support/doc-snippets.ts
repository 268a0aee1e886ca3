/** Code blocks marked `bash exec`: run as the reader would, in a folder that is thrown away. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { builtProgram } from "./built-program.ts";
import type { CodeBlock, Markdown } from "./markdown.ts";
import { exists, ROOT } from "./repository.ts";

/** What snippets read; what they write stays in the scratch folder. */
const READ_BY_SNIPPETS = ["simulations", "charts", "manifests", "docs"] as const;
/** Many times what a page should make its reader wait for: the machine may be busy. */
const SNIPPET_TIMEOUT_MS = 150_000;

export interface Outcome {
  /** null when the time was over. */
  readonly status: number | null;
  /** Both streams, for the message when it failed. */
  readonly output: string;
}

/** @returns the blocks of a page that are to be run. */
export const executable = (page: Markdown): readonly CodeBlock[] =>
  page.blocks.filter((block) => /^bash exec\b/.test(block.info));

/** @returns how the block ended; it stops at the first command that fails. */
export function runSnippet(block: CodeBlock, program = builtProgram()): Outcome {
  const scratch = mkdtempSync(join(tmpdir(), "breakwater-docs-"));
  try {
    const bin = join(scratch, "bin");
    const folder = join(scratch, "project");
    mkdirSync(bin);
    mkdirSync(folder);
    writeCommand(join(bin, "breakwater"), `exec "${process.execPath}" "${program}" "$@"`);
    writeCommand(join(bin, "npx"), 'exec "$@"');
    for (const name of READ_BY_SNIPPETS)
      if (exists(name)) symlinkSync(join(ROOT, name), join(folder, name));
    return runBash(block.lines, { cwd: folder, bin });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function writeCommand(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

interface Place {
  readonly cwd: string;
  readonly bin: string;
}

function runBash(lines: readonly string[], { cwd, bin }: Place): Outcome {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };
  // A pipe to bash's input is a socket: it would take itself for a remote shell and read bashrc.
  const result = spawnSync("bash", ["-euo", "pipefail", "-c", lines.join("\n")], {
    cwd,
    env,
    encoding: "utf8",
    timeout: SNIPPET_TIMEOUT_MS,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}
