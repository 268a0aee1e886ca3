import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_BYTES = 22;
const LONGEST_COMMENT_BYTES = 0xffff;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;

/**
 * The content of one file of a zip archive (PKWARE APPNOTE 4.3), since a bare machine has neither
 * unzip nor Python. No zip64 and no encryption; throws when the file is not there.
 */
export function readZipEntry(zip, wanted) {
  const end = endOfDirectory(zip);
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameBytes = zip.readUInt16LE(at + 28);
    const nameAt = at + DIRECTORY_ENTRY_BYTES;
    if (zip.toString("utf8", nameAt, nameAt + nameBytes) === wanted) return contentOf(zip, at);
    at = nameAt + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`the archive holds no file ${wanted}`);
}

function endOfDirectory(zip) {
  const last = zip.length - END_OF_DIRECTORY_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT_BYTES); at--) {
    if (zip.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error("not a zip archive: it has no end-of-directory record");
}

function contentOf(zip, directoryEntry) {
  const method = zip.readUInt16LE(directoryEntry + 10);
  const compressedBytes = zip.readUInt32LE(directoryEntry + 20);
  const header = zip.readUInt32LE(directoryEntry + 42);
  const names = zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const start = header + LOCAL_HEADER_BYTES + names;
  const compressed = zip.subarray(start, start + compressedBytes);
  return method === STORED ? compressed : inflateRawSync(compressed);
}
