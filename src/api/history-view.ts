/** What the charts are drawn from: one point per minute, peaks kept. */
import { Type } from "typebox";
import { nullable, type CACHE_CAUSES } from "./vocabulary.ts";

/** One tick, or one minute of ticks: series name to value, null where nothing was measured. */
export const HistoryPointSchema = Type.Object({
  atSeconds: Type.Number({ description: "Start of the minute." }),
  values: Type.Record(Type.String(), nullable(Type.Number())),
});
export type HistoryPoint = Type.Static<typeof HistoryPointSchema>;

export const FleetHistorySchema = Type.Object({
  fleet: Type.String(),
  points: Type.Array(HistoryPointSchema, { description: "Oldest first." }),
});

/** How two values of one series become one: the extreme that matters, or the newer. */
export type Reduction = "max" | "min" | "last";

/**
 * The series of a fleet. A peak of latency or demand and a trough of hit rate must survive the
 * reduction; counts and forecasts are states, of which the newest stands.
 */
export const HISTORY_SERIES = {
  demand: "max",
  horizonSeconds: "last",
  forecastP10: "last",
  forecastP50: "last",
  forecastP90: "last",
  forecastP99: "last",
  ttftP95: "max",
  itlP95: "max",
  hitRate: "min",
  expectedHitRate: "last",
  cacheCause: "max",
  cacheCauseShare: "last",
  racksServing: "last",
  racksWarming: "last",
  racksArriving: "last",
  racksLeaving: "last",
  racksOther: "last",
  racksWant: "last",
} as const satisfies Readonly<Record<string, Reduction>>;

/** Prefix of the series of observed shares, one per objective. Reduced to the worst. */
export const SHARE_PREFIX = "share/";

type Cause = (typeof CACHE_CAUSES)[number];

/** From what says least to what says most: of two causes in one point the higher stands. */
const CAUSES_BY_WEIGHT = [
  "none",
  "cannot-tell",
  "broken-signal",
  "cold-replicas",
  "configuration-change",
  "spread-or-instability",
  "routing-spread",
  "capacity-bound",
  "workload-shift",
  "prompt-instability",
] as const satisfies readonly Cause[];

/** @returns the cause as a number of the series `cacheCause`; 0: as usual */
export const causeCode = (cause: Cause): number => CAUSES_BY_WEIGHT.indexOf(cause);

/** @returns the cause of a number of the series; null for one that no cause has */
export const causeOf = (code: number): Cause | null => CAUSES_BY_WEIGHT[code] ?? null;
