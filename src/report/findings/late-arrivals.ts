/** Racks that arrived later than the lead time known when they were asked for. */
import type { TimelineOrder } from "../../api/timeline.ts";
import type { Finding } from "../finding.ts";
import { severityOf } from "../finding.ts";
import { FALSE_ALARMS, confidenceOf, normalTail } from "../statistics/chance.ts";
import type { Stretch } from "../statistics/episodes.ts";
import { merged, overlaps } from "../statistics/episodes.ts";
import { median } from "../statistics/robust.ts";
import { duration, racks } from "../text.ts";
import type { FleetRun } from "./fleet-run.ts";
import { beyondText, missedBeyond, placed, stretchOf, whenSeconds } from "./fleet-run.ts";

/** The standard normal quantile of p95. */
const Z_95 = 1.6449;
/** A spread narrower than 2 % is no spread that anybody measured. */
const NARROWEST = 0.02;
/** So many are no run of bad luck: the lead time is believed wrong. */
const MANY = 5;

export interface LateArrival extends Stretch {
  readonly order: TimelineOrder;
  /** Until it served, or the run ended. */
  readonly tookSeconds: number;
  readonly confidence: number;
}

/** @returns by when they were asked for; the stretch is from p95 of the lead time to the arrival */
export function lateArrivals(run: FleetRun): readonly LateArrival[] {
  const { orders } = run.timeline;
  const end = run.steps * run.stepSeconds;
  return orders.flatMap((order) => {
    const tookSeconds = (order.servedSeconds ?? end) - order.askedSeconds;
    const chance = normalTail(deviations(order, tookSeconds));
    if (tookSeconds <= order.expected.p95Seconds) return [];
    if (chance > FALSE_ALARMS / orders.length) return [];
    const due = order.askedSeconds + order.expected.p95Seconds;
    const confidence = confidenceOf(chance, orders.length);
    const stretch = stretchOf(run, due, order.askedSeconds + tookSeconds);
    return [{ ...stretch, order, tookSeconds, confidence }];
  });
}

/** Lead times are log-normal by their p50 and p95. */
function deviations({ expected }: TimelineOrder, tookSeconds: number): number {
  const { p50Seconds, p95Seconds } = expected;
  if (p50Seconds <= 0) return 0;
  const wide = Math.max(NARROWEST, Math.log(p95Seconds / p50Seconds) / Z_95);
  return Math.log(tookSeconds / p50Seconds) / wide;
}

export function lateArrivalFindings(
  run: FleetRun,
  late: readonly LateArrival[],
): readonly Finding[] {
  if (late.length > MANY && late.length > run.timeline.orders.length / 2) {
    return [allLate(run, late)];
  }
  return merged(late, 0).map((stretch) => {
    const own = late.filter((each) => overlaps(each, stretch));
    const many = own.reduce((sum, { order }) => sum + order.racks, 0);
    const slowest = own.reduce((a, b) => (b.tookSeconds > a.tookSeconds ? b : a), own[0] ?? NONE);
    const { order, tookSeconds } = slowest;
    const overdue = tookSeconds - order.expected.p95Seconds;
    const violations = missedBeyond(run, stretch);
    const outcome =
      order.servedSeconds === null ? "had not arrived when the run ended" : "arrived late";
    return {
      ...placed(run, stretch, "racks"),
      kind: "arrived-late",
      severity: severityOf(costOf(run, own, violations)),
      confidence: Math.max(...own.map(({ confidence }) => confidence)),
      sentence:
        `${racks(many)} asked for at ${whenSeconds(run, order.askedSeconds)} ${outcome}: after ` +
        `${duration(tookSeconds)} where 95 % come within ` +
        `${duration(order.expected.p95Seconds)}${beyondText(violations, "while overdue")}.`,
      numbers: { racks: many, tookSeconds, overdueSeconds: overdue, violations },
      cost: costOf(run, own, violations),
    };
  });
}

const NONE: LateArrival = {
  from: 0,
  to: 0,
  tookSeconds: 0,
  confidence: 0,
  order: {
    pool: "",
    racks: 0,
    askedSeconds: 0,
    servedSeconds: null,
    expected: { p50Seconds: 0, p95Seconds: 0 },
  },
};

/** What was missed meanwhile, or the hours that racks were not there. */
function costOf(run: FleetRun, late: readonly LateArrival[], violations: number): number {
  const absent = late.reduce((sum, { order, from, to }) => sum + order.racks * (to - from), 0);
  const gpuHours = (absent * run.stepSeconds * run.timeline.gpusPerRack) / 3_600;
  return Math.max(violations / run.budget, gpuHours / Math.max(1, run.gpuHours.held));
}

function allLate(run: FleetRun, late: readonly LateArrival[]): Finding {
  const took = median(late.map(({ tookSeconds }) => tookSeconds)) ?? 0;
  const expected = median(late.map(({ order }) => order.expected.p50Seconds)) ?? 0;
  const violations = late.reduce((sum, each) => sum + missedBeyond(run, each), 0);
  const cost = costOf(run, late, violations);
  return {
    ...placed(run, { from: late[0]?.from ?? 0, to: late.at(-1)?.to ?? 0 }, "racks"),
    kind: "arrived-late",
    severity: severityOf(cost),
    confidence: Math.max(...late.map(({ confidence }) => confidence)),
    sentence:
      `Lead times are longer than believed: ${late.length} of ${run.timeline.orders.length} ` +
      `orders came after their p95, ${duration(took)} at the median where ` +
      `${duration(expected)} were expected. Correct leadTimePrior and engineStartPrior.`,
    numbers: { late: late.length, tookSeconds: took, expectedSeconds: expected, violations },
    cost,
  };
}
