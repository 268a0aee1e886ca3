import { describe, expect, it } from "vitest";
import type { RackSummary } from "../../../src/core/decision.ts";
import {
  announcedReasons,
  lossSteps,
  plannedLosses,
} from "../../../src/core/supply/planned-loss.ts";
import { HOUR_MS, after, epochMs, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aStage } from "../../support/builders/gate.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const NOW = epochMs(Date.UTC(2026, 10, 30, 4));
const hours = (count: number) => after(NOW, millis(count * HOUR_MS));
const going: RackSummary = rackOf("rack-7", "Draining", { leavesBy: hours(0) });
const window = (from: number, until: number, racks: number) => ({
  from: hours(from),
  until: hours(until),
  racks: rackCount(racks),
  evacuateBeforeMs: millis(0),
});
const calendar = aPool("gb200-east", {
  supply: {
    kind: "Calendar",
    committedRacks: rackCount(0),
    windows: [window(-1, 2, 3), window(-1, 2, 1), window(-1, 9, 2), window(5, 7, 8)],
  },
});

describe("racks that go at a known instant", () => {
  it("are those that are announced, and those of the block that ends next", () => {
    expect(plannedLosses({ pool: calendar, summaries: [going] }, NOW)).toEqual([
      { rack: "rack-7", racks: 1, by: NOW },
      { rack: null, racks: 4, by: hours(2) },
    ]);
  });

  it("are none of a pool whose racks stay", () => {
    expect(plannedLosses({ pool: aPool(), summaries: [rackOf("r", "Serving")] }, NOW)).toEqual([]);
  });

  it("are told, with when", () => {
    const reasons = announcedReasons({ pool: calendar, summaries: [going, rackOf("r", "Idle")] });
    expect(reasons).toMatchObject([{ code: "interruption" }]);
    expect(reasons[0]?.text).toContain("Rack rack-7 of RackPool gb200-east goes by 2026-11-30T04");
  });
});

describe("the step about losses", () => {
  const { state } = aStage();
  const doubt = { announced: 1, expectedMissing: 0.256, replacedHere: 1, missing: 0 };
  const horizon = { now: NOW, horizonMs: millis(HOUR_MS) };

  it("says what goes within the horizon and what is done about it", () => {
    const [step] = lossSteps(aSmallFleet(), [{ ...state, summaries: [going], doubt }], horizon);
    expect(step).toMatchObject({
      stage: "supply",
      name: "losses of gb200-east",
      numbers: { goingRacks: 1, expectedMissing: 0.26, replacedHere: 1, missing: 0 },
    });
    expect(step?.text).toContain("Rack rack-7 goes by 2026-11-30T04:00Z.");
  });

  it("is left out where nothing goes soon, or the fleet does not draw on the pool", () => {
    expect(lossSteps(aSmallFleet(), [state], horizon)).toEqual([]);
    expect(lossSteps(aSmallFleet(), [{ ...state, pool: calendar }], horizon)).toEqual([]);
    const stranger = aSmallFleet({ pools: [] });
    expect(lossSteps(stranger, [{ ...state, summaries: [going], doubt }], horizon)).toEqual([]);
  });
});
