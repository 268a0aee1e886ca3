import type { Command } from "commander";
import { linesOfSessions, linesOfTurns } from "../../traces/breakwater-file.ts";
import { FaultLog } from "../../traces/diagnostics.ts";
import { openRecording } from "../../traces/recording.ts";
import type { Recording } from "../../traces/recording.ts";
import { positiveWholeNumber } from "../numbers.ts";
import { UsageError } from "../usage-error.ts";
import { checkDifferent, writeWholeFile } from "../staged-file.ts";
import { formatOf, lenientOption, reportSkipped, traceFormatOption } from "./trace-flags.ts";
import type { TraceFileFlags } from "./trace-flags.ts";

export function addTraceImport(trace: Command): void {
  trace
    .command("import")
    .description("Compile a recording into Breakwater's own format, checking every line.")
    .argument("<file>", "a recording")
    .requiredOption("--output <file>", "appears when it is complete")
    .addOption(traceFormatOption())
    .option("--block-tokens <n>", "tokens of a block", positiveWholeNumber)
    .option("--as-recorded", "turns do not share the answers before them: for published hit rates")
    .addOption(lenientOption())
    .addHelpText(
      "after",
      "\nExample:\n  breakwater trace import sessions.jsonl --output sessions.trace.jsonl\n",
    )
    .action(runImport);
}

interface ImportFlags extends TraceFileFlags {
  readonly output: string;
  readonly blockTokens?: number;
  readonly asRecorded?: true;
}

function runImport(path: string, flags: ImportFlags): void {
  checkDifferent([path, flags.output]);
  const faults = new FaultLog({ lenient: flags.lenient ?? false });
  const format = formatOf(path, flags);
  if (format === "rate-csv" || format === "servegen-rate") {
    const remedy = `name it in a scenario, with format: ${format} and a profile`;
    throw new UsageError(`${path}: ${format} holds rates, which need no import: ${remedy}`);
  }
  const { blockTokens, output } = flags;
  const block = blockTokens === undefined ? {} : { blockTokens };
  const reuseOutputs = flags.asRecorded !== true;
  const recording = openRecording({ path, format, faults, reuseOutputs, ...block });
  const lines = writeWholeFile(output, linesOf(recording));
  console.log(`${output}: ${lines} lines`);
  reportSkipped(faults);
}

function linesOf({ templates, starts, anonymous }: Recording): Iterable<string> {
  if (anonymous) return linesOfTurns(templates.blockTokens, starts?.() ?? []);
  return linesOfSessions(templates, starts?.() ?? null);
}
