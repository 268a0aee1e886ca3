/**
 * Lines of a file, in constant memory and without waiting: the simulated world asks for its next
 * session in the middle of an event and cannot await one, so this reads a chunk when it runs dry.
 */
import { Buffer, isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { FaultLog, LineProblem } from "./diagnostics.ts";

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end; a carriage return before it is dropped. */
  readonly text: string;
  /** Whether a newline followed: without one, the file may have been cut here. */
  readonly ended: boolean;
}

export interface LineOptions {
  readonly faults: FaultLog;
  /** Bytes of a line; longer ones are reported, and skipped if faults are. */
  readonly maxLineBytes?: number;
}

/** A prompt of a million tokens in 16-token blocks is a line of 600 KB; a long session some MB. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Large enough that the cost of a read does not show, small enough for any cache. */
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/**
 * @yields lines in order, blank ones included
 * @throws TraceError for a file that cannot be opened, and for what `faults` does not forgive
 */
export function* readLines(path: string, options: LineOptions): Generator<Line> {
  const file = openFile(path, options.faults);
  try {
    yield* new LineSplitter(path, options).split(chunksOf(file, path, options.faults));
  } finally {
    closeSync(file);
  }
}

function openFile(path: string, faults: FaultLog): number {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    if (fstatSync(file).isDirectory()) throw new Error("it is a directory");
    return file;
  } catch (cause) {
    if (file !== null) closeSync(file);
    throw unreadable(path, faults, cause);
  }
}

function* chunksOf(file: number, path: string, faults: FaultLog): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const bytes = readChunk(file, chunk, { path, faults });
    if (bytes === 0) return;
    yield chunk.subarray(0, bytes);
  }
}

function readChunk(
  file: number,
  chunk: Buffer,
  { path, faults }: { readonly path: string; readonly faults: FaultLog },
): number {
  try {
    return readSync(file, chunk, 0, chunk.length, null);
  } catch (cause) {
    throw unreadable(path, faults, cause);
  }
}

function unreadable(path: string, faults: FaultLog, cause: unknown): Error {
  const found = cause instanceof Error ? cause.message : String(cause);
  faults.report({ code: "TRC014", path, line: 0, column: 0, found, expected: "a readable file" });
  return new Error(found, { cause });
}

class LineSplitter {
  readonly #path: string;
  readonly #faults: FaultLog;
  readonly #maxBytes: number;
  /** What is known of a line whose end is in a later chunk. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #number = 0;
  /** Of the line's first byte in the file. */
  #offset = 0;

  constructor(path: string, { faults, maxLineBytes }: LineOptions) {
    this.#path = path;
    this.#faults = faults;
    this.#maxBytes = maxLineBytes ?? MAX_LINE_BYTES;
  }

  *split(chunks: Iterable<Buffer>): Generator<Line> {
    for (const chunk of chunks) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        const line = this.#complete(chunk.subarray(start, end), true);
        if (line !== null) yield line;
        start = end + 1;
      }
      this.#keep(chunk.subarray(start));
    }
    const last = this.#begunBytes > 0 ? this.#complete(Buffer.alloc(0), false) : null;
    if (last !== null) yield last;
  }

  /** Holds on to no more than a line may have: the rest of an overlong one is only counted. */
  #keep(part: Buffer): void {
    this.#begunBytes += part.length;
    if (this.#begunBytes <= this.#maxBytes) {
      this.#begun.push(Buffer.from(part));
      return;
    }
    this.#begun = [];
    if (this.#faults.lenient) return;
    // What is no text can be one line of any length: its end is not waited for.
    const place = { path: this.#path, line: this.#number + 1, column: 0 };
    this.#faults.report({ ...this.#tooLong(this.#begunBytes), ...place });
  }

  #tooLong(bytes: number): LineProblem {
    return { code: "TRC008", found: `${bytes} bytes`, expected: `at most ${this.#maxBytes}` };
  }

  #complete(rest: Buffer, ended: boolean): Line | null {
    const begunBytes = this.#begunBytes;
    const bytes = begunBytes === 0 ? rest : Buffer.concat([...this.#begun, rest]);
    this.#begun = [];
    this.#begunBytes = 0;
    this.#number += 1;
    const offset = this.#offset;
    const length = begunBytes + rest.length;
    this.#offset += length + 1;
    const problem = this.#problemOf(bytes, length, offset);
    if (problem === null) return { number: this.#number, text: textOf(bytes), ended };
    const { at, ...what } = problem;
    const column = at === undefined ? 0 : at + 1;
    this.#faults.report({ ...what, path: this.#path, line: this.#number, column });
    return null;
  }

  #problemOf(bytes: Buffer, length: number, offset: number): LineProblem | null {
    if (length > this.#maxBytes) return this.#tooLong(length);
    if (isUtf8(bytes)) return null;
    const at = firstBadByte(bytes);
    const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
    const found = `byte 0x${byte} at offset ${offset + at}${likelyKind(bytes, offset)}`;
    return { code: "TRC001", at, found, expected: "text in UTF-8" };
  }
}

const BYTE_ORDER_MARK = "\ufeff";

function textOf(bytes: Buffer): string {
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  const text = bytes.toString("utf8", 0, end);
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** @returns the length of the longest prefix that is UTF-8: characters take up to 4 bytes */
function firstBadByte(bytes: Buffer): number {
  let good = 0;
  for (;;) {
    const size = [1, 2, 3, 4].find((n) => isUtf8(bytes.subarray(good, good + n)));
    if (size === undefined || good >= bytes.length) return good;
    good += size;
  }
}

/** First bytes of files that are often taken for the text in them. */
const MAGIC: readonly (readonly [bytes: string, kind: string])[] = [
  ["1f8b", "gzip: decompress it first"],
  ["28b52ffd", "zstd: decompress it first"],
  ["504b0304", "zip: unpack it first"],
  ["fffe", "UTF-16: convert it first"],
  ["feff", "UTF-16: convert it first"],
];

function likelyKind(bytes: Buffer, offset: number): string {
  if (offset > 0) return "";
  const start = bytes.subarray(0, 4).toString("hex");
  const kind = MAGIC.find(([magic]) => start.startsWith(magic))?.[1];
  return kind === undefined ? "" : ` (this looks like ${kind})`;
}
