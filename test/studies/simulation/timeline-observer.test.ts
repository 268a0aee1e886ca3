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

function tick(observer: TimelineObserver, minute: number, { more = [], plan = [] }: Told = {}) {
  const now = after(START, millis(minute * MINUTE));
  const report = aReport({
    now,
    actions: plan.map(({ kind }) => ({ kind, intent: "out-1", outcome: "applied", detail: "" })),
  });
  const pools = report.decision.pools.map((pool) => ({
    ...pool,
    pool: "gb200-east",
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

  it("stays bounded: 28 days are steps of two minutes", () => {
    const timeline = observed().finished(new Map(), 28 * 1_440 * MINUTE);
    expect(timeline.stepSeconds).toBe(120);
    expect(timeline.fleets[0]?.series.arrived).toHaveLength(20_160);
  });
});
