import { Option } from "commander";
import type { Command } from "commander";
import { createPrometheusSource } from "../../adapters/prometheus/signal-source.ts";
import { compileFleet } from "../../config/compile-fleet.ts";
import { GO_DURATION_PATTERN, durationMs } from "../../config/go-duration.ts";
import { describeDocument, readDocument } from "../../config/written-document.ts";
import type { CompiledFleet } from "../../core/compiled.ts";
import { SIGNAL_TABLES } from "../../core/profiles/signal-tables.ts";
import type { SignalProfile } from "../../core/signals/names.ts";
import { SIGNAL_PROFILES } from "../../core/signals/names.ts";
import { HOUR_MS, epochMs, millis } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { linesOfRates, recordTraffic } from "../../studies/trace-record.ts";
import type { RecordedTraffic } from "../../studies/trace-record.ts";
import { endpointFor, withEndpointFlags, withPrometheus } from "../prometheus-flags.ts";
import type { EndpointFlags } from "../prometheus-flags.ts";
import { checkDifferent, stageFiles } from "../staged-file.ts";
import { readText } from "../text-file.ts";
import { spanOf } from "../span-flags.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";
import { recordMissedSurge } from "./surge-record.ts";
import type { SurgeFlags } from "./surge-record.ts";

const MORE = `
With --surge, a missed surge of a decision log instead: the time around it becomes a folder with a
scenario, what is expected of it, and a guardrail that was tried on it. ID is the name of a decision
or the number of a record, as \`audit list\` prints them, an instant, or latest.

Examples:
  breakwater trace record --fleet coder.yaml --prometheus-url http://127.0.0.1:9090 \\
    --from 2026-11-16T00:00:00Z --to 2026-11-23T00:00:00Z --output week.csv
  breakwater trace record --surge gb200-out-3 --log decisions.jsonl --output surge
`;

export function addTraceRecord(trace: Command): void {
  const command = trace
    .command("record")
    .description("Record a fleet's rates from Prometheus, or a missed surge from a decision log.")
    .option("--fleet <file>", "its InferenceFleet, YAML: whose series, which gateway")
    .addOption(
      new Option("--profile <name>", "whose series they are, instead of the fleet's").choices(
        SIGNAL_PROFILES,
      ),
    )
    .option("--from <instant>", "RFC 3339")
    .option("--to <instant>", "RFC 3339")
    .option("--step <duration>", "between two rates", "1m")
    .requiredOption("--output <path>", "rates, in the format rate-csv; with --surge, a new folder")
    .option("--histograms <file>", "how long prompts and answers are, JSON")
    .option("--surge <id>", "a decision's name, a record's number, an instant, or latest")
    .option("--log <file...>", "with --surge: decision logs, the oldest first")
    .option("--group <name>", "with --surge: whose fleets; needed where there are several")
    .addOption(
      new Option("--before <span>", "with --surge: how much comes before it")
        .argParser(spanOf)
        .default(BEFORE_MS, "2h"),
    )
    .addOption(
      new Option("--after <span>", "with --surge: how much comes after it")
        .argParser(spanOf)
        .default(AFTER_MS, "1h"),
    )
    .option("--force", "with --surge: write into a folder that is there")
    .addHelpText("after", MORE);
  withEndpointFlags(command).action(runEither);
}

interface RecordFlags extends EndpointFlags {
  readonly fleet: string;
  readonly profile?: SignalProfile;
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly output: string;
  readonly histograms?: string;
}

/** The caches of the start racks, the racks on their way, and a lead time to act in. */
const BEFORE_MS = millis(2 * HOUR_MS);
/** What is asked for during a surge arrives after it. */
const AFTER_MS = millis(HOUR_MS);

interface Range {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: Millis;
}

type Given = Partial<RecordFlags> & Partial<SurgeFlags> & Pick<RecordFlags, "output" | "step">;

/** One command for both, as both record the past for a scenario. */
async function runEither(given: Given & Pick<SurgeFlags, "before" | "after">): Promise<void> {
  const { surge, log, fleet, from, to } = given;
  if (surge === undefined) {
    await runRecord({
      ...given,
      fleet: needed("--fleet", fleet),
      prometheusUrl: needed("--prometheus-url", given.prometheusUrl),
      from: needed("--from", from),
      to: needed("--to", to),
    });
    return;
  }
  await recordMissedSurge({ ...given, surge, log: needed("--log", log) });
}

function needed<T>(flag: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new UsageError(`${flag}: found nothing, expected it: see --help`);
}

