import { dirname } from "node:path";
import type { Command } from "commander";
import { CONFIRM_CASES, confirmCost, PEOPLE_CASES } from "../../studies/confirm-cost.ts";
import type { ConfirmCost, PeopleCase } from "../../studies/confirm-cost.ts";
import { trafficOf } from "../../studies/scenario-traffic.ts";
import { simulate } from "../../studies/simulate.ts";
import { sha256 } from "../digest.ts";
import { formatOption } from "../format-flag.ts";
import type { FormatFlag } from "../format-flag.ts";
import { positiveWholeNumber } from "../numbers.ts";
import { loadScenario } from "../simulation/load-scenario.ts";
import { table } from "../table.ts";
import { UsageError } from "../usage-error.ts";
import { packageVersion } from "../version.ts";

interface CostFlags extends FormatFlag {
  readonly seeds?: number;
  readonly people: readonly string[];
}

const NAMES = PEOPLE_CASES.map(({ name }) => name);

const NOTES = `
Growth of every fleet of the scenario acts by itself but for one rule of each row. People are
prompt (2 min at the median, 8 at the 95th percentile), slow (12 and 40 min, one question in ten
unanswered) or absent. It is ${CONFIRM_CASES.length} x people x seeds runs.

Example:
  breakwater confirm-cost simulations/slow-approver/scenario.yaml --seeds 1 --people slow
`;

export function addConfirmCost(program: Command): void {
  program
    .command("confirm-cost")
    .description("What confirm rules cost in attainment, by rule and by how people answer.")
    .argument("<scenario>", "scenario file")
    .option("--seeds <number>", "runs of each row; default: the scenario's", positiveWholeNumber)
    .option("--people <names>", `by commas: ${NAMES.join(", ")}`, (text) => text.split(","), NAMES)
    .addOption(formatOption())
    .addHelpText("after", NOTES)
    .action(run);
}

async function run(file: string, flags: CostFlags): Promise<void> {
  const scenario = loadScenario(file);
  const traffic = trafficOf(scenario, dirname(file));
  const seeds = scenario.seeds.slice(0, flags.seeds ?? scenario.seeds.length);
  const common = { policy: "breakwater", digest: sha256, codeVersion: packageVersion(), traffic };
  const rows = await confirmCost({
    scenario,
    seeds,
    people: flags.people.map(peopleNamed),
    run: async (changed, seed) => (await simulate({ ...common, scenario: changed, seed })).result,
  });
  if (flags.format === "json") console.log(JSON.stringify({ schemaVersion: 1, rows }, null, 2));
  else console.log(`${asTable(rows)}\n\n${legend()}`);
}

function peopleNamed(name: string): PeopleCase {
  const found = PEOPLE_CASES.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`--people: found "${name}", expected ${NAMES.join(", ")}`);
}

/** Points against no rule, with the same people. */
function asTable(rows: readonly ConfirmCost[]): string {
  const free = (people: string): number =>
    rows.find((row) => row.people === people)?.attainment ?? 0;
  const lost = (row: ConfirmCost): string => (100 * (row.attainment - free(row.people))).toFixed(1);
  return table(
    ["RULE", "PEOPLE", "ATTAINMENT", "POINTS", "VIOLATIONS", "GPU-HOURS", "CONFIRMED", "EXPIRED"],
    rows.map((row) => [
      row.rule,
      row.people,
      `${(100 * row.attainment).toFixed(1)} %`,
      lost(row),
      row.violations.toFixed(0),
      row.gpuHours.toFixed(0),
      row.confirmed.toFixed(1),
      row.expired.toFixed(1),
    ]),
  );
}

const legend = (): string =>
  CONFIRM_CASES.map(({ name, written }) => `${name}: ${written}`).join("\n");
