/** What a run came to, in a sentence or two: how much was missed, where, and why. */
import type { Finding } from "./finding.ts";
import type { ReportInput, ReportRun } from "./report-input.ts";
import { surgesText } from "./surges.ts";
import { count, percent } from "./text.ts";

/**
 * @param found everything that was found
 * @returns a text or two a run; of comparisons what the rows say
 */
export function headlines(input: ReportInput, found: readonly Finding[]): readonly string[] {
  const rivals = input.comparison === undefined ? [] : [comparisonText(input.comparison)];
  return [...rivals, ...input.runs.flatMap((run) => runTexts(run, found, input.runs.length > 1))];
}

function runTexts(run: ReportRun, found: readonly Finding[], several: boolean): readonly string[] {
  const { name, result } = run;
  const { slo, gpuHours } = result;
  const subject = several ? `${name}: ` : "";
  const clusters = found.filter(({ kind, run }) => kind === "violation-cluster" && run === name);
  const whole =
    `${subject}${percent(slo.attainment)} of ${count(slo.judged)} turns met every objective, for ` +
    `${count(gpuHours.held)} GPU-hours. ${missedText(run)}` +
    clustersText(clusters, slo.violations) +
    neverCameText(run);
  const surges = surgesText(result);
  return [whole, ...(surges === "" ? [] : [subject + surges])];
}

/**
 * Objectives that the run as a whole did not meet, "" where it met all: with no cluster nothing
 * else on the first screen would say so.
 */
function missedText({ result, timeline }: ReportRun): string {
  const several = timeline.fleets.length > 1;
  const missed = timeline.fleets.flatMap(({ fleet, objectives }) =>
    objectives.flatMap(({ name, share }) => {
      const key = several ? `${fleet} ${name}` : name;
      const met = result.slo.byObjective[key] ?? 1;
      return met < share ? [`${key} (${percent(met)} met it, ${percent(share)} asked for)`] : [];
    }),
  );
  return missed.length === 0 ? "" : `Missed over the whole run: ${missed.join(", ")}. `;
}

function clustersText(clusters: readonly Finding[], violations: number): string {
  if (violations === 0) return "None missed.";
  const inThem = clusters.reduce((sum, { numbers }) => sum + (numbers["violations"] ?? 0), 0);
  const share = percent(Math.min(1, inThem / violations));
  if (clusters.length === 0) {
    return `The ${count(violations)} that missed form no cluster: ${NO_CLUSTER}.`;
  }
  const many = clusters.length === 1 ? "one cluster" : `${clusters.length} clusters`;
  const [most] = byCause(clusters);
  if (most === undefined) return "";
  const part = percent(most.violations / Math.max(1, inThem));
  const common = most.clusters > 1 ? "What they have in common" : "What began it";
  const whole = clusters.length === most.clusters;
  const cause = whole
    ? `${common}: ${most.cause}.`
    : `Most of it, ${part}, goes with ${most.cause}.`;
  return `${share} of the ${count(violations)} violations lie in ${many}. ${cause}`;
}

/** Below it nobody asks where they are. */
const NOTICED = 0.05;

/** Offered turns that no plot has, as they never arrived. */
function neverCameText({ result: { slo, turns } }: ReportRun): string {
  const never = Math.min(slo.violations, turns.offered - turns.arrived);
  return never === 0 || never < NOTICED * slo.violations
    ? ""
    : ` ${count(never)} of them never came: their sessions were held up by turns before.`;
}

const NO_CLUSTER = "no stretch had more of them than the objectives allow, by more than chance";

interface CommonCause {
  readonly cause: string;
  readonly clusters: number;
  readonly violations: number;
}

function byCause(clusters: readonly Finding[]): readonly CommonCause[] {
  const causes = [...new Set(clusters.map(({ cause = "" }) => cause))];
  return causes
    .map((cause) => {
      const own = clusters.filter((each) => each.cause === cause);
      const violations = own.reduce((sum, { numbers }) => sum + (numbers["violations"] ?? 0), 0);
      return { cause, clusters: own.length, violations };
    })
    .toSorted((a, b) => b.violations - a.violations);
}

function comparisonText({ summary }: NonNullable<ReportInput["comparison"]>): string {
  const { ours, policies, scenarios, seeds, strongest } = summary;
  const best = policies.find(({ policy }) => policy === strongest);
  const many = (value: number, name: string): string => `${value} ${name}${value === 1 ? "" : "s"}`;
  const others = many(policies.length, "other");
  const size = `${many(scenarios, "scenario")}, ${many(seeds, "seed")}`;
  const over = `${ours} against ${others} in ${size}.`;
  if (best === undefined) return over;
  const { high, low, mean } = best.violationsRatio;
  const ratio = (value: number): string => value.toFixed(2);
  // Over scenarios: of a single one there is none.
  const interval =
    low < high ? `95 %: ${ratio(low)} to ${ratio(high)}` : "one scenario, no interval";
  const which = policies.length === 1 ? best.policy : `The strongest of them, ${best.policy},`;
  return (
    `${over} ${which} has ${ratio(mean)} times the violations of ${ours} ` +
    `at equal GPU-hours (${interval}).`
  );
}
