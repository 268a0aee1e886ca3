import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Builds the console as `npm run build` does, into a folder of its own. @returns that folder. */
export function buildConsole(): string {
  const folder = mkdtempSync(join(tmpdir(), "breakwater-console-"));
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const project = join(ROOT, "src", "console", "tsconfig.json");
  run([compiler, "-p", project, "--outDir", folder]);
  run([join(ROOT, "tools", "copy-console.mjs"), folder]);
  return join(folder, "console");
}

const run = (command: readonly string[]): void => {
  execFileSync(process.execPath, command, { stdio: ["ignore", "inherit", "inherit"] });
};
