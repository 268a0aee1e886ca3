import type { Command } from "commander";
import { RecordError } from "../../studies/decode-record.ts";
import { replay } from "../../studies/replay.ts";
import type { ReplayResult } from "../../studies/replay.ts";
import { logLines } from "../decision-log-lines.ts";
import { sha256 } from "../digest.ts";
import { formatOption } from "../format-flag.ts";
import type { FormatFlag } from "../format-flag.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";

export function addReplay(program: Command): void {
  program
    .command("replay")
    .description("Decide every record of a decision log again and compare bit for bit.")
    .argument("<file>", "a decision log, as `run --decision-log` writes it")
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  breakwater replay decisions.jsonl\n")
    .action(runReplay);
}

async function runReplay(file: string, { format }: FormatFlag): Promise<void> {
  const result = await replayFile(file);
  if (result.records === 0)
    throw new UsageError(`${file}: found no record, expected a log of them`);
  console.log(format === "json" ? JSON.stringify(result) : inWords(result));
  if (result.difference !== null) {
    throw new CommandFailed(`${file}: the replay differs at line ${result.difference.line}`);
  }
  if (result.redecided === 0) {
    throw new UsageError(`${file}: no record could be decided again: no keyframe found`);
  }
}

async function replayFile(file: string): Promise<ReplayResult> {
  const lines = await logLines(file);
  try {
    return await replay(lines, sha256);
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function inWords(result: ReplayResult): string {
  const { records, redecided, withoutMemory, difference } = result;
  const counts = `${records} records, ${redecided} decided again`;
  const skipped = withoutMemory > 0 ? `, ${withoutMemory} before the first keyframe` : "";
  const verdict = redecided > 0 ? ": every one bit for bit the same." : ".";
  if (difference === null) return `${counts}${skipped}${verdict}`;
  const { line, what, recorded, replayed, group } = difference;
  return (
    `${counts}${skipped}. First difference at line ${line}, group ${group}: ${what}\n` +
    `  recorded ${recorded}\n  replayed ${replayed}`
  );
}
