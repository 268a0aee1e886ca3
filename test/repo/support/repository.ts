/** The files of the project, as paths from its root with forward slashes. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { parseSource, type SourceFile } from "./source-file.ts";

export const ROOT = resolve(import.meta.dirname, "../../..");

/** Folders that hold nothing written by hand: installed, built, or measured. */
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", "coverage", ".git"]);

/** The languages that oxc-parser reads. */
const CODE = /\.(ts|mts|mjs|js)$/;

/** @returns whether the path exists in the project, be it a file or a folder. */
export const exists = (path: string): boolean => existsSync(join(ROOT, path));

/** @returns the content of a file. @throws when there is none. */
export const readText = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** @returns every file below `folder` ("" is the whole project), sorted; none if it is absent. */
export function filesUnder(folder: string): readonly string[] {
  if (folder !== "" && !exists(folder)) return [];
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  const found = entries
    .filter((entry) => !SKIPPED_FOLDERS.has(entry.name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
  return found.toSorted();
}

/** Sources do not change while the rules run, and every rule asks for them: parsed once. */
const parsed = new Map<string, SourceFile>();

/** @returns the parsed code files below the folders. */
export function codeUnder(...folders: readonly string[]): readonly SourceFile[] {
  const paths = folders.flatMap((folder) => filesUnder(folder)).filter((path) => CODE.test(path));
  return paths.map((path) => {
    const file = parsed.get(path) ?? parseSource(path, readText(path));
    parsed.set(path, file);
    return file;
  });
}
