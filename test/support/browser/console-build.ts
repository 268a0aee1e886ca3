import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Builds the console as `npm run build` does, into a folder of its own. @returns that folder. */
export function buildConsole(): string {
  const folder = mkdtempSync(join(tmpdir(), "breakwater-console-"));
  const bundler = join(ROOT, "tools", "bundle-console.mjs");
  execFileSync(process.execPath, [bundler, folder], { stdio: ["ignore", "inherit", "inherit"] });
  return join(folder, "console");
}
