/** Files that appear whole or not at all: a run that fails leaves none, and harms no old one. */
import {
  closeSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { resolve } from "node:path";
import { reasonOf } from "./system-error.ts";
import { CommandFailed, UsageError } from "./usage-error.ts";

/** Characters held before they are written. */
const HOLD_CHARS = 1 << 20;

export interface StagedFile {
  append(text: string): void;
  /** Gives the file its name. */
  publish(): void;
  /** Leaves nothing behind; after `publish`, nothing to do. */
  discard(): void;
}

interface Opened {
  readonly file: number;
  /** Beside the target: a rename within one folder is whole or not at all. */
  readonly temporary: string;
  readonly target: string;
}

/**
 * Writes beside the target, which is renamed over at the end.
 * @throws UsageError when no file can be written there; later CommandFailed, as for a full disk
 */
export function stageFile(path: string): StagedFile {
  const { file, target, temporary } = opened(path);
  let held = "";
  let open = true;
  const flush = (): void => {
    attempt(path, () => writeSync(file, held));
    held = "";
  };
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    append: (text) => {
      held += text;
      if (held.length >= HOLD_CHARS) flush();
    },
    publish: () => {
      flush();
      close();
      attempt(path, () => renameSync(temporary, target));
    },
    discard: () => {
      close();
      rmSync(temporary, { force: true });
    },
  };
}

/** @returns a file a path, in their order. @throws UsageError, and then nothing is left of any */
export function stageFiles(paths: readonly string[]): readonly StagedFile[] {
  const files: StagedFile[] = [];
  try {
    for (const path of paths) files.push(stageFile(path));
    return files;
  } catch (error) {
    for (const file of files) file.discard();
    throw error;
  }
}

/**
 * @returns how many lines were written. Whatever they throw is passed on, and nothing is left.
 * @throws what `stageFile` throws
 */
export function writeWholeFile(path: string, lines: Iterable<string>): number {
  const file = stageFile(path);
  let written = 0;
  try {
    for (const line of lines) {
      file.append(`${line}\n`);
      written += 1;
    }
    file.publish();
    return written;
  } finally {
    file.discard();
  }
}

/** @throws UsageError when two of the paths are one file: the later would be written over it */
export function checkDifferent(paths: readonly string[]): void {
  const places = paths.map(placeOf);
  const again = places.findIndex((place, at) => places.indexOf(place) !== at);
  if (again === -1) return;
  throw new UsageError(
    `${paths[again] ?? ""}: found twice on the command line, expected two files`,
  );
}

/** @returns where the path leads, whether or not there is a file yet */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** A link is written through, not replaced; a device or a pipe must never be renamed over. */
function targetOf(path: string): string {
  if (path === "") throw new UsageError('found "" for a file to write, expected its name');
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return path;
  if (there.isFile()) return realpathSync(path);
  const found = there.isDirectory() ? "a directory" : "a device or a pipe";
  throw new UsageError(`${path} cannot be written: found ${found}, expected a file`);
}

function opened(path: string): Opened {
  try {
    const target = targetOf(path);
    const temporary = `${target}.${process.pid}.partial`;
    return { target, temporary, file: openSync(temporary, "w") };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new CommandFailed(`${path} cannot be written: ${reasonOf(cause)}`);
  }
}
