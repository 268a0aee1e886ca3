/** Recordings for tests: written to a folder of the machine that is removed behind them. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** @returns the path of a new file with these contents, gone when the test is */
export function traceFile(contents: string | Uint8Array): string {
  const folder = traceFolder();
  const path = join(folder, "trace");
  writeFileSync(path, contents);
  return path;
}

export function traceFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "breakwater-traces-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Real recordings are no part of the project: they may lie in a folder beside it. */
const RECORDINGS = join(import.meta.dirname, "../../../shared/traces");

/** @returns where a recording is, or null after saying that what needs it is left out */
export function recording(name: string): string | null {
  const path = join(RECORDINGS, name);
  if (existsSync(path)) return path;
  console.log(`${name} is not beside the project: nothing is compared with it`);
  return null;
}
