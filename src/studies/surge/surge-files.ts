/** The files of a recorded surge: a scenario, what is expected of it, and what to make of it. */
import { compileOverride } from "../../config/compile-override.ts";
import type { WrittenObject } from "../../config/written-objects.ts";
import { yamlText } from "../../config/yaml-text.ts";
import { DAY_MS } from "../../core/units.ts";
import type { Guardrail, SurgeRun, Tried } from "./guardrails.ts";
import type { RecordedSurge } from "./record-surge.ts";
import { surgeBounds } from "./surge-bounds.ts";
import type { SurgeBound } from "./surge-bounds.ts";
import { compiledSurge } from "./surge-scenario.ts";

export interface SurgeFile {
  readonly name: string;
  readonly text: string;
}

/** Written for some surges only. */
export const OPTIONAL_FILES = ["guarded.yaml", "guardrail.yaml"] as const;

/** @returns the files of a folder. @throws RangeError when one of them would not compile */
export function surgeFiles(recorded: RecordedSurge): readonly SurgeFile[] {
  const { best, document, scenario } = recorded;
  const at = minuteText(recorded.surge.from);
  compiledSurge(document);
  return [
    {
      name: "scenario.yaml",
      text: yamlText([`How is the surge of ${at} taken? Recorded; see notes.md.`], document),
    },
    ...scenario.files.map(({ name, rates }) => ({ name, text: ratesText(rates) })),
    { name: "expected.yaml", text: expectedText(recorded) },
    ...(best === null ? [] : guardrailFiles(recorded, best)),
    { name: "notes.md", text: notesText(recorded) },
  ];
}

function ratesText(rates: RecordedSurge["scenario"]["files"][number]["rates"]): string {
  const lines = rates.map(({ atSeconds, perSecond }) => `${atSeconds},${perSecond}\n`);
  return `t_s,req_per_s\n${lines.join("")}`;
}

function guardrailFiles(
  recorded: RecordedSurge,
  { document, guardrail }: NonNullable<RecordedSurge["best"]>,
): readonly SurgeFile[] {
  compiledSurge(document);
  const at = minuteText(recorded.surge.from);
  const comment = [`The surge of ${at} with ${guardrail.name}; see notes.md.`];
  return [
    { name: "guarded.yaml", text: yamlText(comment, document) },
    { name: "guardrail.yaml", text: guardrailText(recorded, guardrail) },
  ];
}

/** For the cluster: an override is an object of its own, a field of the policy is a patch. */
function guardrailText(recorded: RecordedSurge, { kind, value }: Guardrail): string {
  const { fleet } = recorded;
  if (kind === "headroom") {
    const command = `kubectl -n ${fleet.namespace} patch inferencefleet ${fleet.name} --type merge`;
    return yamlText([`${command} --patch-file guardrail.yaml`], { spec: { headroom: value } });
  }
  const comment = [
    "For the next time that it is known to come: apply it a lead time before, and set until to",
    "its end. A week after the surge stands for it here.",
  ];
  return yamlText(comment, floorOverride(recorded, value));
}

function floorOverride({ fleet, surge }: RecordedSurge, floorRacks: string | number) {
  const override: WrittenObject = {
    apiVersion: "breakwater.dev/v1alpha1",
    kind: "FleetOverride",
    metadata: { name: `${fleet.name.slice(0, 40)}-surge`, namespace: fleet.namespace },
    spec: {
      fleet: fleet.name,
      floorRacks,
      until: new Date(surge.until + 7 * DAY_MS).toISOString(),
      reason: `the surge of ${minuteText(surge.from)} was missed without it`,
    },
  };
  const compiled = compileOverride(override);
  if (!compiled.ok) throw new Error(`the override does not compile: ${compiled.errors[0]?.path}`);
  return override;
}

