/** Files that appear whole or not at all. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { UsageError } from "../usage-error.ts";

/** Characters held before they are written. */
const HOLD_CHARS = 1 << 20;

export interface StagedFile {
  append(text: string): void;
  /** Gives the file its name. */
  publish(): void;
  /** Leaves nothing behind; after `publish`, nothing to do. */
  discard(): void;
}

/** @throws UsageError when nothing can be written there */
export function stageFile(path: string): StagedFile {
  const temporary = `${path}.partial`;
  const file = opened(temporary);
  let held = "";
  let open = true;
  const flush = (): void => {
    writeSync(file, held);
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
      renameSync(temporary, path);
    },
    discard: () => {
      close();
      rmSync(temporary, { force: true });
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, "w");
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${String(cause)}`);
  }
}
