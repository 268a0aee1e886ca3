/** A fleet's traffic out of its metrics: rates for a scenario, and how long its turns are. */
import type { CompiledFleet } from "../core/compiled.ts";
import { render } from "../core/queries/render.ts";
import { scopesOf } from "../core/queries/selectors.ts";
import type { SeriesSource } from "../core/profiles/signal-table.ts";
import { SIGNAL_TABLES } from "../core/profiles/signal-tables.ts";
import { epochMs, millis, seconds } from "../core/units.ts";
import type { EpochMs, Millis } from "../core/units.ts";
import type { DemandSample, SignalSource } from "../ports/signal-source.ts";

export interface RecordOptions {
  readonly fleet: CompiledFleet;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: Millis;
  readonly signals: Pick<SignalSource, "history">;
  /** Evaluates an expression at an instant: a value per label set. */
  readonly ask: (promql: string, at: EpochMs) => Promise<readonly LabelledValue[]>;
}

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface RecordedTraffic {
  readonly samples: readonly DemandSample[];
  /** Steps of the range for which a rate was missing. */
  readonly missingSteps: number;
  /** Without buckets where the fleet's engines export none, or exported none in the range. */
  readonly inputTokens: TokenHistogram;
  readonly outputTokens: TokenHistogram;
}

/** Turns per bucket; the last bound is null: no bound. */
export interface TokenHistogram {
  readonly buckets: readonly { readonly upTo: number | null; readonly turns: number }[];
}

/** Prometheus refuses more than 11,000 points a series. */
const MAX_STEPS = 10_000;

/** @throws PortError when Prometheus does not answer, or cannot answer for this fleet */
export async function recordTraffic(options: RecordOptions): Promise<RecordedTraffic> {
  const { from, to, stepMs } = options;
  const samples: DemandSample[] = [];
  const pieceMs = MAX_STEPS * stepMs;
  for (let start: number = from; start < to; start += pieceMs) {
    const at = epochMs(Math.min(start + pieceMs - stepMs, to));
    const range = { at, windowMs: millis(at - start), stepMs };
    samples.push(...(await options.signals.history(options.fleet, range)));
  }
  const steps = Math.floor((to - from) / stepMs) + 1;
  const inputTokens = await turnLengths("prompt", options);
  const outputTokens = await turnLengths("output", options);
  return { samples, missingSteps: steps - samples.length, inputTokens, outputTokens };
}

/**
 * @returns turns of the range by how long they are; no buckets where the engines export none
 * @throws PortError when Prometheus does not answer
 */
export async function turnLengths(
  of: "prompt" | "output",
  options: Pick<RecordOptions, "fleet" | "from" | "to" | "ask">,
): Promise<TokenHistogram> {
  const { tokenLengths: lengths } = SIGNAL_TABLES[options.fleet.signals.profile];
  return "notExported" in lengths ? { buckets: [] } : await histogram(options, lengths[of]);
}

/** @yields a recording in the format rate-csv; time counts from the first sample */
export function* linesOfRates(samples: readonly DemandSample[]): Generator<string> {
  yield "t_s,req_per_s";
  const zero = samples[0]?.at ?? 0;
  for (const { at, turnsPerSecond } of samples) {
    yield `${(at - zero) / 1_000},${turnsPerSecond}`;
  }
}

async function histogram(
  { fleet, from, to, ask }: Pick<RecordOptions, "fleet" | "from" | "to" | "ask">,
  lengths: SeriesSource,
): Promise<TokenHistogram> {
  const windowMs = millis(to - from);
  const context = { series: { lengths }, scopes: scopesOf(fleet, []), windowMs };
  const query = render("sum by (le) ($rate(lengths))", context);
  if (query.kind === "refused") return { buckets: [] };
  const answer = await ask(query.promql, to);
  const cumulative = answer
    .map(({ labels, value }) => ({
      bound: boundOf(labels["le"]),
      turns: value * seconds(windowMs),
    }))
    .filter(({ bound, turns }) => !Number.isNaN(bound) && Number.isFinite(turns))
    .toSorted((a, b) => a.bound - b.bound);
  const buckets = cumulative.map(({ bound, turns }, index) => ({
    upTo: Number.isFinite(bound) ? bound : null,
    turns: Math.max(0, turns - (cumulative[index - 1]?.turns ?? 0)),
  }));
  return { buckets };
}

const boundOf = (le = ""): number => (le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le));
