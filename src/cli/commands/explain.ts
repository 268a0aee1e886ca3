import { Option } from "commander";
import type { Command } from "commander";
import { ASSUMPTIONS, readAssumption } from "../../core/counterfactual/assumptions.ts";
import type { Assumption } from "../../core/counterfactual/assumptions.ts";
import { epochMs } from "../../core/units.ts";
import type { EpochMs } from "../../core/units.ts";
import { apiOf, withApiFlags } from "../api-flags.ts";
import type { ApiFlags } from "../api-flags.ts";
import { flipsText, whatIfText, whyNotText } from "../explain/counterfactual-text.ts";
import { explainedByApi } from "../explain/by-api.ts";
import { explainedByLog } from "../explain/by-log.ts";
import type { Explained } from "../explain/explained.ts";
import { explanationText } from "../explain/explanation-text.ts";
import { RESULT_FORMATS } from "../simulation/print-results.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { markdownTable, table } from "../table.ts";
import type { WriteTable } from "../table.ts";
import { UsageError } from "../usage-error.ts";

interface ExplainFlags extends ApiFlags {
  readonly format: ResultFormat;
  readonly whatIf?: readonly string[];
  readonly whyNot?: string;
  readonly flips?: true;
  readonly log?: string;
  readonly at?: string;
}

const ASSUMPTION_LIST = ASSUMPTIONS.map(({ name, takes }) => `  ${name.padEnd(18)} ${takes}`);

const MORE = `
What can be assumed, for --what-if NAME=VALUE:
${ASSUMPTION_LIST.join("\n")}

Examples:
  breakwater explain agents/coder
  breakwater explain agents/coder --why-not racks=8
  breakwater explain agents/coder --what-if hitRate=0.9 demand=x1.5
  breakwater explain agents/coder --flips
  breakwater explain gb200-east-out-12
  breakwater explain latest --format markdown
  breakwater explain gb200-east-out-12 --log decisions.jsonl --why-not racks=8
  breakwater explain --log decisions.jsonl --at 2026-12-01T18:05:00Z
`;

export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .description("Why a fleet has, wants and gets the racks it does: every stage with its numbers.")
    .argument(
      "[of]",
      "a fleet; a decision by its name, or latest: of a log as it was opened, of a running " +
        "controller how it stands; may be left out where there is one fleet",
    )
    .option("--what-if <assumption...>", "decide again with something otherwise")
    .option("--why-not <racks>", "why it is not another number of racks, as racks=8")
    .addOption(new Option("--flips", "the smallest changes that would flip it"))
    .option("--log <file>", "explain a decision of a decision log instead of a running controller")
    .option("--at <instant>", "of the log: the last decision at or before it (RFC 3339)")
    .addOption(
      new Option("--format <format>", "of the answer").choices(RESULT_FORMATS).default("text"),
    )
    .addHelpText("after", MORE);
  withApiFlags(command).action(explain);
}

async function explain(fleet: string | undefined, flags: ExplainFlags): Promise<void> {
  const question = questionOf(flags);
  const source =
    flags.log === undefined
      ? await explainedByApi(apiOf(flags), fleet)
      : await explainedByLog(flags.log, { fleet, at: instantOf(flags) });
  const { answer, text } = await question(source);
  const { asked } = source;
  if (flags.format !== "json") {
    const said = text(flags.format === "markdown" ? markdownTable : table);
    console.log(asked === null ? said : `${asked.text}\n\n${said}`);
    return;
  }
  const whole = asked === null ? answer : { asked: asked.answer, ...answer };
  console.log(JSON.stringify(whole, null, 2));
}

interface Said {
  readonly answer: object;
  readonly text: (table: WriteTable) => string;
}

type Question = (source: Explained) => Promise<Said>;

/** @throws UsageError for two questions at once, and for one that cannot be understood */
function questionOf({ whatIf, whyNot, flips, log, at }: ExplainFlags): Question {
  const asked = [whatIf && "--what-if", whyNot && "--why-not", flips && "--flips"].filter(Boolean);
  if (asked.length > 1) throw new UsageError(`found ${asked.join(" and ")}, expected one of them`);
  if (at !== undefined && log === undefined) {
    throw new UsageError("--at: found without --log, expected the decision log that it is of");
  }
  if (whatIf !== undefined) return whatIfQuestion(whatIf.map(assumptionOf));
  if (whyNot !== undefined) return whyNotQuestion(racksOf(whyNot));
  if (flips === true) return flipsQuestion;
  return async (source) => {
    const view = await source.fleet();
    return { answer: view, text: (write) => explanationText(view, write) };
  };
}

const whatIfQuestion =
  (assumptions: readonly Assumption[]): Question =>
  async (source) => {
    const answer = await source.whatIf(assumptions);
    return { answer, text: (write) => whatIfText(answer, write) };
  };

const whyNotQuestion =
  (racks: number): Question =>
  async (source) => {
    const answer = await source.whyNot(racks);
    return { answer, text: () => whyNotText(answer) };
  };

const flipsQuestion: Question = async (source) => {
  const answer = await source.flips();
  return { answer, text: (write) => flipsText(answer, write) };
};

function assumptionOf(text: string): Assumption {
  const read = readAssumption(text);
  if ("problem" in read) throw new UsageError(`--what-if: ${read.problem}`);
  return read;
}

/** Both `8` and `racks=8` are what people write. */
function racksOf(text: string): number {
  const found = /^(?:racks=)?(\d{1,3})$/.exec(text);
  if (found === null)
    throw new UsageError(`--why-not: found "${text}", expected racks=N, as racks=8`);
  return Number(found[1]);
}

function instantOf({ at }: ExplainFlags): EpochMs | undefined {
  if (at === undefined) return undefined;
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) {
    throw new UsageError(`--at: found "${at}", expected an instant, as 2026-12-01T18:05:00Z`);
  }
  return epochMs(instant);
}
