import type { Command } from "commander";
import { FaultLog } from "../../traces/diagnostics.ts";
import { inspectTrace } from "../../traces/inspect/inspect.ts";
import type { Inspection } from "../../traces/inspect/inspect.ts";
import type { QuantileSummary } from "../../traces/inspect/quantile-sketch.ts";
import { formatOption } from "../format-flag.ts";
import type { FormatFlag } from "../format-flag.ts";
import { positiveWholeNumber } from "../numbers.ts";
import { table } from "../table.ts";
import { formatOf, lenientOption, reportSkipped, traceFormatOption } from "./trace-flags.ts";
import type { TraceFileFlags } from "./trace-flags.ts";
import { inPercent } from "../../core/in-percent.ts";

export function addTraceInspect(trace: Command): void {
  trace
    .command("inspect")
    .description("Say what a recording holds: rows, rates, tokens, ideal hit rate, burstiness.")
    .argument("<file>", "a recording, or a file that `trace import` or `trace generate` wrote")
    .addOption(traceFormatOption())
    .option("--block-tokens <n>", "tokens that an identity stands for", positiveWholeNumber)
    .addOption(lenientOption())
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  breakwater trace inspect conversation.jsonl\n")
    .action(runInspect);
}

interface InspectFlags extends TraceFileFlags, FormatFlag {
  readonly blockTokens?: number;
}

function runInspect(path: string, flags: InspectFlags): void {
  const faults = new FaultLog({ lenient: flags.lenient ?? false });
  const { blockTokens } = flags;
  const inspection = inspectTrace({
    path,
    format: formatOf(path, flags),
    faults,
    ...(blockTokens === undefined ? {} : { blockTokens }),
  });
  console.log(flags.format === "json" ? JSON.stringify(inspection) : inWords(inspection));
  reportSkipped(faults);
}

const round = (value: number): string => Number(value.toPrecision(4)).toLocaleString("en-US");
const count = (value: number): string => value.toLocaleString("en-US");

const quantiles = (name: string, { p50, p90, p99, max, mean }: QuantileSummary): string[] => [
  name,
  ...[mean, p50, p90, p99, max].map(round),
];

function inWords(inspection: Inspection): string {
  const { path, format } = inspection;
  const header = ["", "mean", "p50", "p90", "p99", "max"];
  if (inspection.kind === "rates") {
    const { records, spanSeconds, peakOverMean, p99OverMean, cv } = inspection;
    return [
      `${path}: ${format}, ${count(records)} rates over ${hours(spanSeconds)}`,
      table(header, [quantiles("requests/s", inspection.perSecond)]),
      `over the mean: p99 ${round(p99OverMean)}, peak ${round(peakOverMean)}; CV ${round(cv)}`,
    ].join("\n");
  }
  const { sessions, turns, arrivals, pauseSeconds, idealHitRate } = inspection;
  const rows = [
    quantiles("input tokens", inspection.inputTokens),
    quantiles("output tokens", inspection.outputTokens),
    quantiles("turns a session", inspection.turnsPerSession),
    ...(pauseSeconds === null ? [] : [quantiles("pause, s", pauseSeconds)]),
  ];
  return [
    `${path}: ${format}, ${count(turns)} turns in ${count(sessions)} sessions`,
    table(header, rows),
    arrivals === null ? "arrivals: not recorded, sessions count from their own start" : "",
    ...(arrivals === null ? [] : [arrivalsInWords(arrivals)]),
    `ideal hit rate: ${inPercent(idealHitRate)} of prompt tokens`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function arrivalsInWords(arrivals: NonNullable<TrafficArrivals>): string {
  const { spanSeconds, perSecond, p99OverMean, peakOverMean, minuteCv, gapCv } = arrivals;
  return (
    `arrivals: ${round(perSecond)}/s over ${hours(spanSeconds)}; minutes over the mean: ` +
    `p99 ${round(p99OverMean)}, peak ${round(peakOverMean)}, CV ${round(minuteCv)}; ` +
    `gaps: CV ${round(gapCv)}`
  );
}

type TrafficArrivals = Extract<Inspection, { readonly kind: "traffic" }>["arrivals"];

const hours = (seconds: number): string => `${round(seconds / 3_600)} h`;
