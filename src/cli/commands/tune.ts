import type { Command } from "commander";
import { compilePoints } from "../../config/engine-points.ts";
import { describeDocument, readDocument } from "../../config/written-document.ts";
import { ENGINE_EVIDENCE } from "../../core/profiles/engine-points.ts";
import { ENGINE_PROFILES } from "../../core/profiles/engine-profiles.ts";
import type { TunedEngine } from "../../studies/tune.ts";
import { residualRow, tuneEngine } from "../../studies/tune.ts";
import type { FormatFlag } from "../format-flag.ts";
import { formatOption } from "../format-flag.ts";
import { table } from "../table.ts";
import { readText } from "../text-file.ts";
import { UsageError } from "../usage-error.ts";
import { inPercent } from "../../core/in-percent.ts";

interface TuneFlags extends FormatFlag {
  readonly points?: string;
  readonly profile?: string;
}

const EXAMPLES = `
Examples:
  breakwater tune --profile dsr1-fp4-gb200
  breakwater tune --points my-engine.yaml --format json

A file of points:
  name: my-engine
  prior: dsr1-fp4-gb200        # stands where no figure speaks
  points:
    - {kind: decode, source: our bench, sequencesPerGpu: 64, contextTokens: 90000,
       tokensPerSecondPerGpu: 700}
    - {kind: first-token, source: our bench, heldOut: true, promptTokens: 60000,
       gpus: 8, seconds: 2.1}
`;

export function addTune(program: Command): void {
  program
    .command("tune")
    .description("Fit the costs of an engine to published figures, and print the residuals.")
    .option("--points <file>", "YAML file of figures to fit")
    .option("--profile <name>", "show a built-in profile instead")
    .addOption(formatOption())
    .addHelpText("after", EXAMPLES)
    .action((flags: TuneFlags) => {
      const tuned = tunedBy(flags);
      console.log(flags.format === "json" ? JSON.stringify(tuned, null, 2) : asText(tuned));
    });
}

function tunedBy({ points, profile }: TuneFlags): TunedEngine {
  if ((points === undefined) === (profile === undefined)) {
    throw new UsageError("found neither or both of --points and --profile, expected one of them");
  }
  return points === undefined ? builtIn(profile ?? "") : fromFile(points);
}

function builtIn(name: string): TunedEngine {
  const evidence = Object.hasOwn(ENGINE_EVIDENCE, name) ? ENGINE_EVIDENCE[name] : undefined;
  if (evidence !== undefined) return tuneEngine(name, evidence.points, evidence.prior);
  const known = Object.keys(ENGINE_EVIDENCE).join(", ");
  throw new UsageError(`--profile: found "${name}", expected one of ${known}`);
}

function fromFile(path: string): TunedEngine {
  const read = readDocument(readText(path), compilePoints);
  if (!read.ok) throw new UsageError(describeDocument(path, read.errors));
  const { name, prior, points } = read.value;
  const costs = Object.hasOwn(ENGINE_PROFILES, prior) ? ENGINE_PROFILES[prior]?.costs : undefined;
  if (costs === undefined) {
    const known = Object.keys(ENGINE_PROFILES).join(", ");
    throw new UsageError(`${path}: prior: found "${prior}", expected one of ${known}`);
  }
  if (points.every(({ heldOut }) => heldOut)) {
    throw new UsageError(`${path}: points: found all held out, expected one at least to fit`);
  }
  return tuneEngine(name, points, costs);
}

function asText({ name, costs, residuals, heldOut }: TunedEngine): string {
  const coefficients = Object.entries(costs).map(([cost, value]) => [cost, value.toPrecision(4)]);
  const figures = residuals
    .map(residualRow)
    .map(({ use, kind, published, predicted, error, source }) => [
      use,
      kind,
      published,
      predicted,
      error,
      source,
    ]);
  const judged =
    heldOut === null
      ? "No figure was held out: nothing judges this fit."
      : `Held out: median error ${inPercent(heldOut.medianError)}, ` +
        `largest ${inPercent(heldOut.largestError)}.`;
  return [
    `${name}\n`,
    table(["cost", "value"], coefficients),
    "",
    table(["use", "kind", "published", "predicted", "error", "source"], figures),
    "",
    judged,
  ].join("\n");
}
