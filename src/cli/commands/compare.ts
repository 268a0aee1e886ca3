import { Option } from "commander";
import type { Command } from "commander";
import { SEEDS_MAX } from "../../config/scenario.ts";
import { compare } from "../../studies/compare/compare.ts";
import type { Tune } from "../../studies/compare/contest.ts";
import { knobValues } from "../../studies/compare/sweep.ts";
import { POLICIES } from "../../studies/policies.ts";
import { positiveWholeNumber, wholeNumberTo } from "../numbers.ts";
import { loadAll, namesOf, planOf, runnerOf } from "../simulation/comparison-runs.ts";
import { comparisonReport, commandLine, withFindings } from "../simulation/simulation-report.ts";
import { drawnRuns } from "../simulation/drawn-runs.ts";
import { reportPage } from "../../report/report-page.ts";
import { stageFile } from "../staged-file.ts";
import { printedComparison } from "../simulation/print-comparison.ts";
import { RESULT_FORMATS } from "../simulation/print-results.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { UsageError } from "../usage-error.ts";

interface CompareFlags {
  readonly policies: readonly string[];
  readonly seeds?: number;
  readonly tune: Tune;
  readonly workers: number;
  readonly format: ResultFormat;
  readonly report?: string;
}

const OURS = "breakwater";
const named = (wanted: "variant" | "baseline" | "reference"): readonly string[] =>
  POLICIES.flatMap(({ name, kind }) => (kind === wanted ? [name] : []));
/** References take several runs each: they are asked for by name. */
const OTHERS = named("baseline");

const RUNS = POLICIES.filter(({ kind }) => kind === "ours" || kind === "baseline").reduce(
  (sum, { knob }) => sum + knobValues(knob).length,
  0,
);

const EXAMPLE = `
Without --policies, ${OURS} and ${OTHERS.length} others are swept:
${RUNS} runs for each scenario and seed, and as many more by the unit as there are others. A run of
six simulated hours of five racks takes 2 to 6 s of one core, so that a scenario with two seeds
takes about a quarter of an hour; --policies names fewer. How far it is goes to stderr, also where
that is no terminal.

Every policy is swept over its knob, ours too. Violations are compared at equal GPU-hours and
GPU-hours at equal attainment, between 95 and 99.5 %. What each of the others reads and does:
docs/baselines.md. Beside them, not in competition: ${named("reference").join(", ")}, which
know what nobody can (docs/references.md); asked for by name, since each takes many runs, and shown
at every value of their knob. What our own parts are worth: ${named("variant").join(", ")}.

Example:
  breakwater compare simulations/*/scenario.yaml --policies hpa-queue,static --seeds 3 --workers 2
  breakwater compare simulations/flash-crowd/scenario.yaml --policies static,clairvoyant
  breakwater compare simulations/flash-crowd/scenario.yaml --policies hpa-queue --report flash.html
`;

export function addCompare(program: Command): void {
  program
    .command("compare")
    .description("Compare policies on scenarios, at equal GPU-hours and at equal attainment.")
    .argument("<scenario...>", "scenario files")
    .option("--policies <names>", `to compare with ${OURS}, by commas`, namesOf, OTHERS)
    .option(
      "--seeds <number>",
      "runs of each setting; default: the scenario's",
      wholeNumberTo(SEEDS_MAX),
    )
    .addOption(
      new Option("--tune <how>", "one configuration for all, or the others tuned to each")
        .choices(["one", "each"])
        .default("one"),
    )
    .option("--workers <number>", "runs side by side", positiveWholeNumber, 1)
    .addOption(
      new Option("--format <format>", "of the result").choices(RESULT_FORMATS).default("text"),
    )
    .option("--report <file>", "write findings, fronts, timelines and tables as one HTML file")
    .addHelpText("after", EXAMPLE)
    .action(runCompare);
}

async function runCompare(files: readonly string[], flags: CompareFlags): Promise<void> {
  const scenarios = loadAll(files);
  const { tune, policies, workers, format } = flags;
  if (policies.every((name) => name === OURS)) {
    throw new UsageError(`--policies: found no other than ${OURS}, expected ${OTHERS.join(", ")}`);
  }
  const file = flags.report === undefined ? undefined : stageFile(flags.report);
  try {
    const plan = planOf(scenarios, { ...flags, policies: [OURS, ...policies] });
    const result = await compare({ ...plan, tune }, runnerOf(scenarios, workers));
    const drawn = file === undefined ? [] : await drawnRuns(result, scenarios, workers);
    const report = comparisonReport(result, drawn, commandLine(process.argv.slice(2)));
    file?.append(reportPage(report));
    file?.publish();
    const printed = printedComparison(result, format);
    console.log(format === "markdown" ? withFindings(printed, report) : printed);
  } finally {
    file?.discard();
  }
}