function expectedText(recorded: RecordedSurge): string {
  const { best } = recorded;
  const why =
    best === null
      ? "No guardrail helped: the ranges only say that it must not become worse."
      : `The ranges are what ${best.guardrail.name} attains (guarded.yaml), a little leniently.`;
  return [
    `# measured: the worst of the runs under the recorded policy. ${why}\n`,
    "bounds:\n",
    ...surgeBounds(recorded).map((bound) => `  ${boundText(bound)}\n`),
  ].join("");
}

function boundText({ path, min, max, measured }: SurgeBound): string {
  const parts = [
    ...(min === undefined ? [] : [`min: ${min}`]),
    ...(max === undefined ? [] : [`max: ${max}`]),
    `measured: ${measured}`,
  ];
  return `${path}: { ${parts.join(", ")} }`;
}

function notesText(recorded: RecordedSurge): string {
  const { surge, block } = recorded;
  const rows = attainedRows(recorded);
  return [
    `# The surge of ${minuteText(surge.from)}`,
    "",
    `Missed from ${minuteText(surge.from)} to ${minuteText(surge.until)}: ` +
      `${surge.missed.join(", ")}; at worst ${percent(surge.worstShare)} over five minutes. ` +
      `Cut from a decision log, ${minuteText(block.from)} to ${minuteText(block.until)}.`,
    "",
    "The recorded policy, simulated, beside the log:",
    "",
    "| fleet | objective | recorded | simulated |",
    "|---|---|---:|---:|",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
    verdictText(recorded),
    "",
    "| | attainment | minutes outside | GPU-hours |",
    "|---|---:|---:|---:|",
    ...triedRows(recorded).map((row) => `| ${row.join(" | ")} |`),
    "",
    "Figures are of the runs in order of their seeds. Sessions are a generator's, made to give the",
    "recorded arrivals; lead times are the pools' priors, engines as the profile believes them;",
    "faults of that time do not come again. What a guardrail costs on other days:",
    "`breakwater evaluate`.",
    "",
  ].join("\n");
}

/** @returns by objective what was recorded, and the mean of the runs */
export function attainedRows({ block, watched }: RecordedSurge): readonly (readonly string[])[] {
  return block.recorded.fleets.flatMap(({ fleet, objectives }) =>
    objectives.map(({ name, share }) => {
      const seen = watched.flatMap(({ fleets }) => {
        const own = fleets.find((each) => each.fleet === fleet)?.objectives;
        return own?.find((each) => each.name === name)?.share ?? [];
      });
      const mean = seen.reduce((sum, each) => sum + each, 0) / seen.length;
      return [fleet, name, percent(share), percent(seen.length > 0 ? mean : null)];
    }),
  );
}

/** @returns of the recorded policy, then of each guardrail: attainment, minutes, GPU-hours */
export function triedRows({ without, tried }: RecordedSurge): readonly (readonly string[])[] {
  const rowOf = (name: string, runs: readonly SurgeRun[]): readonly string[] => [
    name,
    runs.map(({ attainment }) => percent(attainment)).join(", "),
    runs.map(({ outsideMinutes }) => outsideMinutes.toFixed(0)).join(", "),
    runs.map(({ gpuHours }) => gpuHours.toFixed(0)).join(", "),
  ];
  return [
    rowOf("as recorded", without),
    ...tried.map(({ guardrail, runs }: Tried) => rowOf(guardrail.name, runs)),
  ];
}

/** @returns what is proposed, or why nothing is */
export function verdictText({ best, without, fleet }: RecordedSurge): string {
  if (without.some(({ outsideMinutes }) => outsideMinutes === 0)) {
    return (
      "The recorded policy, simulated, does not miss it in every run: something else than demand " +
      "made it missed, and no guardrail can be judged on it."
    );
  }
  if (best === null) return `Nothing that was tried on ${fleet.key} takes a quarter of it away.`;
  return `Proposed for ${fleet.key}: ${best.guardrail.name}.`;
}

const percent = (share: number | null): string =>
  share === null ? "not seen" : `${(share * 100).toFixed(2)} %`;

const minuteText = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;
