import { Option } from "commander";
import type { Command } from "commander";
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import type { SimulationOutcome } from "../../studies/simulation-run.ts";
import { checkBounds, describeCheck } from "../../studies/simulation/expected-check.ts";
import { positiveWholeNumber, seedNumber } from "../numbers.ts";
import { stopwatch } from "../pace.ts";
import { loadBounds, loadScenario } from "../simulation/load-scenario.ts";
import { RESULT_FORMATS, printedResults } from "../simulation/print-results.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { commandLine, simulationReport, withFindings } from "../simulation/simulation-report.ts";
import { reportPage } from "../../report/report-page.ts";
import { progressOn } from "../simulation/progress.ts";
import { checkPolicy, runTask } from "../simulation/simulation-task.ts";
import type { SimulationTask } from "../simulation/simulation-task.ts";
import { runTasks } from "../simulation/worker-pool.ts";
import { checkDifferent, stageFiles } from "../staged-file.ts";
import type { StagedFile } from "../staged-file.ts";
import { BoundsMissed, UsageError } from "../usage-error.ts";

interface SimulateFlags {
  readonly policy?: string;
  readonly seed?: number;
  readonly format: ResultFormat;
  readonly workers: number;
  readonly decisions?: string;
  readonly openmetrics?: string;
  readonly timing?: string;
  readonly report?: string;
}

export function addSimulate(program: Command): void {
  program
    .command("simulate")
    .description("Run a scenario: the controller's own tick on a simulated world.")
    .argument("<scenario>", "a scenario file; expected.yaml beside it is checked")
    .option("--policy <name>", "instead of the scenario's own; references: docs/references.md")
    .option("--seed <number>", "one run with this seed, instead of the scenario's", seedNumber)
    .addOption(
      new Option("--format <format>", "of the results").choices(RESULT_FORMATS).default("text"),
    )
    .option("--workers <number>", "runs side by side", positiveWholeNumber, 1)
    .option("--decisions <file>", "write the decision log of the one run, for `replay`")
    .option("--openmetrics <file>", "write the scraped series of the one run")
    .option("--timing <file>", "write how long the machine took, as JSON")
    .option("--report <file>", "write findings, timelines and tables as one HTML file")
    .addHelpText(
      "after",
      "\nExamples:\n  breakwater simulate simulations/launch-day/scenario.yaml\n" +
        "  breakwater simulate simulations/launch-day/scenario.yaml --policy clairvoyant\n" +
        "  breakwater simulate simulations/launch-day/scenario.yaml --report launch-day.html\n",
    )
    .action(runSimulate);
}

async function runSimulate(file: string, flags: SimulateFlags): Promise<void> {
  const scenario = loadScenario(file);
  const bounds = loadBounds(file, scenario);
  const policy = flags.policy ?? scenario.policy;
  checkPolicy(policy);
  if (policy === "breakwater") for (const text of inShadow(scenario)) console.error(text);
  const seeds = flags.seed === undefined ? scenario.seeds : [flags.seed];
  const timeline = flags.report !== undefined || flags.format === "markdown";
  const tasks = seeds.map((seed) => ({ file, policy, seed, ...(timeline && { timeline }) }));
  const files = stageOutputs(flags, tasks);
  discardOnSignal(files);
  try {
    const outcomes = await runAll(scenario, tasks, { flags, files });
    const results = outcomes.map(({ result }) => result);
    files.timing?.append(`${JSON.stringify(timingsOf(outcomes))}\n`);
    const report = timeline ? simulationReport(outcomes, commandLine(process.argv.slice(2))) : null;
    if (report !== null) files.report?.append(reportPage(report));
    for (const staged of Object.values(files)) staged?.publish();
    const printed = printedResults(results, flags.format);
    const asked = flags.format === "markdown" && report !== null;
    console.log(asked ? withFindings(printed, report) : printed);
    // The ranges are of the scenario's own policy: another one is not held against them.
    if (policy !== scenario.policy) return;
    const checks = results.flatMap((result) => checkBounds(bounds, result));
    for (const check of checks) console.error(`seed ${check.seed}: ${describeCheck(check)}`);
    const missed = checks.filter(({ held }) => !held).length;
    if (missed > 0) throw new BoundsMissed(`${file}: ${missed} of ${checks.length} bounds missed`);
  } finally {
    for (const staged of Object.values(files)) staged?.discard();
  }
}

/** In Shadow decisions are made and not carried out: seldom what a simulation is for. */
const inShadow = ({ group }: CompiledScenario): readonly string[] =>
  group.fleets
    .filter(({ pools }) => pools.length > 0)
    .filter(({ mode }) => mode.scaleOut === "Shadow" && mode.scaleIn === "Shadow")
    .map(
      ({ key }) =>
        `breakwater: fleet ${key} is in Shadow mode, which is the default: nothing it decides is ` +
        "carried out; set mode to {scaleOut: Auto, scaleIn: Auto} to see it act",
    );

const OUTPUTS = ["decisions", "openmetrics", "timing", "report"] as const;
type Outputs = Readonly<Record<(typeof OUTPUTS)[number], StagedFile | undefined>>;

function stageOutputs(flags: SimulateFlags, tasks: readonly SimulationTask[]): Outputs {
  for (const name of ["decisions", "openmetrics"] as const) {
    if (flags[name] === undefined || tasks.length === 1) continue;
    const found = `found ${tasks.length} seeds, expected one`;
    throw new UsageError(`--${name} is of a single run: ${found}; add --seed`);
  }
  const names = OUTPUTS.filter((name) => flags[name] !== undefined);
  const paths = names.map((name) => flags[name] ?? "");
  checkDifferent([...tasks.slice(0, 1).map(({ file }) => file), ...paths]);
  const staged = stageFiles(paths);
  const of = (name: (typeof OUTPUTS)[number]) => staged[names.indexOf(name)];
  return {
    decisions: of("decisions"),
    openmetrics: of("openmetrics"),
    timing: of("timing"),
    report: of("report"),
  };
}

/** What was begun to be written goes when somebody stops the run. */
function discardOnSignal(files: Outputs): void {
  for (const [signal, status] of STOPPED) {
    process.once(signal, () => {
      for (const file of Object.values(files)) file?.discard();
      process.exit(status);
    });
  }
}

/** 128 and the number of the signal, as shells tell it. */
const STOPPED = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

async function runAll(
  scenario: CompiledScenario,
  tasks: readonly SimulationTask[],
  { flags, files }: { readonly flags: SimulateFlags; readonly files: Outputs },
): Promise<readonly SimulationOutcome[]> {
  const progress = progressOn(process.stderr, scenario.name, stopwatch);
  const onProgress = (share: number): void => progress.update(share);
  const [only] = tasks;
  const { decisions, openmetrics } = files;
  try {
    if (only === undefined || tasks.length > 1) {
      return await runTasks(tasks, { workers: flags.workers, onProgress });
    }
    const hooks = {
      onProgress,
      ...(decisions && { onRecord: (line: string) => decisions.append(`${line}\n`) }),
      ...(openmetrics && { onOpenMetrics: (text: string) => openmetrics.append(text) }),
    };
    return [await runTask(only, hooks)];
  } finally {
    progress.end();
  }
}

const timingsOf = (outcomes: readonly SimulationOutcome[]) =>
  outcomes.map(({ result, timing }) => ({
    scenario: result.scenario,
    policy: result.policy,
    seed: result.seed,
    ...timing,
    turnsPerSecond: timing.wallMs > 0 ? (result.turns.arrived / timing.wallMs) * 1_000 : null,
  }));
