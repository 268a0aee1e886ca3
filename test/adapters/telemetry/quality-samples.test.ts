import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attainmentGauges,
  forecastCounters,
  hitRateGauges,
  predictionGauges,
} from "../../../src/adapters/telemetry/quality-samples.ts";
import type { Sample } from "../../../src/adapters/telemetry/sample.ts";
import { fleetViews } from "../../../src/adapters/telemetry/views/fleet-views.ts";
import { firstSighting } from "../../../src/core/demand/forecast.ts";
import { EMPTY_FLEET_MEMORY, EMPTY_MEMORY } from "../../../src/core/memory.ts";
import { after, millis, ratio } from "../../../src/core/units.ts";
import { ABSENT, reads, signalsAt, START } from "../../support/reports/observed.ts";
import { aReport, fleetDecided } from "../../support/reports/report.ts";

const byLabel = (samples: readonly Sample[], metric: string, label: "stage" | "cause" | "bound") =>
  Object.fromEntries(
    samples
      .filter((sample) => sample.metric === metric && sample.value !== 0)
      .map(({ labels, value }) => [labels[label], expect.closeTo(value, 9)]),
  );

function bounds(shares: readonly (number | null)[]) {
  const objectives = ["ttft-short", "itl"].map((name, index) => {
    const share = shares[index] ?? null;
    return { name, share: share === null ? ABSENT : reads(share, START) };
  });
  const report = aReport({ seen: { "agents/coder": { objectives } } });
  const samples = fleetViews(report).flatMap(attainmentGauges);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.bound, value]));
}

describe("attainment", () => {
  it("lies between the worst case of overlap and the worst objective", () => {
    expect(bounds([0.9, 0.95])).toEqual({
      lower: expect.closeTo(0.85, 9),
      upper: expect.closeTo(0.9, 9),
    });
  });

  it("is absent while one objective is unknown", () => {
    expect(bounds([0.9, null])).toEqual({});
  });

  it("never has its bounds the wrong way round", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (a, b) => {
        const { lower = 1, upper = 0 } = bounds([a, b]);
        expect(lower).toBeLessThanOrEqual(upper + 1e-12);
        expect(lower).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the hit rate", () => {
  const regressed = fleetDecided({
    cache: {
      cause: "routing-spread",
      hitRate: ratio(0.7),
      expectedHitRate: ratio(0.9),
      rackHelps: false,
      text: "",
      coldTokensPerSecond: 1_000,
      causes: [
        { cause: "routing-spread", shareOfGap: ratio(0.6) },
        { cause: "capacity-bound", shareOfGap: ratio(0.25) },
      ],
    },
  });

  it("goes down by stage from what is usual to what is delivered", () => {
    const stages = byLabel(hitRateGauges(regressed), "breakwater_hit_rate_stage_ratio", "stage");
    expect({ usual: 0.9, capacity: 0.85, routing: 0.73, delivered: 0.7 }).toEqual(stages);
  });

  it("says what each cause took", () => {
    const causes = byLabel(hitRateGauges(regressed), "breakwater_hit_rate_loss_ratio", "cause");
    expect({ "routing-spread": 0.12, "capacity-bound": 0.05 }).toEqual(causes);
  });

  it("has lost nothing while there is no regression", () => {
    expect(
      byLabel(hitRateGauges(fleetDecided()), "breakwater_hit_rate_loss_ratio", "cause"),
    ).toEqual({});
  });
});

describe("forecasts that fell due", () => {
  const sighting = {
    at: START,
    turnsPerSecond: 12,
    servedPerSecond: 12,
    promptTokensPerTurn: 1,
    outputTokensPerTurn: 1,
  };
  const pendingDue = (due: number) => ({
    madeAt: START,
    due: after(START, millis(due)),
    from: Math.log(12),
    features: [],
    quantiles: [8, 10, 14, 18].map(Math.log),
  });

  function counted(arrivals: number | null, dueMs: number) {
    const signals = signalsAt(START, { arrivals: arrivals ?? 0 });
    const seen = { signals: arrivals === null ? { ...signals, arrivals: ABSENT } : signals };
    const report = aReport({ seen: { "agents/coder": seen } });
    const demand = firstSighting(sighting);
    const learned = demand.learned && { ...demand.learned, pending: [pendingDue(dueMs)] };
    const fleet = { ...EMPTY_FLEET_MEMORY, demand: { ...demand, ...(learned && { learned }) } };
    const memory = { ...EMPTY_MEMORY, fleets: { "agents/coder": fleet } };
    return fleetViews(report)
      .flatMap((view) => forecastCounters(view, { ...report, memory }))
      .map(({ value }) => value);
  }

  it.each([
    ["inside both intervals", 12, 0, [1, 1, 1]],
    ["inside the wider one only", 16, 0, [1, 0, 1]],
    ["outside both", 30, 0, [1, 0, 0]],
    ["not due yet", 12, 60_000, [0, 0, 0]],
    ["due while nobody watched", 12, -600_000, [0, 0, 0]],
    ["that nothing can be held against", null, 0, [0, 0, 0]],
  ])("count as settled, in 80 %, in 95 %: %s", (_name, arrivals, dueMs, expected) => {
    expect(counted(arrivals, dueMs)).toEqual(expected);
  });
});

describe("what was predicted", () => {
  const step = (name: string, numbers: Readonly<Record<string, number>>) =>
    fleetDecided({ steps: [{ stage: "capacity", name, text: "", numbers }] });

  it("stands beside what came, objective by objective, with what no rack cures", () => {
    const decided = step("residual of ttft", { predicted: 0.94, observed: 0.93, floor: 0.02 });
    const labels = { fleet: decided.fleet, objective: "ttft" };
    expect(predictionGauges(decided)).toEqual([
      { metric: "breakwater_objective_predicted_ratio", labels, value: 0.94 },
      { metric: "breakwater_objective_floor_ratio", labels, value: 0.02 },
    ]);
  });

  it("is absent where nothing is known", () => {
    const decided = step("capacity", { racks: 4 });
    expect(predictionGauges(decided)).toEqual([]);
  });
});
