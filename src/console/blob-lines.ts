/** A line of a file: its text, its number from 1, and the bytes it takes. */
export interface BlobLine {
  readonly text: string;
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

const NEWLINE = 10;

/** Lines of a file that may be larger than memory, read as they are asked for. */
export async function* blobLines(file: Blob): AsyncGenerator<BlobLine> {
  const decoder = new TextDecoder();
  const reader = file.stream().getReader();
  let parts: Uint8Array[] = [];
  let number = 0;
  let from = 0;
  let read = 0;
  const line = (to: number): BlobLine => {
    number += 1;
    const text = parts.map((part) => decoder.decode(part, { stream: true })).join("");
    const found = { text: text + decoder.decode(), number, from, to };
    parts = [];
    from = to + 1;
    return found;
  };
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const bytes = value ?? new Uint8Array();
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      parts.push(bytes.subarray(start, end));
      yield line(read + end);
      start = end + 1;
    }
    if (start < bytes.length) parts.push(bytes.subarray(start));
    read += bytes.length;
  }
  if (parts.length > 0) yield line(read);
}
