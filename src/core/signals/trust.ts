/** Whether a signal may be decided on: by presence, plausibility, age and coverage. */
import { SIGNAL_UNITS } from "./names.ts";
import type { FleetObservation, FleetSignals, SignalReading } from "../observation.ts";
import { signalRecord } from "./signal-record.ts";
import type { SignalName } from "./names.ts";
import { elapsed, seconds } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";

export type Trust = "Fresh" | "Stale" | "Missing" | "Implausible";

export interface Assessed {
  readonly trust: Trust;
  /** The value when Fresh or Stale; null otherwise. */
  readonly value: number | null;
  /** Why it is not Fresh; "" when it is. */
  readonly why: string;
}

/** A signal is stale once it is older than this many scrape intervals. */
export const STALE_AFTER_SCRAPES = 4;
/** Sums over fewer targets than this share of those expected are not taken for the fleet's. */
const MIN_COVERAGE = 0.9;
/** A share is a quotient of two float sums: this much above 1 is their rounding, not a fault. */
const RATIO_ROUNDING = 1e-9;

export interface TrustRule {
  readonly now: EpochMs;
  readonly scrapeIntervalMs: Millis;
  /** Ratios must lie in 0..1, everything else must not be negative. */
  readonly unit: string;
}

export function assess(reading: SignalReading, rule: TrustRule): Assessed {
  if (reading.kind === "absent") {
    return { trust: "Missing", value: null, why: `${reading.problem}: ${reading.detail}` };
  }
  if (!isPlausible(reading.value, rule.unit)) {
    return { trust: "Implausible", value: null, why: implausibility(reading.value) };
  }
  const stale = staleness(reading, rule);
  const value = rule.unit === "ratio" ? Math.min(1, reading.value) : reading.value;
  return { trust: stale === "" ? "Fresh" : "Stale", value, why: stale };
}

const isPlausible = (value: number, unit: string): boolean =>
  Number.isFinite(value) && value >= 0 && (unit !== "ratio" || value <= 1 + RATIO_ROUNDING);

/** Apart from the test: numbers in words cost more than all else about a signal. */
function implausibility(value: number): string {
  if (!Number.isFinite(value)) return `the value is ${value}`;
  return value < 0 ? `the value ${value} is negative` : `the ratio ${value} is above 1`;
}

function staleness(
  reading: Extract<SignalReading, { kind: "value" }>,
  { now, scrapeIntervalMs }: TrustRule,
): string {
  const ageMs = elapsed(reading.observedAt, now);
  if (ageMs > STALE_AFTER_SCRAPES * scrapeIntervalMs) {
    return `the newest sample is ${seconds(ageMs)} s old`;
  }
  // Negated, so that an unknown coverage (NaN) is not taken for a full one.
  if (!(reading.coverage >= MIN_COVERAGE)) {
    return `only ${Math.round(reading.coverage * 100)} % of the targets are up`;
  }
  return reading.degraded === null ? "" : `the source warns: ${reading.degraded}`;
}

/** The signals without which a fleet cannot be sized. */
export const SIZING_SIGNALS = [
  "arrivals",
  "servedTurns",
  "promptTokens",
  "computedPromptTokens",
  "generatedTokens",
  "waitingTurns",
  "kvUsage",
] as const satisfies readonly SignalName[];

/** The assessed signals and objective shares of one fleet. */
export interface TrustedSignals {
  readonly bySignal: Readonly<Record<SignalName, Assessed>>;
  readonly objectives: readonly { readonly name: string; readonly share: Assessed }[];
  /** Every signal that sizing needs, and every objective, is Fresh. */
  readonly complete: boolean;
  /** A sentence per cause, naming the signals that are needed and for that cause not Fresh. */
  readonly gaps: readonly string[];
}

export function assessFleet(
  fleet: FleetObservation,
  now: EpochMs,
  scrapeIntervalMs: Millis,
): TrustedSignals {
  // A record of an older release may lack a signal.
  const readings: Partial<FleetSignals> = fleet.signals;
  const bySignal = signalRecord((name) => {
    const reading = readings[name];
    const unit = SIGNAL_UNITS[name];
    return reading === undefined ? NOT_READ : assess(reading, { now, scrapeIntervalMs, unit });
  });
  const objectives = fleet.objectives.map(({ name, share }) => ({
    name,
    share: assess(share, { now, scrapeIntervalMs, unit: "ratio" }),
  }));
  const needed = SIZING_SIGNALS.map((name): Needed => ({ name, seen: bySignal[name] }));
  for (const { name, share } of objectives) {
    needed.push({ name: `objective ${name}`, seen: idle(share, bySignal) });
  }
  const gaps = gapsOf(needed.filter(({ seen }) => seen.trust !== "Fresh"));
  return { bySignal, objectives, complete: gaps.length === 0, gaps };
}

const NOT_READ: Assessed = { trust: "Missing", value: null, why: "not read" };

interface Needed {
  readonly name: string;
  readonly seen: Assessed;
}

/** A source that does not answer makes every signal missing: one thing to say, not eight. */
function gapsOf(lacking: readonly Needed[]): readonly string[] {
  if (lacking.length === 0) return [];
  const byCause = new Map<string, string[]>();
  for (const {
    name,
    seen: { trust, why },
  } of lacking) {
    const cause = `${trust.toLowerCase()} (${why})`;
    byCause.set(cause, [...(byCause.get(cause) ?? []), name]);
  }
  return [...byCause].map(
    ([cause, names]) => `${names.join(", ")} ${names.length === 1 ? "is" : "are"} ${cause}`,
  );
}

/** A fleet without traffic has no latency to measure: an empty share is then no gap. */
function idle(share: Assessed, bySignal: Readonly<Record<SignalName, Assessed>>): Assessed {
  const { arrivals, waitingTurns } = bySignal;
  const quiet = arrivals.value === 0 && waitingTurns.value === 0 && arrivals.trust === "Fresh";
  return share.trust === "Missing" && quiet ? { trust: "Fresh", value: null, why: "" } : share;
}
