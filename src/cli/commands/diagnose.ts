import { Option } from "commander";
import type { Command } from "commander";
import { withApiFlags } from "../api-flags.ts";
import type { ApiFlags } from "../api-flags.ts";
import { diagnoseFleet } from "../diagnose/of-fleet.ts";
import type { FleetQuestionFlags } from "../diagnose/of-fleet.ts";
import { diagnoseFile } from "../diagnose/of-trace.ts";
import type { TraceQuestionFlags } from "../diagnose/of-trace.ts";
import { positiveNumber, positiveWholeNumber } from "../numbers.ts";
import { RESULT_FORMATS } from "../simulation/print-results.ts";
import { lenientOption, traceFormatOption } from "../traces/trace-flags.ts";
import { UsageError } from "../usage-error.ts";

/** GPUs of an NVL72 that are planned on: 16 nodes of 4. */
const RACK_GPUS = 64;
/** Published list price of a GB200 node of 4 GPUs, $42 an hour; what you pay is for you to say. */
const LIST_USD_PER_GPU_HOUR = 10.5;
/** As published measurements on the recorded coding agents have it. */
const SESSIONS_PER_HOUR = 120;

const MORE = `
Of a recording, --trace: what caches of every size would serve, where turns diverge from the turn
before, which fault in the prompts that looks like, what it costs, and what its remedy would save.
Of a running controller, --fleet, or of a decision log, --log: why the hit rate is what it is over
a window, what it was before, and what to look at next. See docs/diagnose.md.

Examples:
  breakwater diagnose --trace sessions.jsonl
  breakwater diagnose --trace conversation.jsonl --gpus 128 --format markdown
  breakwater diagnose --fleet coder --namespace agents --since 2h
  breakwater diagnose --log decisions.jsonl --fleet agents/coder
`;

type DiagnoseFlags = TraceQuestionFlags &
  FleetQuestionFlags &
  ApiFlags & { readonly trace?: string };

export function addDiagnose(program: Command): void {
  const command = program
    .command("diagnose")
    .description("Why the hit rate is what it is: of a recording, a fleet, or a decision log.")
    .option("--trace <file>", "a recording, or a file that `trace import` wrote")
    .option("--fleet <name>", "of a running controller: name, or namespace/name")
    .option("--namespace <namespace>", "of the fleet")
    .option("--since <duration>", "how far back to look", "1h")
    .option("--log <file>", "a decision log instead of a running controller")
    .addOption(traceFormatOption())
    .option("--block-tokens <n>", "tokens that an identity stands for", positiveWholeNumber)
    .addOption(lenientOption())
    .option("--profile <name>", "engine: cost of prefill, size of caches", "dsr1-fp4-gb200")
    .option("--gpus <n>", "whose caches are asked about", positiveWholeNumber, RACK_GPUS)
    .option("--cache-tokens <n>", "size of the cache, instead of --gpus", positiveWholeNumber)
    .option("--cache-blocks <n>", "the same, in blocks", positiveWholeNumber)
    .option("--cache-gb <n>", "the same, in GB of KV", positiveNumber)
    .option("--usd-per-gpu-hour <n>", "price", positiveNumber, LIST_USD_PER_GPU_HOUR)
    .option(
      "--sessions-per-hour <n>",
      "where sessions do not say when they began",
      positiveNumber,
      SESSIONS_PER_HOUR,
    )
    .addOption(
      new Option("--format <format>", "of the result").choices(RESULT_FORMATS).default("text"),
    )
    .addHelpText("after", MORE);
  withApiFlags(command).action(runDiagnose);
}

async function runDiagnose({ trace, ...flags }: DiagnoseFlags): Promise<void> {
  if (trace !== undefined) {
    const other = flags.fleet !== undefined ? "--fleet" : flags.log !== undefined ? "--log" : null;
    if (other !== null) throw new UsageError(`found --trace and ${other}, expected one of them`);
    diagnoseFile(trace, flags);
    return;
  }
  if (flags.fleet === undefined && flags.log === undefined) {
    throw new UsageError("found neither --trace nor --fleet nor --log, expected one of them");
  }
  await diagnoseFleet(flags);
}
