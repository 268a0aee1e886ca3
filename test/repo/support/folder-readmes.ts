import { posix } from "node:path";
import type { Offence } from "./offence.ts";

/** "More than a handful": beyond it a folder opens with a README. */
const FILES_WITHOUT_README_MAX = 6;

const REMEDY =
  "Open it with a README.md of ten lines: what lives here, what may not, what to read first.";

/** @returns the folders with many files of their own and no README.md. */
export function readmeOffences(paths: readonly string[]): readonly Offence[] {
  const folders = [...new Set(paths.map((path) => posix.dirname(path)))];
  return folders.flatMap((folder) => {
    const files = paths.filter((path) => posix.dirname(path) === folder);
    if (files.length <= FILES_WITHOUT_README_MAX || files.includes(`${folder}/README.md`))
      return [];
    return [
      { path: folder, line: 0, found: `${files.length} files, no README.md`, remedy: REMEDY },
    ];
  });
}
