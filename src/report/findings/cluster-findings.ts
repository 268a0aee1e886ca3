/** Clusters of violations and what began them, and racks that were asked for too late. */
import type { Finding } from "../finding.ts";
import { severityOf } from "../finding.ts";
import { sumOf } from "../statistics/robust.ts";
import { count, duration, percent, racks, rate } from "../text.ts";
import type { ClusterCause } from "./cluster-cause.ts";
import type { FleetRun } from "./fleet-run.ts";
import { missedIn, placed, when, whenSeconds } from "./fleet-run.ts";
import type { Cluster } from "./violations.ts";

export interface ExplainedCluster extends Cluster {
  readonly cause: ClusterCause;
}

export function clusterFinding(run: FleetRun, cluster: ExplainedCluster): Finding {
  const violations = missedIn(run, cluster);
  const arrived = sumOf(run.timeline.series.arrived.slice(cluster.from, cluster.to));
  const all = Math.max(1, run.violations);
  const seconds = (cluster.to - cluster.from) * run.stepSeconds;
  const cost = violations / run.budget;
  const whose = run.alone ? "" : ` in ${run.timeline.fleet}`;
  return {
    ...placed(run, cluster, "attainment"),
    kind: "violation-cluster",
    cause: causeName(cluster.cause),
    severity: severityOf(cost),
    confidence: cluster.confidence,
    sentence:
      `${count(violations)} turns missed from ${when(run, cluster.from)} for ` +
      `${duration(seconds)}, ${percent(violations / Math.max(1, arrived))} of those that came ` +
      `and ${percent(violations / all)} of all that missed${whose}: ` +
      `${causeText(run, cluster.cause)}.`,
    numbers: { violations, seconds, shareOfRun: violations / all, errorBudgets: cost },
    cost,
  };
}

function causeName(cause: ClusterCause): string {
  if (cause.kind === "disturbance") return cause.surge.cause;
  return CAUSE_NAMES[cause.kind];
}

const CAUSE_NAMES: Readonly<Record<Exclude<ClusterCause["kind"], "disturbance">, string>> = {
  "rack-loss": "lost racks",
  "given-back": "racks given back too soon",
  "arrived-late": "racks that arrived late",
  "hit-rate": "a fall of the hit rate",
  "asked-late": "racks asked for too late",
  "unforeseen-demand": "demand that was not forecast",
  load: "more load than racks had carried",
  unknown: "no cause that was looked for",
};

function causeText(run: FleetRun, cause: ClusterCause): string {
  switch (cause.kind) {
    case "disturbance":
      return `${cause.surge.cause} at ${whenSeconds(run, cause.surge.startSeconds)} began it`;
    case "rack-loss": {
      const { before, after, at } = cause.loss;
      const fell = `serving racks fell from ${before} to ${after} at ${when(run, at)}`;
      return `${fell}, and nobody had given them back`;
    }
    case "given-back": {
      const { before, after, at } = cause.loss;
      const gave = `serving racks went from ${before} to ${after} from ${when(run, at)} on`;
      return `${gave}, as was wanted, and then more were wanted again`;
    }
    case "arrived-late":
      return `${racks(cause.late.order.racks)} on the way did not arrive in time`;
    case "hit-rate": {
      const { before, during } = cause.regime;
      return `the hit rate had fallen from ${percent(before)} to ${percent(during)}`;
    }
    case "asked-late":
      return cause.foreseen === false
        ? "demand came that was not forecast, racks for it were asked for when it was there"
        : "the racks that ended it were asked for too late";
    case "unforeseen-demand":
      return `${rate(cause.miss.came)} came where ${rate(cause.miss.expected)} were forecast`;
    case "load":
      return `${rate(cause.perRack)} per rack, where ${rate(cause.shown)} was the most that held`;
    case "unknown":
      return "no lost rack, late order, fall of the hit rate or missed forecast goes with it";
  }
}

function whyText(foreseen: boolean | null): string {
  if (foreseen === null) return "";
  return foreseen
    ? ", though the forecast had the demand"
    : ", as the forecast did not have the demand";
}

/** @returns that the help of a cluster was asked for too late; none for other causes */
export function askedLateFindings(run: FleetRun, cluster: ExplainedCluster): readonly Finding[] {
  if (cluster.cause.kind !== "asked-late") return [];
  const { order, foreseen } = cluster.cause;
  const onset = cluster.from * run.stepSeconds;
  const { p95Seconds } = order.expected;
  const late = order.askedSeconds + p95Seconds - onset;
  const served = order.servedSeconds ?? cluster.to * run.stepSeconds;
  const to = Math.max(cluster.from + 1, Math.ceil(served / run.stepSeconds));
  const violations = missedIn(run, { from: cluster.from, to });
  const cost = violations / run.budget;
  return [
    {
      ...placed(run, { from: cluster.from, to: Math.min(run.steps, to) }, "racks"),
      kind: "asked-late",
      severity: severityOf(cost),
      confidence: cluster.confidence,
      sentence:
        `${racks(order.racks)} served at ${whenSeconds(run, served)}, ` +
        `${duration(served - onset)} after they were needed${whyText(foreseen)}: with a lead ` +
        `time of up to ${duration(p95Seconds)} they had to be asked for ` +
        `${duration(late)} earlier; ` +
        `${count(violations)} turns missed until then.`,
      numbers: { racks: order.racks, lateSeconds: late, violations },
      cost,
    },
  ];
}
