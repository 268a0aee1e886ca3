import { describe, expect, it } from "vitest";
import { fleetKey } from "../../../src/core/compiled.ts";
import type { Action, RackSummary } from "../../../src/core/decision.ts";
import { reason } from "../../../src/core/reasons.ts";
import { after, epochMs, millis, rackCount } from "../../../src/core/units.ts";
import { TimelineObserver } from "../../../src/studies/simulation/timeline-observer.ts";
import { anIntent } from "../../support/builders/observed.ts";
import { aReport, rackOf } from "../../support/reports/report.ts";

const FLEET = fleetKey({ namespace: "agents", name: "coder" });
const START = epochMs(1_000_000_020_000);
const MINUTE = 60_000;

interface Told {
  /** What the pool is seen to ask for, and how much of that is on its way. */
  readonly desired?: number;
  readonly coming?: number;
  readonly plan?: readonly Action[];
  readonly more?: readonly RackSummary[];
}

const grown = (to: number): readonly Action[] => {
  const intent = anIntent({ name: "out-1", fleet: FLEET });
  return [
    { kind: "OpenIntent", intent, reason: reason("burst") },
    {
      kind: "SetCount",
      intent: "out-1",
      pool: "gb200-east",
      uid: "u",
      from: rackCount(5),
      to: rackCount(to),
      reason: reason("burst"),
    },
  ];
};

function tick(observer: TimelineObserver, minute: number, told: Told = {}) {
  const { coming = 0, desired = 5, more = [], plan = [] } = told;
  const now = after(START, millis(minute * MINUTE));
  const report = aReport({
    now,
    actions: plan.map(({ kind }) => ({ kind, intent: "out-1", outcome: "applied", detail: "" })),
  });
  const pools = report.decision.pools.map((pool) => ({
    ...pool,
    pool: "gb200-east",
    desiredRacks: rackCount(desired),
    racksByPhase: { ...pool.racksByPhase, Provisioning: coming },
    racks: [...pool.racks, ...more],
  }));
  observer.tick({ ...report, decision: { ...report.decision, at: now, plan, pools } });
}

function observed(): TimelineObserver {
  return new TimelineObserver(aReport({ now: START }).group, START);
}

const slice = (arrived: number, metAll: number) => ({ arrived, metAll, met: [metAll] });

describe("a timeline", () => {
  it("has the turns of each minute, from slices of a quarter of one", () => {
    const turns = new Map([[FLEET, Array.from({ length: 8 }, () => slice(10, 9))]]);
    const [fleet] = observed().finished(turns, 2 * MINUTE).fleets;
    expect(fleet?.series.arrived).toEqual([40, 40]);
    expect(fleet?.series.met).toEqual([36, 36]);
  });

  it("puts a forecast where it is of, not where it was made", () => {
    const observer = observed();
    tick(observer, 0);
    const [fleet] = observer.finished(new Map(), 20 * MINUTE).fleets;
    expect(fleet?.series.forecastP50.indexOf(13)).toBe(13);
    expect(fleet?.series.racksServing[0]).toBe(5);
  });

  it("matches racks with what was asked for, the first with the first", () => {
    const observer = observed();
    tick(observer, 0);
    tick(observer, 1, { plan: grown(7) });
    tick(observer, 30, { more: [rackOf("new-a", "Starting")] });
    tick(observer, 40, { more: [rackOf("new-a", "Warming")] });
    const two = [rackOf("new-a", "Serving"), rackOf("new-b", "Warming")];
    tick(observer, 45, { more: two });
    const [fleet] = observer.finished(new Map(), 60 * MINUTE).fleets;
    expect(fleet?.orders).toMatchObject([{ racks: 2, askedSeconds: 60, servedSeconds: 2_700 }]);
  });

  it("leaves an order open that was not served whole", () => {
    const observer = observed();
    tick(observer, 0);
    tick(observer, 1, { plan: grown(7) });
    tick(observer, 45, { more: [rackOf("new-a", "Serving")] });
    const [fleet] = observer.finished(new Map(), 60 * MINUTE).fleets;
    expect(fleet?.orders).toMatchObject([{ racks: 2, servedSeconds: null }]);
  });

  it("does not wait for racks that were given up on their way", () => {
    const observer = observed();
    tick(observer, 0);
    tick(observer, 1, { plan: grown(7) });
    tick(observer, 2, { desired: 7, coming: 2 });
    tick(observer, 5, { desired: 6, coming: 1 });
    tick(observer, 45, { desired: 6, more: [rackOf("new-b", "Serving")] });
    const [fleet] = observer.finished(new Map(), 60 * MINUTE).fleets;
    expect(fleet?.orders).toMatchObject([{ racks: 1, askedSeconds: 60, servedSeconds: 2_700 }]);
  });

  it("still waits for what is on its way when a serving rack is given back", () => {
    const observer = observed();
    tick(observer, 0);
    tick(observer, 1, { plan: grown(7) });
    tick(observer, 2, { desired: 7, coming: 2 });
    tick(observer, 5, { desired: 6, coming: 2 });
    const [fleet] = observer.finished(new Map(), 60 * MINUTE).fleets;
    expect(fleet?.orders).toMatchObject([{ racks: 2, servedSeconds: null }]);
  });

  it("knows no order that was given up whole", () => {
    const observer = observed();
    tick(observer, 0);
    tick(observer, 1, { plan: grown(7) });
    tick(observer, 2, { desired: 7, coming: 2 });
    tick(observer, 5, { desired: 5 });
    const [fleet] = observer.finished(new Map(), 60 * MINUTE).fleets;
    expect(fleet?.orders).toEqual([]);
  });

  it("stays bounded: 28 days are steps of two minutes", () => {
    const timeline = observed().finished(new Map(), 28 * 1_440 * MINUTE);
    expect(timeline.stepSeconds).toBe(120);
    expect(timeline.fleets[0]?.series.arrived).toHaveLength(20_160);
  });
});
