/** The shape of a fleet's series: on how many targets, how often scraped, with which bounds. */
import type { CompiledFleet } from "../../../core/compiled.ts";
import { SIGNAL_TABLES } from "../../../core/profiles/signal-tables.ts";
import type { SeriesReading } from "../../../core/queries/series-plan.ts";
import { rateWindowMs } from "../../../core/signals/rate-window.ts";
import { SIZING_SIGNALS } from "../../../core/signals/trust.ts";
import { seconds } from "../../../core/units.ts";
import { blocker, type Checked, warning } from "../finding.ts";
import { seriesOf } from "./signal-gaps.ts";

/** As for targets that are up: fewer are not taken for the fleet. */
const MIN_SHARE = 0.9;

/** Series that some of the targets export and others do not: engines of several versions. */
export function coverageFindings(fleet: CompiledFleet, reading: SeriesReading): readonly Checked[] {
  const needed = new Set(SIZING_SIGNALS.flatMap((name) => seriesOf(fleet, name, reading)));
  return [...needed]
    .filter(({ targets, expected }) => targets > 0 && targets < MIN_SHARE * expected)
    .map(({ names, targets, expected }) =>
      warning({
        where: `InferenceFleet ${fleet.key} spec.signals`,
        found: `${names[0] ?? ""} on ${targets} of ${expected} targets`,
        expected: "on every target: sums over some are taken for the fleet's",
        fix: "one engine version and the same metrics flags on all of the fleet's pods",
      }),
    );
}

/** A rate needs two samples, and a third to survive a lost scrape. */
const RATE_NEEDS = 2;

export function sampleFindings(
  { key, signals }: CompiledFleet,
  { samplesPerWindow }: SeriesReading,
): readonly Checked[] {
  if (samplesPerWindow === null || samplesPerWindow > RATE_NEEDS) return [];
  const windowSeconds = seconds(rateWindowMs(signals.scrapeIntervalMs));
  const interval = Math.ceil(windowSeconds / Math.max(1, samplesPerWindow));
  const samples = samplesPerWindow === 1 ? "1 sample" : `${samplesPerWindow} samples`;
  const finding = {
    where: `InferenceFleet ${key} spec.signals.scrapeInterval`,
    found:
      `${seconds(signals.scrapeIntervalMs)} s, ` +
      `but ${samples} in a window of ${windowSeconds} s`,
    expected: "what Prometheus really does: rates are taken over four scrapes",
    fix: `scrapeInterval: ${interval}s, or scrape more often`,
  };
  return [samplesPerWindow < RATE_NEEDS ? blocker(finding) : warning(finding)];
}

/** Engines may be started with bounds of their own, which no table knows. */
export function bucketFindings(
  { key, objectives, signals }: CompiledFleet,
  { bucketsSeconds }: SeriesReading,
): readonly Checked[] {
  return objectives.flatMap(({ metric, thresholdMs }, index) => {
    const threshold = seconds(thresholdMs);
    const known = SIGNAL_TABLES[signals.profile].bucketsSeconds[metric];
    const bounds = bucketsSeconds[metric];
    // What the table itself does not have was reported with the object.
    if (!known.includes(threshold) || bounds.length === 0 || bounds.includes(threshold)) return [];
    const nearest = bounds.reduce((a, b) =>
      Math.abs(b - threshold) < Math.abs(a - threshold) ? b : a,
    );
    return [
      blocker({
        where: `InferenceFleet ${key} spec.objectives[${index}].threshold`,
        found: `${threshold} s, and the engines' ${metric} histogram has no such bound`,
        expected: `a bound that is there, nearest ${nearest} s`,
        fix: `threshold: ${nearest}s, or a bucket at ${threshold} in the engine's flags`,
      }),
    ];
  });
}
