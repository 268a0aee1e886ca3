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
import { epochMs, millis } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { linesOfRates, recordTraffic } from "../../studies/trace-record.ts";
import type { RecordedTraffic } from "../../studies/trace-record.ts";
import { endpointFor, withPrometheus } from "../prometheus-flags.ts";
import type { EndpointFlags } from "../prometheus-flags.ts";
import { checkDifferent, stageFiles } from "../staged-file.ts";
import { readText } from "../text-file.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";

export function addTraceRecord(trace: Command): void {
  trace
    .command("record")
    .description("Record a fleet's rates and token lengths from its metrics in Prometheus.")
    .requiredOption("--fleet <file>", "its InferenceFleet, YAML: whose series, which gateway")
    .addOption(
      new Option("--profile <name>", "whose series they are, instead of the fleet's").choices(
        SIGNAL_PROFILES,
      ),
    )
    .requiredOption("--prometheus-url <url>", "asked instead of the one the fleet may name")
    .option("--prometheus-token-file <path>", "bearer token")
    .option("--prometheus-ca-file <path>", "certificate authority, PEM")
    .requiredOption("--from <instant>", "RFC 3339")
    .requiredOption("--to <instant>", "RFC 3339")
    .option("--step <duration>", "between two rates", "1m")
    .requiredOption("--output <file>", "rates, in the format rate-csv")
    .option("--histograms <file>", "how long prompts and answers are, JSON")
    .addHelpText(
      "after",
      "\nExample:\n  breakwater trace record --fleet coder.yaml --prometheus-url " +
        "http://127.0.0.1:9090 \\\n    --from 2026-11-16T00:00:00Z --to 2026-11-23T00:00:00Z " +
        "--output week.csv\n",
    )
    .action(runRecord);
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

interface Range {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: Millis;
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
