import { Option } from "commander";
import type { Command } from "commander";
import { candidateGroup } from "../../core/candidate.ts";
import type { CompiledGroup } from "../../core/compiled.ts";
import { DAY_MS, HOUR_MS, epochMs, millis } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { RecordError, decodeRecord } from "../../studies/decode-record.ts";
import { evaluate } from "../../studies/evaluate/evaluate.ts";
import { RecordedPast } from "../../studies/evaluate/recorded-past.ts";
import type { PastBlock } from "../../studies/evaluate/recorded-past.ts";
import type { Evaluation } from "../../api/evaluation.ts";
import { reportPage } from "../../report/report-page.ts";
import { evaluationReport } from "../evaluate/evaluation-report.ts";
import { evaluationMarkdown, evaluationText } from "../evaluate/evaluation-text.ts";
import { logLines } from "../decision-log-lines.ts";
import { sha256 } from "../digest.ts";
import { wholeNumberTo } from "../numbers.ts";
import { stopwatch } from "../pace.ts";
import { policyFile } from "../policy-file.ts";
import { commandLine } from "../simulation/simulation-report.ts";
import { checkDifferent, stageFile } from "../staged-file.ts";
import { progressOn } from "../simulation/progress.ts";
import { RESULT_FORMATS } from "../simulation/print-results.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { beginOf, since } from "../span-flags.ts";
import type { Since } from "../span-flags.ts";
import { UsageError } from "../usage-error.ts";
import { packageVersion } from "../version.ts";

interface EvaluateFlags {
  readonly log: readonly string[];
  readonly since?: Since;
  readonly candidate?: string;
  readonly group?: string;
  readonly block: Millis;
  readonly seeds: number;
  readonly format: ResultFormat;
  readonly report?: string;
}

/** Days differ more than seeds do: with many of them one seed each says most. */
const SEEDS_MAX = 20;

const MORE = `
The recorded demand (rates, lengths of turns) is simulated block by block under the policy that was
recorded, and under the candidate: the fleets' own spec.candidate, or the objects of --candidate.
Nothing is recommended unless the recorded policy, simulated, meets every objective as often as the
log says, within 1 point. Blocks are what intervals are over; with a single one, seeds are.

Examples:
  breakwater evaluate --log decisions.jsonl --since 14d
  breakwater evaluate --log decisions.jsonl.1 decisions.jsonl --candidate new.yaml --format markdown
`;

export function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .description("Compare a candidate policy with the one that acts, on recorded demand.")
    .requiredOption("--log <file...>", "decision logs, the oldest first")
    .option("--since <when>", "a span before the last record, or an instant", since)
    .option("--candidate <file>", "InferenceFleets and RackPools, instead of spec.candidate")
    .option("--group <name>", "whose fleets; may be left out where there is only one")
    .addOption(
      new Option("--block <span>", "length of a block")
        .argParser(blockLength)
        .default(millis(DAY_MS), "24h"),
    )
    .option("--seeds <number>", "runs of each block", wholeNumberTo(SEEDS_MAX), 3)
    .addOption(
      new Option("--format <format>", "of the result").choices(RESULT_FORMATS).default("text"),
    )
    .option("--report <file>", "write the recommendation, its reasons and tables as one HTML file")
    .addHelpText("after", MORE)
    .action(runEvaluate);
}

function blockLength(text: string): Millis {
  const span = since(text);
  const lengthMs = "beforeEndMs" in span ? span.beforeEndMs : millis(0);
  if (lengthMs >= HOUR_MS) return lengthMs;
  throw new UsageError(`--block: found "${text}", expected an hour at least, such as 24h`);
}

async function runEvaluate(flags: EvaluateFlags): Promise<void> {
  checkDifferent([...flags.log, ...(flags.report === undefined ? [] : [flags.report])]);
  const file = flags.report === undefined ? undefined : stageFile(flags.report);
  try {
    const result = await evaluated(flags);
    file?.append(reportPage(evaluationReport(result, commandLine(process.argv.slice(2)))));
    file?.publish();
    if (flags.format === "json") console.log(JSON.stringify(result));
    else console.log((flags.format === "text" ? evaluationText : evaluationMarkdown)(result));
  } finally {
    file?.discard();
  }
}

async function evaluated(flags: EvaluateFlags): Promise<Evaluation> {
  const blocks = await blocksOf(flags);
  const progress = progressOn(process.stderr, "evaluate", stopwatch);
  try {
    return await evaluate({
      blocks,
      candidate: candidateOf(flags),
      seeds: Array.from({ length: flags.seeds }, (_, n) => n + 1),
      digest: sha256,
      codeVersion: packageVersion(),
      onProgress: (share) => progress.update(share),
    });
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageError(`${flags.log.join(", ")}: ${error.message}`);
    throw error;
  } finally {
    progress.end();
  }
}

function candidateOf({ candidate, log }: EvaluateFlags) {
  if (candidate !== undefined) return policyFile(candidate);
  return (incumbent: CompiledGroup, _now: EpochMs): CompiledGroup => {
    const other = candidateGroup(incumbent);
    if (other !== null) return other;
    const expected = "expected one, or --candidate FILE";
    throw new UsageError(
      `${log.join(", ")}: no fleet of the log has a spec.candidate, ${expected}`,
    );
  };
}

/** The log is read twice: where it ends says where to begin. */
async function blocksOf(flags: EvaluateFlags): Promise<readonly PastBlock[]> {
  const groups = new Set<string>();
  let end = epochMs(0);
  for await (const { group, at } of recordsOf(flags.log)) {
    groups.add(group);
    end = at;
  }
  const group = flags.group ?? [...groups][0];
  if (group === undefined || !groups.has(group) || (groups.size > 1 && !flags.group)) {
    const known = [...groups].toSorted().join(", ") || "nothing";
    throw new UsageError(`--group: found ${flags.group ?? "none"}, expected one of: ${known}`);
  }
  const past = new RecordedPast(flags.block, beginOf(flags.since, end));
  for await (const { record } of recordsOf(flags.log)) if (record.group === group) past.add(record);
  return past.result();
}

async function* recordsOf(files: readonly string[]) {
  for (const file of files) {
    let line = 0;
    for (const text of await logLines(file)) {
      line += 1;
      if (text.trim() === "") continue;
      const record = decoded(text, { file, line });
      yield { record, group: record.group, at: record.decision.at };
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
