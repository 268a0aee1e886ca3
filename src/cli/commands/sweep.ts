import { Option } from "commander";
import type { Command } from "commander";
import { SEEDS_MAX } from "../../config/scenario.ts";
import { sweep, sweepJobs } from "../../studies/compare/sweep.ts";
import type { SweepResult } from "../../api/comparison.ts";
import type { RunJobs, SweepPlan } from "../../studies/compare/sweep.ts";
import { positiveWholeNumber, wholeNumberTo } from "../numbers.ts";
import { PART_SCHEMA_VERSION } from "../simulation/decode-part.ts";
import type { PartLine } from "../simulation/decode-part.ts";
import { loadAll, namesOf, planOf, runnerOf } from "../simulation/comparison-runs.ts";
import type { LoadedScenarios } from "../simulation/comparison-runs.ts";
import { printedSweep } from "../simulation/print-sweep.ts";
import { commandLine, sweepReport, withFindings } from "../simulation/simulation-report.ts";
import { reportPage } from "../../report/report-page.ts";
import { stageFile } from "../staged-file.ts";
import { RESULT_FORMATS } from "../simulation/print-results.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { sweepManifest } from "../simulation/sweep-job.ts";
import { mergedRunner, partOf, planDigest, runsOfPart } from "../simulation/sweep-parts.ts";
import type { SweepPart } from "../simulation/sweep-parts.ts";
import { readText } from "../text-file.ts";
import { packageVersion } from "../version.ts";

interface SweepFlags {
  readonly policies: readonly string[];
  readonly seeds?: number;
  readonly workers: number;
  readonly format: ResultFormat;
  readonly part?: SweepPart;
  readonly merge?: readonly string[];
  readonly job?: number;
  readonly image: string;
  readonly report?: string;
}

/** An index of a Job is a pod: more of them than runs are of no use. */
const MOST_PARTS = 1_000;

const EXAMPLE = `
Examples:
  breakwater sweep simulations/launch-day/scenario.yaml --policies breakwater,static

On several machines: a Job of which each index makes every eighth run, then its logs together.
  breakwater sweep simulations/*/scenario.yaml --job 8 | kubectl apply -f -
  kubectl logs -l job-name=breakwater-sweep --tail=-1 --max-log-requests=8 > parts.jsonl
  breakwater sweep simulations/*/scenario.yaml --merge parts.jsonl
`;

export function addSweep(program: Command): void {
  program
    .command("sweep")
    .description("Turn each policy's knob: GPU-hours against violations, the front marked.")
    .argument("<scenario...>", "scenario files")
    .option("--policies <names>", "to sweep, by commas", namesOf, ["breakwater"])
    .option(
      "--seeds <number>",
      "runs of each setting; default: the scenario's",
      wholeNumberTo(SEEDS_MAX),
    )
    .option("--workers <number>", "runs side by side", positiveWholeNumber, 1)
    .addOption(
      new Option("--format <format>", "of the result").choices(RESULT_FORMATS).default("text"),
    )
    .option("--part <index/count>", "make only these runs, a line of JSON each", partOf)
    .addOption(
      new Option("--merge <file...>", "run nothing: the lines of all parts").conflicts("part"),
    )
    .addOption(
      new Option("--job <parts>", "run nothing: print a Job of so many parts")
        .argParser(wholeNumberTo(MOST_PARTS))
        .conflicts(["part", "merge"]),
    )
    .addOption(
      new Option(
        "--report <file>",
        "write fronts, findings and the table as one HTML file",
      ).conflicts(["part", "job"]),
    )
    .option("--image <image>", "of the Job", `breakwater:${packageVersion()}`)
    .addHelpText("after", EXAMPLE)
    .action(runSweep);
}

async function runSweep(files: readonly string[], flags: SweepFlags): Promise<void> {
  const scenarios = loadAll(files);
  const plan = planOf(scenarios, flags);
  if (flags.job !== undefined) {
    printJob(scenarios, { ...flags, job: flags.job });
    return;
  }
  const digest = planDigest(sweepJobs(plan), files.map(readText), packageVersion());
  const run = runnerOf(scenarios, flags.workers);
  if (flags.part !== undefined) {
    await printPart(flags.part, { plan, digest, run });
    return;
  }
  const merged = flags.merge?.map(readText);
  const from = merged === undefined ? run : mergedRunner(merged, digest);
  await printSweep(() => sweep(plan, from), flags);
}

async function printSweep(
  swept: () => Promise<SweepResult>,
  { format, report: path }: SweepFlags,
): Promise<void> {
  const file = path === undefined ? undefined : stageFile(path);
  try {
    const result = await swept();
    const report = sweepReport(result, commandLine(process.argv.slice(2)));
    file?.append(reportPage(report));
    file?.publish();
    const printed = printedSweep(result, format);
    console.log(format === "markdown" ? withFindings(printed, report) : printed);
  } finally {
    file?.discard();
  }
}

interface PartRuns {
  readonly plan: SweepPlan;
  readonly digest: string;
  readonly run: RunJobs;
}

async function printPart(part: SweepPart, { plan, digest, run }: PartRuns): Promise<void> {
  const jobs = sweepJobs(plan);
  const runs = runsOfPart(jobs.length, part);
  const results = await run(runs.flatMap((at) => jobs[at] ?? []));
  for (const [at, result] of results.entries()) {
    const line: PartLine = {
      schemaVersion: PART_SCHEMA_VERSION,
      plan: digest,
      run: runs[at] ?? 0,
      result,
    };
    console.log(JSON.stringify(line));
  }
}

/** A file has its scenario's name: those of several folders may have one name of their own. */
function printJob(
  scenarios: LoadedScenarios,
  { job, image, policies, seeds }: SweepFlags & { readonly job: number },
): void {
  const names = [...scenarios.values()].map(({ name }) => `${name}.yaml`);
  const texts = [...scenarios.keys()].map(readText);
  const files = new Map(names.map((name, at) => [name, texts[at] ?? ""]));
  const asked = seeds === undefined ? {} : { seeds };
  const manifest = sweepManifest({ parts: job, image, files, policies, ...asked }, [
    ...scenarios.values(),
  ]);
  console.log(manifest.trimEnd());
}
