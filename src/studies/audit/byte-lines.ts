/** Lines as their bytes are: a carriage return, or what is no text, is not smoothed over. */
import type { LogLine } from "./verify.ts";

const NEWLINE = 10;

/** @yields every line; what no text would be read back from is said with it */
export function* byteLines(file: string, chunks: Iterable<Uint8Array>): Generator<LogLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest: Uint8Array[] = [];
  let line = 0;
  const lineOf = (bytes: Uint8Array): LogLine => {
    line += 1;
    try {
      return { file, line, text: decoder.decode(bytes) };
    } catch {
      return { file, line, text: lossy.decode(bytes), broken: "bytes that are not UTF-8" };
    }
  };
  for (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield lineOf(joined([...rest, chunk.subarray(from, end)]));
      rest = [];
      from = end + 1;
    }
    // A copy: whoever reads may use the chunk again. `slice` of a Buffer would not be one.
    if (from < chunk.length) rest.push(Uint8Array.from(chunk.subarray(from)));
  }
  if (rest.length === 0) return;
  yield { ...lineOf(joined(rest)), broken: "a line without an end of line: it was cut short" };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
