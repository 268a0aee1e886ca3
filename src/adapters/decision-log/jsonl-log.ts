/** Decision records as JSON lines in a file, rotated by size. */
import { appendFile, mkdir, open, rename, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Digest } from "../../core/canonical.ts";
import type { DecisionRecord } from "../../core/record.ts";
import type { DecisionLog, LogTail } from "../../ports/decision-log.ts";
import { PortError } from "../../ports/errors.ts";
import { indexOfRecord } from "./decode.ts";

export interface JsonlLogOptions {
  readonly path: string;
  readonly digest: Digest;
  /** The file is moved to `<path>.1` before it would grow beyond this, that one to `.2`, ... */
  readonly maxBytes?: number;
  /** So many files that were moved away are kept; the oldest goes. The chain passes over them. */
  readonly keptFiles?: number;
}

/** With the file itself three quarters of the chart's volume of 1 GiB. */
const KEPT_FILES = 2;

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
/** Read from the end in steps of this to find the last line. */
const TAIL_BYTES = 1024 * 1024;
const NEWLINE = "\n";

/** @throws PortError `invalid` from every method when the path cannot be written or read */
export function jsonlLog(options: JsonlLogOptions): DecisionLog {
  const { path, digest, maxBytes = DEFAULT_MAX_BYTES, keptFiles = KEPT_FILES } = options;
  return {
    keeps: true,
    append: async (_record: DecisionRecord, line: string) => {
      await within(path, "appending to", async () => {
        await mkdir(dirname(path), { recursive: true });
        await rotate(path, Buffer.byteLength(line) + 1, { maxBytes, keptFiles });
        await appendFile(path, `${line}\n`);
      });
    },
    tail: async () => {
      const line = (await lastLine(path)) ?? (await lastLine(`${path}.1`));
      return line === null ? null : tailOf(line, digest, path);
    },
  };
}

function tailOf(line: string, digest: Digest, path: string): LogTail {
  const index = indexOfRecord(line);
  if (index === null) {
    const found = line.slice(0, 80);
    throw new PortError(
      "bad-answer",
      `decision log ${path}: the last line is "${found}…", expected a decision record; move the ` +
        "file away to start a new log",
    );
  }
  return { index, hash: digest(line) };
}

async function within<T>(path: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new PortError("invalid", `${doing} decision log ${path}: ${String(cause)}`, cause);
  }
}

interface Limits {
  readonly maxBytes: number;
  readonly keptFiles: number;
}

async function rotate(
  path: string,
  adding: number,
  { maxBytes, keptFiles }: Limits,
): Promise<void> {
  const size = await sizeOf(path);
  if (size === 0 || size + adding <= maxBytes) return;
  for (let older = Math.max(1, keptFiles); older > 1; older -= 1) {
    await renameIfThere(`${path}.${older - 1}`, `${path}.${older}`);
  }
  await rename(path, `${path}.1`);
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/**
 * A line that a crash left half written is cut off: nothing is done on a record before it is there.
 * @returns the last complete line; null for a file that is missing or has none
 */
async function lastLine(path: string): Promise<string | null> {
  const size = await within(path, "reading", () => sizeOf(path));
  if (size === 0) return null;
  return within(path, "reading", async () => {
    const file = await open(path, "r+");
    try {
      const { line, completeBytes } = await readLastLine(file, size);
      if (completeBytes < size) await file.truncate(completeBytes);
      return line;
    } finally {
      await file.close();
    }
  });
}

interface LastLine {
  readonly line: string | null;
  /** Size of the file up to the end of its last complete line. */
  readonly completeBytes: number;
}

async function readLastLine(file: FileHandle, size: number): Promise<LastLine> {
  let tail = Buffer.alloc(0);
  let start = size;
  while (true) {
    const from = Math.max(0, start - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(start - from),
      0,
      start - from,
      from,
    );
    // Joined as bytes: a step may end within a character.
    tail = Buffer.concat([buffer.subarray(0, bytesRead), tail]);
    start = from;
    const end = tail.lastIndexOf(NEWLINE);
    const before = end > 0 ? tail.lastIndexOf(NEWLINE, end - 1) : -1;
    if (before < 0 && start > 0) continue;
    const line = end < 0 ? null : tail.toString("utf8", before + 1, end);
    return { line, completeBytes: start + end + 1 };
  }
}
