import { describe, expect, it } from "vitest";
import { fleetViews } from "../../../../src/adapters/telemetry/views/fleet-views.ts";
import type { FleetView } from "../../../../src/api/fleet-view.ts";
import { epochMs, millis, ratio } from "../../../../src/core/units.ts";
import { aFleet, aGroup } from "../../../support/reports/compiled.ts";
import { ABSENT, reads, signalsAt, START } from "../../../support/reports/observed.ts";
import { aReport, fleetDecided, type ReportSpec } from "../../../support/reports/report.ts";

const only = (spec: ReportSpec = {}): FleetView => {
  const [view] = fleetViews(aReport(spec));
  if (view === undefined) throw new Error("the report shows no fleet");
  return view;
};

const seenAs = (changes: NonNullable<ReportSpec["seen"]>[string]): ReportSpec => ({
  seen: { "agents/coder": changes },
});

const signal = (view: FleetView, name: string) => view.signals.find((one) => one.name === name);

describe("the view of a fleet", () => {
  it("speaks in seconds", () => {
    const view = only();
    expect(view.atSeconds).toBe(START / 1_000);
    expect(view.forecast?.horizonSeconds).toBe(780);
    expect(view.objectives.map(({ thresholdSeconds }) => thresholdSeconds)).toEqual([2.5, 0.05]);
    expect(view.latency.ttft).toEqual({ p50Seconds: 0.4, p95Seconds: 1.2, p99Seconds: 2.1 });
    expect(signal(view, "arrivals")?.ageSeconds).toBe(5);
  });

  it("carries what was wanted, awarded, held, serving and let through", () => {
    const racks = { min: 4, max: 10, held: 5, serving: 5, want: 5, award: 5, target: 5 };
    expect(only().racks).toEqual(racks);
  });

  it.each([
    { share: 0.995, inside: true },
    { share: 0.99, inside: true },
    { share: 0.98, inside: false },
  ])("is inside the objective at $share of 0.99: $inside", ({ share, inside }) => {
    const objectives = [{ name: "ttft-short", share: reads(share, START) }];
    expect(only(seenAs({ objectives })).objectives[0]).toMatchObject({
      observedShare: share,
      requiredShare: 0.99,
      inside,
    });
  });

  it("neither is inside nor outside where the share is missing", () => {
    const view = only(seenAs({ objectives: [{ name: "ttft-short", share: ABSENT }] }));
    expect(view.objectives.map(({ inside, trust }) => [inside, trust])).toEqual([
      [null, "Missing"],
      [null, "Missing"],
    ]);
  });

  it.each([
    { name: "absent", reading: ABSENT, trust: "Missing", value: null },
    { name: "NaN", reading: reads(Number.NaN, START), trust: "Implausible", value: null },
    { name: "old", reading: reads(12, epochMs(START - 120_000)), trust: "Stale", value: 12 },
    {
      name: "seen by half the targets",
      reading: { ...reads(12, START), coverage: ratio(0.5) },
      trust: "Stale",
      value: 12,
    },
  ])("shows a signal that is $name as $trust", ({ reading, trust, value }) => {
    const view = only(seenAs({ signals: { ...signalsAt(START), arrivals: reading } }));
    expect(signal(view, "arrivals")).toMatchObject({ trust, value });
    expect(signal(view, "arrivals")?.why).not.toBe("");
  });

  it("leaves out a fleet that was not decided on", () => {
    const group = aGroup({ fleets: [aFleet("coder"), aFleet("writer")] });
    const views = fleetViews(aReport({ group, decided: [fleetDecided()] }));
    expect(views.map(({ fleet }) => fleet)).toEqual(["agents/coder"]);
  });

  it("writes a number of a step that JSON lacks as null", () => {
    const steps = [
      { stage: "want", name: "x", text: "x", numbers: { a: 1, b: Number.POSITIVE_INFINITY } },
    ] as const;
    expect(only({ decided: [fleetDecided({ steps })] }).steps[0]?.numbers).toEqual({
      a: 1,
      b: null,
    });
  });

  it("says when an override ends", () => {
    const override = {
      name: "incident",
      pauseOut: false,
      pauseIn: true,
      floorRacks: null,
      ceilingRacks: null,
      until: epochMs(START + millis(60_000)),
      reason: "INC-1",
    };
    const view = only(seenAs({ overrides: [override] }));
    expect(view.overrides[0]).toMatchObject({ untilSeconds: START / 1_000 + 60, pauseIn: true });
  });
});
