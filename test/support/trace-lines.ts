import type { LineFormat } from "../../src/traces/formats/format.ts";
import { readTrace } from "../../src/traces/read-trace.ts";
import { traceFile } from "./trace-file.ts";

/** @returns what a file of these lines says in a format. @throws TraceError for its first fault */
export const linesRead = <Entry>(format: LineFormat<Entry>, lines: readonly string[]): Entry[] => [
  ...readTrace(format, traceFile(lines.map((line) => `${line}\n`).join(""))),
];
