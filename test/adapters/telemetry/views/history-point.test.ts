import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fleetViews } from "../../../../src/adapters/telemetry/views/fleet-views.ts";
import {
  historyPoint,
  mergePoints,
} from "../../../../src/adapters/telemetry/views/history-point.ts";
import { poolViews } from "../../../../src/adapters/telemetry/views/pool-views.ts";
import type { RackSummary } from "../../../../src/core/decision.ts";
import { epochMs, rackCount } from "../../../../src/core/units.ts";
import { aFleet, aGroup, aPool } from "../../../support/reports/compiled.ts";
import { START } from "../../../support/reports/observed.ts";
import { aReport, fleetDecided, poolDecided, rackOf } from "../../../support/reports/report.ts";
import type { ReportSpec } from "../../../support/reports/report.ts";

function pointOf(spec: ReportSpec) {
  const report = aReport(spec);
  const [fleet] = fleetViews(report);
  if (fleet === undefined) throw new Error("the report shows no fleet");
  return historyPoint(fleet, poolViews(report));
}

const racksOf = (racks: readonly RackSummary[], held: number) =>
  pointOf({
    pools: [poolDecided(racks)],
    decided: [fleetDecided({ heldRacks: rackCount(held) })],
  }).values;

describe("a point of the history", () => {
  it("belongs to the minute it was taken in", () => {
    expect(pointOf({ now: epochMs(START + 59_999) }).atSeconds).toBe(START / 1_000);
    expect(pointOf({ now: epochMs(START + 60_000) }).atSeconds).toBe(START / 1_000 + 60);
  });

  it("keeps demand, forecast, latency, hit rate and the share of each objective", () => {
    expect(pointOf({}).values).toMatchObject({
      demand: 12,
      forecastP90: 16,
      horizonSeconds: 780,
      ttftP95: 1.2,
      itlP95: 0.034,
      hitRate: 0.9,
      "share/ttft-short": 0.995,
      "share/itl": 0.995,
    });
  });

  it("counts racks by what they do, and those asked for but unseen as arriving", () => {
    const racks = [
      rackOf("a", "Serving"),
      rackOf("b", "Warming"),
      rackOf("c", "Joining", { fleet: null }),
      rackOf("d", "Draining"),
    ];
    expect(racksOf(racks, 6)).toMatchObject({
      racksServing: 1,
      racksWarming: 1,
      racksArriving: 3,
      racksLeaving: 1,
      racksOther: 0,
    });
  });

  it("does not count another fleet's racks of a shared pool", () => {
    const pool = aPool();
    const writer = { fleet: { namespace: "agents", name: "writer" } };
    const consumers = pool.consumers.flatMap((consumer) => [consumer, { ...consumer, ...writer }]);
    const group = aGroup({ pools: [aPool("gb200-east", { consumers })], fleets: [aFleet()] });
    const racks = [
      rackOf("a", "Serving"),
      rackOf("b", "Serving", { fleet: "agents/writer" }),
      rackOf("c", "Idle", { fleet: null }),
    ];
    const decided = [fleetDecided({ heldRacks: rackCount(1) })];
    const { values } = pointOf({ group, pools: [poolDecided(racks)], decided });
    expect(values).toMatchObject({ racksServing: 1, racksArriving: 0, racksOther: 0 });
  });
});

describe("two ticks of one minute", () => {
  const at = (values: Record<string, number | null>) => ({ atSeconds: 60, values });

  it.each([
    { series: "demand", older: 30, newer: 20, kept: 30, why: "a peak of demand" },
    { series: "ttftP95", older: 9, newer: 1, kept: 9, why: "a peak of latency" },
    { series: "hitRate", older: 0.4, newer: 0.9, kept: 0.4, why: "a trough of the hit rate" },
    { series: "share/itl", older: 0.7, newer: 0.99, kept: 0.7, why: "the worst share" },
    { series: "racksServing", older: 7, newer: 6, kept: 6, why: "the newest count" },
    { series: "ttftP95", older: null, newer: 1, kept: 1, why: "what is known" },
    { series: "ttftP95", older: 9, newer: null, kept: 9, why: "what is known" },
  ])("keep $why ($series)", ({ series, older, newer, kept }) => {
    const merged = mergePoints(at({ [series]: older }), at({ [series]: newer }));
    expect(merged.values[series]).toBe(kept);
  });

  it("never lose a peak, however many they are", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (peaks) => {
        const points = peaks.map((ttftP95) => at({ ttftP95 }));
        const merged = points.reduce((older, newer) => mergePoints(older, newer));
        expect(merged.values["ttftP95"]).toBe(Math.max(...peaks));
      }),
    );
  });
});
