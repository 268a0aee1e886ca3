/** What the subcommands of `trace` have in common. */
import { Option } from "commander";
import { TRACE_CODES, inWords } from "../../traces/diagnostics.ts";
import type { FaultLog } from "../../traces/diagnostics.ts";
import { TRACE_FORMATS } from "../../traces/formats/format.ts";
import type { TraceFormatName } from "../../traces/formats/format.ts";
import { detectFormat } from "../../traces/read-trace.ts";
import { UsageError } from "../usage-error.ts";

export interface TraceFileFlags {
  readonly traceFormat?: TraceFormatName;
  readonly lenient?: true;
}

export const traceFormatOption = (): Option =>
  new Option("--trace-format <format>", "of the recording; default: by its first line").choices(
    TRACE_FORMATS,
  );

export const lenientOption = (): Option =>
  new Option("--lenient", "skip and count lines that are wrong instead of failing");

/** @throws TraceError when the format is neither named nor known; UsageError when it is not read */
export function formatOf(path: string, flags: TraceFileFlags): TraceFormatName {
  if (flags.traceFormat !== undefined) return flags.traceFormat;
  const detected = detectFormat(path);
  const known = TRACE_FORMATS.find((name) => name === detected);
  if (known !== undefined) return known;
  const expected = TRACE_FORMATS.join(", ");
  throw new UsageError(`${path}: this looks like ${detected}, expected one of ${expected}`);
}

/** Says on stderr what was skipped: per code the count and the first place. */
export function reportSkipped(faults: FaultLog): void {
  for (const { code, count, first } of faults.skipped()) {
    console.error(`skipped ${count} x ${code} ${TRACE_CODES[code]}; first: ${inWords(first)}`);
  }
}
