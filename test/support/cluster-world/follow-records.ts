/**
 * A decision log that is still written to, read on from where the last look ended: the engines of
 * the test live in this process, and would miss their scrapes while tens of megabytes are parsed.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { DecisionRecord } from "../../../src/core/record.ts";
import { decodeRecord } from "../../../src/studies/decode-record.ts";

/** @returns a look at all records so far; throws while the file does not exist */
export function followRecords(file: string): () => readonly DecisionRecord[] {
  const records: DecisionRecord[] = [];
  let readTo = 0;
  return () => {
    const text = textFrom(file, readTo);
    // What follows the last line break is a record half written.
    const whole = text.subarray(0, text.lastIndexOf("\n") + 1);
    readTo += whole.length;
    for (const line of whole.toString("utf8").split("\n")) {
      if (line !== "") records.push(decodeRecord(line, records.length + 1));
    }
    return records;
  };
}

function textFrom(file: string, offset: number): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const text = Buffer.alloc(fstatSync(descriptor).size - offset);
    return text.subarray(0, readSync(descriptor, text, 0, text.length, offset));
  } finally {
    closeSync(descriptor);
  }
}
