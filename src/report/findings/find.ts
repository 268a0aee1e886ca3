/** Everything that is found in runs and comparisons: the front door. */
import type { Finding } from "../finding.ts";
import { ranked } from "../finding.ts";
import type { ReportInput, ReportRun } from "../report-input.ts";
import { shownCapacity } from "./capacity.ts";
import { causeOf } from "./cluster-cause.ts";
import { askedLateFindings, clusterFinding } from "./cluster-findings.ts";
import { dominatedRows, dominatedRuns } from "./dominated-policies.ts";
import type { FleetRun } from "./fleet-run.ts";
import { fleetRuns } from "./fleet-run.ts";
import { forecastFindings, forecastMisses } from "./forecast-misses.ts";
import { hitRateFindings, hitRateRegimes } from "./hit-rate-regimes.ts";
import { knobFindings } from "./knobs.ts";
import { lateArrivalFindings, lateArrivals } from "./late-arrivals.ts";
import { overProvisionFindings } from "./over-provision.ts";
import { violationClusters } from "./violations.ts";

/** @returns what is found in one run by itself, the costliest first */
export const runFindings = (run: ReportRun): readonly Finding[] =>
  ranked(fleetRuns(run).flatMap(fleetFindings));

/** @returns what is found in all of it, the costliest first */
export function findings(input: ReportInput): readonly Finding[] {
  const { comparison, runs } = input;
  const points = comparison?.points ?? input.points ?? [];
  return ranked([
    ...(input.findings ?? []),
    ...runs.flatMap(runFindings),
    ...(comparison === undefined ? dominatedRuns(runs) : dominatedRows(comparison)),
    ...knobFindings(points, comparison?.rows ?? points),
  ]);
}

function fleetFindings(run: FleetRun): readonly Finding[] {
  const capacity = shownCapacity(run);
  const regimes = hitRateRegimes(run);
  const misses = forecastMisses(run, capacity);
  const late = lateArrivals(run);
  const clusters = violationClusters(run).map((cluster) => ({
    ...cluster,
    cause: causeOf(run, cluster, { regimes, misses, late, capacity }),
  }));
  return [
    ...clusters.map((cluster) => clusterFinding(run, cluster)),
    ...clusters.flatMap((cluster) => askedLateFindings(run, cluster)),
    ...lateArrivalFindings(run, late),
    ...hitRateFindings(run, regimes),
    ...forecastFindings(run, misses),
    ...overProvisionFindings(run, capacity),
  ];
}
