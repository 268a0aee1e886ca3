/** Files that people write by hand, read whole: scenarios, ranges, points, fleets. */
import { readFileSync, statSync } from "node:fs";
import { reasonOf } from "./system-error.ts";
import { UsageError } from "./usage-error.ts";

/** Nobody writes more by hand; a recording that was named by mistake ends here, not in memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/** @returns the text. @throws UsageError when there is none, its `cause` what the system said */
export function readText(path: string): string {
  const bytes = bytesOf(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: found bytes that are not UTF-8, expected text`, {
      cause,
    });
  }
}

function bytesOf(path: string): Uint8Array {
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw new Error("found a directory, expected a file");
    if (found.size > MAX_BYTES) {
      throw new Error(`found ${found.size} bytes, expected at most ${MAX_BYTES}`);
    }
    return readFileSync(path);
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}
