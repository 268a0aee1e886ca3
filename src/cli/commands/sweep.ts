import { Option } from "commander";
import type { Command } from "commander";
import { SEEDS_MAX } from "../../config/scenario.ts";
import { sweep } from "../../studies/compare/sweep.ts";
import { positiveWholeNumber, wholeNumberTo } from "../numbers.ts";
import { loadAll, namesOf, planOf, runnerOf } from "../simulation/comparison-runs.ts";
import { printedSweep } from "../simulation/print-sweep.ts";
import { RESULT_FORMATS } from "../simulation/print-results.ts";
import type { ResultFormat } from "../simulation/print-results.ts";

interface SweepFlags {
  readonly policies: readonly string[];
  readonly seeds?: number;
  readonly workers: number;
  readonly format: ResultFormat;
}

const EXAMPLE = `
Example:
  breakwater sweep simulations/launch-day/scenario.yaml --policies breakwater,static
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
    .addHelpText("after", EXAMPLE)
    .action(runSweep);
}

async function runSweep(files: readonly string[], flags: SweepFlags): Promise<void> {
  const scenarios = loadAll(files);
  const plan = planOf(scenarios, flags);
  console.log(printedSweep(await sweep(plan, runnerOf(scenarios, flags.workers)), flags.format));
}
