import { describe, expect, it } from "vitest";
import type { AwaitedRack, RackPhase } from "../../../src/core/decision.ts";
import { horizon, poolTimes } from "../../../src/core/racks/lead-time.ts";
import {
  comingRacks,
  poolStepsInWords,
  stepTimes,
  supplySteps,
} from "../../../src/core/racks/step-list.ts";
import type { PoolProgress } from "../../../src/core/racks/step-list.ts";
import { MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { CODER, NOW } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const spread = (p50: number, p95: number) => ({
  p50Ms: millis(p50 * MINUTE_MS),
  p95Ms: millis(p95 * MINUTE_MS),
});
const POOL = aPool("gb200-east", {
  leadTimePrior: {
    grant: spread(1, 1),
    boot: spread(27, 45),
    join: spread(2, 2),
    repair: spread(30, 30),
  },
});
const FLEET = aSmallFleet({
  pools: [{ name: POOL.name, preference: 1, engineStartPrior: spread(10, 10) }],
});

function aProgress(
  phases: readonly RackPhase[],
  minutes = 0,
  awaited: readonly AwaitedRack[] = [],
): PoolProgress {
  const racks = phases.map((phase, n) => rackOf(`r${n}`, phase));
  const since = after(NOW, millis(-minutes * MINUTE_MS));
  const seen = racks.map(({ id }) => [id, { firstAt: since, servingAt: null, since }] as const);
  const times = poolTimes(POOL, [FLEET], undefined);
  const coming = comingRacks(awaited, racks, { seen: Object.fromEntries(seen), now: NOW });
  return { pool: POOL, times, coming, stepsInWords: poolStepsInWords(times) };
}

describe("the steps of a pool", () => {
  it("are those of its racks, and the start of each fleet that draws on it", () => {
    const other = aSmallFleet({ pools: [] });
    const times = stepTimes(poolTimes(POOL, [FLEET, other], undefined));
    expect(times.map(({ step, fleet, measured }) => [step, fleet, measured])).toEqual([
      ["grant", null, 0],
      ["boot", null, 0],
      ["join", null, 0],
      ["repair", null, 0],
      ["start", CODER, 0],
    ]);
    expect(times[1]).toMatchObject(spread(27, 45));
    expect((times[1]?.p99Ms ?? 0) / MINUTE_MS).toBeCloseTo(55.6, 1);
  });

  it("say how many racks were measured", () => {
    const measured = [millis(MINUTE_MS), millis(MINUTE_MS)];
    const durations = { grant: [], boot: measured, join: [], repair: [], start: {} };
    const times = stepTimes(poolTimes(POOL, [], durations));
    expect(times.map((time) => time.measured)).toEqual([0, 2, 0, 0]);
  });
});

describe("what the supply stage says", () => {
  const said = (progress: PoolProgress, fleet = FLEET) =>
    supplySteps(fleet, [progress], horizon(fleet, [progress]));
  const numbers = (progress: PoolProgress) => said(progress)[0]?.numbers;

  it("is how long each step takes", () => {
    const [step] = said(aProgress(["Serving"]));
    expect(step).toMatchObject({ stage: "supply", name: "steps of gb200-east" });
    expect(step?.text).toBe(
      "grant 1.0/1.0 min (prior), boot 27/45 min (prior), join 2.0/2.0 min (prior), " +
        "repair 30/30 min (prior), start 10/10 min (prior).",
    );
    expect(step?.numbers).toMatchObject({ comingRacks: 0, bootP50Ms: 27 * MINUTE_MS });
  });

  it("is nothing of pools that the fleet does not draw on", () => {
    const other = aSmallFleet({ pools: [] });
    const times = poolTimes(POOL, [other], undefined);
    expect(said({ ...aProgress(["Joining"]), times }, other)).toEqual([]);
  });

  // The horizon is 58 + 1 minutes; a repair and a start take 40, a join and a start 12.
  it.each([
    ["a rack under repair is back in time", ["Repairing"], 5, 1],
    ["one past all that is known of repairs is not counted on", ["Repairing"], 45, 0],
    ["one that joins", ["Joining"], 1, 1],
    ["one that starts", ["Starting"], 1, 1],
    ["not one that serves, drains or idles", ["Serving", "Draining", "Idle"], 1, 0],
  ] as const)("counts %s", (_, phases, minutes, arrivingRacks) => {
    const counted = numbers(aProgress(phases, minutes));
    expect(counted?.["arrivingRacks"]).toBeCloseTo(arrivingRacks, 2);
  });

  it("weighs racks asked for by the chance that they come in time", () => {
    const awaited = [{ phase: "Provisioning" as const, waitedMs: 0 }];
    const counted = numbers(aProgress([], 0, awaited));
    expect(counted?.["comingRacks"]).toBe(1);
    expect(counted?.["arrivingRacks"]).toBeGreaterThan(0.9);
    expect(counted?.["arrivingRacks"]).toBeLessThan(1);
  });
});
