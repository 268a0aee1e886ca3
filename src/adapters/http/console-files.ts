import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

export interface ConsoleFile {
  readonly contentType: string;
  readonly body: Buffer;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".js": "text/javascript; charset=utf-8",
};

/**
 * Reads the console into memory, so that a request names an entry of a table and never a path.
 * @returns files by URL path below `/console/`; empty when `folder` does not exist: not built.
 */
export function readConsoleFiles(folder: string): ReadonlyMap<string, ConsoleFile> {
  const names = namesIn(folder);
  const files = names.flatMap((name): [string, ConsoleFile][] => {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) return [];
    return [[name.replaceAll("\\", "/"), { contentType, body: readFileSync(join(folder, name)) }]];
  });
  return new Map(files);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new Error(`reading the console's files in ${folder}`, { cause: error });
  }
}