async function runRecord(flags: RecordFlags): Promise<void> {
  const range = rangeOf(flags);
  const fleet = fleetIn(flags, range.to);
  const { output, histograms } = flags;
  if (histograms !== undefined) checkLengths(fleet);
  const paths = histograms === undefined ? [output] : [output, histograms];
  checkDifferent([flags.fleet, ...paths]);
  const files = stageFiles(paths);
  try {
    const recorded = await recordFrom(flags, fleet, range);
    if (recorded.samples.length === 0) {
      const why = "Prometheus has no rates of this fleet for this time";
      throw new CommandFailed(`${flags.fleet}: ${why}; nothing was written`);
    }
    for (const line of linesOfRates(recorded.samples)) files[0]?.append(`${line}\n`);
    files[1]?.append(`${JSON.stringify(histogramsOf(recorded, flags), null, 2)}\n`);
    for (const file of files) file.publish();
    report(recorded, flags);
  } finally {
    for (const file of files) file.discard();
  }
}

const histogramsOf = (
  { inputTokens, outputTokens }: RecordedTraffic,
  { from, to }: RecordFlags,
) => ({ schemaVersion: 1, from, to, inputTokens, outputTokens });

function report(
  { inputTokens, missingSteps, samples }: RecordedTraffic,
  { histograms, output }: RecordFlags,
): void {
  console.log(`${output}: ${samples.length} rates`);
  if (missingSteps > 0) console.error(`${missingSteps} steps have no rate: the one before holds`);
  if (histograms === undefined) return;
  console.log(`${histograms}: ${inputTokens.buckets.length} buckets of prompts`);
  if (inputTokens.buckets.length > 0) return;
  console.error("Prometheus has no lengths of turns: does the engine export them?");
}

function recordFrom(
  flags: RecordFlags,
  fleet: CompiledFleet,
  range: Range,
): Promise<RecordedTraffic> {
  const endpoint = endpointFor(flags, fleet);
  return withPrometheus(async (client) => {
    const signals = createPrometheusSource({
      client,
      defaultEndpoint: endpoint,
      resolveCredentials: () => Promise.resolve(endpoint.credentials),
    });
    const ask = async (promql: string, at: EpochMs) =>
      (await client.instant(endpoint, { name: "token lengths", promql, at })).series;
    return await recordTraffic({ ...range, fleet, signals, ask });
  });
}

/** The fleet as it is written, but read from the Prometheus, and by the profile, that was named. */
function fleetIn({ fleet: file, profile }: RecordFlags, now: EpochMs): CompiledFleet {
  const read = readDocument(fleetOf(readText(file)), (raw) => compileFleet(raw, now));
  if (!read.ok) throw new UsageError(describeDocument(file, read.errors));
  const { signals } = read.value;
  const named = { profile: profile ?? signals.profile, prometheus: null };
  return { ...read.value, signals: { ...signals, ...named } };
}

function checkLengths({ signals: { profile } }: CompiledFleet): void {
  const { tokenLengths } = SIGNAL_TABLES[profile];
  if (!("notExported" in tokenLengths)) return;
  const expected = "expected a profile with lengths of turns, or no --histograms";
  throw new UsageError(
    `--histograms: found profile ${profile}, ${expected}: ${tokenLengths.notExported}`,
  );
}

/** @returns of a file of several objects the fleet, at its own line; else the text as it is */
function fleetOf(text: string): string {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith("---") ? [index] : []));
  const kind = lines.findIndex((line) => /^kind: *InferenceFleet\b/.test(line));
  const from = starts.findLast((index) => index < kind) ?? -1;
  const to = starts.find((index) => index > kind) ?? lines.length;
  return [...lines.slice(0, from + 1).map(() => ""), ...lines.slice(from + 1, to)].join("\n");
}

function rangeOf(flags: RecordFlags): Range {
  const from = instantOf("--from", flags.from);
  const to = instantOf("--to", flags.to);
  const stepMs = GO_DURATION_PATTERN.test(flags.step) ? durationMs(flags.step) : millis(0);
  if (stepMs <= 0) {
    throw new UsageError(`--step: found "${flags.step}", expected a duration such as 1m`);
  }
  if (to > from) return { from, to, stepMs };
  throw new UsageError(`--to: found ${flags.to}, expected an instant after --from ${flags.from}`);
}

function instantOf(flag: string, text: string): EpochMs {
  const found = /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(found)) return epochMs(found);
  throw new UsageError(`${flag}: found "${text}", expected an instant as 2026-11-16T00:00:00Z`);
}
