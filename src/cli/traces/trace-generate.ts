import { Option } from "commander";
import type { Command } from "commander";
import { RandomStream } from "../../sim/random.ts";
import { linesOfSessions } from "../../traces/breakwater-file.ts";
import { GENERATOR_PROFILES, generateTemplates } from "../../traces/generators/generate.ts";
import type { GeneratorProfileName } from "../../traces/generators/generate.ts";
import { seedNumber, wholeNumberTo } from "../numbers.ts";
import { writeWholeFile } from "../staged-file.ts";

/** Drawn in memory: of the profile with the longest sessions, these are some gigabytes. */
const MOST_SESSIONS = 50_000;

export function addTraceGenerate(trace: Command): void {
  trace
    .command("generate")
    .description("Draw sessions that have the published statistics of a kind of traffic.")
    .addOption(
      new Option("--profile <profile>", "the kind of traffic")
        .choices(GENERATOR_PROFILES)
        .makeOptionMandatory(),
    )
    .requiredOption("--output <file>", "appears when it is complete")
    .option(
      "--sessions <n>",
      "default: enough for the profile's statistics",
      wholeNumberTo(MOST_SESSIONS),
    )
    .option("--seed <n>", "the same seed, the same sessions", seedNumber, 1)
    .addHelpText(
      "after",
      "\nExample:\n  breakwater trace generate --profile coding-agent --output agents.jsonl\n",
    )
    .action(runGenerate);
}

interface GenerateFlags {
  readonly profile: GeneratorProfileName;
  readonly output: string;
  readonly sessions?: number;
  readonly seed: number;
}

function runGenerate({ profile, output, seed, sessions }: GenerateFlags): void {
  const draws = new RandomStream(seed, `trace generate ${profile}`);
  const set = sessions === undefined ? {} : { sessions };
  const templates = generateTemplates({ profile, draws, ...set });
  const lines = writeWholeFile(output, linesOfSessions(templates, null));
  console.log(`${output}: ${templates.sessions.firstRow.length} sessions in ${lines} lines`);
}
