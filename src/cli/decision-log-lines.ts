import { access, constants, stat } from "node:fs/promises";
import type { DecisionRecord } from "../core/record.ts";
import { RecordError, decodeRecord } from "../studies/decode-record.ts";
import { FaultLog } from "../traces/diagnostics.ts";
import { readLines } from "../traces/lines.ts";
import { reasonOf } from "./system-error.ts";
import { UsageError } from "./usage-error.ts";

/**
 * @returns the lines of a decision log, read as they are asked for: it may be larger than memory
 * @throws UsageError when it cannot be read or is a directory
 */
export async function logLines(file: string): Promise<Iterable<string>> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(cause)}`);
  }
  if ((await stat(file)).isDirectory()) {
    throw new UsageError(`${file} is a directory, expected a decision log`);
  }
  return textsOf(file);
}

/**
 * @yields the records of logs, the oldest first
 * @throws UsageError that names file and line of what is no record
 */
export async function* logRecords(files: readonly string[]): AsyncGenerator<DecisionRecord> {
  for (const file of files) {
    let line = 0;
    for (const text of await logLines(file)) {
      line += 1;
      if (text.trim() !== "") yield decoded(text, { file, line });
    }
  }
}

function decoded(text: string, { file, line }: { readonly file: string; readonly line: number }) {
  try {
    return decodeRecord(text, line);
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function* textsOf(file: string): Generator<string> {
  const faults = new FaultLog({ lenient: false });
  for (const { text } of readLines(file, { faults })) yield text;
}
