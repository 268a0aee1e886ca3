import { Option } from "commander";
import type { Command } from "commander";
import { candidateGroup } from "../../core/candidate.ts";
import type { CompiledGroup } from "../../core/compiled.ts";
import { DAY_MS, HOUR_MS, millis } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { evaluate } from "../../studies/evaluate/evaluate.ts";
import type { Evaluation } from "../../api/evaluation.ts";
import { reportPage } from "../../report/report-page.ts";
import type { AskedPast } from "../evaluate/asked-past.ts";
import { fileCandidate } from "../evaluate/file-candidate.ts";
import { evaluationReport } from "../evaluate/evaluation-report.ts";
import { evaluationMarkdown, evaluationText } from "../evaluate/evaluation-text.ts";
import { blocksOfLog } from "../evaluate/from-log.ts";
import { blocksOfMetrics, racksOfPool } from "../evaluate/from-metrics.ts";
import { sha256 } from "../digest.ts";
import { wholeNumberTo } from "../numbers.ts";
import { stopwatch } from "../pace.ts";
import { commandLine } from "../simulation/simulation-report.ts";
import { checkDifferent, stageFile } from "../staged-file.ts";
import { progressOn } from "../simulation/progress.ts";
import { RESULT_FORMATS } from "../simulation/print-results.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { withEndpointFlags } from "../prometheus-flags.ts";
import type { EndpointFlags } from "../prometheus-flags.ts";
import { instant, since } from "../span-flags.ts";
import type { Since } from "../span-flags.ts";
import { UsageError } from "../usage-error.ts";
import { packageVersion } from "../version.ts";

interface EvaluateFlags extends EndpointFlags {
  readonly log?: readonly string[];
  readonly policy?: string;
  readonly since?: Since;
  readonly until?: EpochMs;
  readonly racks?: Readonly<Record<string, number>>;
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
Nothing is recommended unless the recorded policy, simulated, meets every objective as often as was
recorded, within 1 point. Blocks are what intervals are over; with a single one, seeds are.

The past is that of decision logs, --log, or that of Prometheus under the policy of a file,
--policy: its demand, how its objectives stood, and how many racks there were.

Examples:
  breakwater evaluate --log decisions.jsonl --since 14d
  breakwater evaluate --policy fleet.yaml --since 14d --prometheus-url http://127.0.0.1:9090 \\
    --candidate new.yaml
  breakwater evaluate --log decisions.jsonl.1 decisions.jsonl --candidate new.yaml --format markdown
`;

export function addEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .description("Compare a candidate policy with the one that acts, on recorded demand.")
    .option("--log <file...>", "decision logs, the oldest first")
    .option("--policy <file>", "InferenceFleets and RackPools that acted; metrics instead of a log")
    .option("--since <when>", "a span before the end, or an instant", since)
    .option("--until <instant>", "with --policy: the end, RFC 3339; absent: now", instant)
    .option(
      "--racks <pool=number>",
      "with --policy: at the start of a block, where breakwater_pool_desired_racks is not recorded",
      racksOfPool,
    )
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
    .addHelpText("after", MORE);
  withEndpointFlags(command).action(runEvaluate);
}

function blockLength(text: string): Millis {
  const span = since(text);
  const lengthMs = "beforeEndMs" in span ? span.beforeEndMs : millis(0);
  if (lengthMs >= HOUR_MS) return lengthMs;
  throw new UsageError(`--block: found "${text}", expected an hour at least, such as 24h`);
}

async function runEvaluate(flags: EvaluateFlags): Promise<void> {
  checkDifferent([...(flags.log ?? []), ...(flags.report === undefined ? [] : [flags.report])]);
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
  const place = placeOf(flags);
  const proposed = flags.candidate === undefined ? null : fileCandidate(flags.candidate);
  const { blocks, objects } = await pastOf(flags).catch(inPlace(place));
  proposed?.checkNames(objects);
  const progress = progressOn(process.stderr, "evaluate", stopwatch);
  try {
    return await evaluate({
      blocks,
      candidate: proposed?.groupOf ?? ownCandidate(place),
      seeds: Array.from({ length: flags.seeds }, (_, n) => n + 1),
      digest: sha256,
      codeVersion: packageVersion(),
      onProgress: (share) => progress.update(share),
    });
  } catch (error) {
    return inPlace(place)(error);
  } finally {
    progress.end();
  }
}

/** @returns where the past is read from, for messages. @throws UsageError unless it is one place */
function placeOf({ log, policy, until, racks, prometheusUrl }: EvaluateFlags): string {
  if ((log === undefined) === (policy === undefined)) {
    const found = log === undefined ? "neither --log nor --policy" : "both --log and --policy";
    throw new UsageError(`found ${found}, expected one of them`);
  }
  const of = until ?? racks ?? prometheusUrl;
  if (log !== undefined && of !== undefined) {
    throw new UsageError(
      "found --until, --racks or --prometheus-url with --log, expected them with --policy: " +
        "a log says all of it",
    );
  }
  return log?.join(", ") ?? prometheusUrl ?? policy ?? "";
}

const pastOf = async (flags: EvaluateFlags): Promise<AskedPast> =>
  flags.policy === undefined
    ? await blocksOfLog(flags.log ?? [], flags)
    : await blocksOfMetrics(flags.policy, flags);

/** What cannot be simulated lies in what was recorded. */
const inPlace =
  (place: string) =>
  (error: unknown): never => {
    if (error instanceof RangeError) throw new UsageError(`${place}: ${error.message}`);
    throw error;
  };

const ownCandidate =
  (place: string) =>
  (incumbent: CompiledGroup): CompiledGroup => {
    const other = candidateGroup(incumbent);
    if (other !== null) return other;
    throw new UsageError(
      `${place}: no fleet has a spec.candidate, expected one, or --candidate FILE`,
    );
  };
