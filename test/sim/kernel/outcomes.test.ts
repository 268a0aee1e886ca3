import { describe, expect, it } from "vitest";
import { SLICE_NS } from "../../../src/sim/kernel/contract.ts";
import { Outcomes } from "../../../src/sim/kernel/outcomes.ts";

const OBJECTIVES = [
  { metric: "TTFT", thresholdNs: 100 },
  { metric: "ITL", thresholdNs: 10 },
] as const;

describe("the outcomes of a fleet", () => {
  it.each([
    ["meets both at both thresholds", { ttftNs: 100, endNs: 150, output: 6 }, [1, 1], 1],
    ["misses the first token by 1 ns", { ttftNs: 101, endNs: 101, output: 6 }, [0, 1], 0],
    ["misses the gaps by 1 ns in all", { ttftNs: 100, endNs: 151, output: 6 }, [1, 0], 0],
    ["has no gap with one token", { ttftNs: 100, endNs: 100, output: 1 }, [1, 1], 1],
  ])("judge a turn that %s", (_, { ttftNs, endNs, output }, met, metAll) => {
    const outcomes = new Outcomes(OBJECTIVES, 0);
    outcomes.arrive(0);
    outcomes.complete(endNs, { arrivalNs: 0, ttftNs, output });
    const results = outcomes.results(endNs);
    expect(results).toMatchObject({ met, metAll, slices: [{ arrived: 1, metAll, met }] });
    expect(results.itl.count).toBe(output > 1 ? 1 : 0);
    expect([results.ttft.max, results.e2e.max]).toEqual([ttftNs / 1e9, endNs / 1e9]);
  });

  it("count every turn once, by how it ended", () => {
    const outcomes = new Outcomes([], 0);
    for (let turn = 0; turn < 4; turn++) outcomes.arrive(0);
    outcomes.reject(0);
    outcomes.abandon(5);
    outcomes.complete(6, { arrivalNs: 0, ttftNs: 6, output: 1 });
    const counts = { arrived: 4, completed: 1, rejected: 1, abandoned: 1, inFlight: 1 };
    expect(outcomes.counts()).toEqual(counts);
  });

  it("put a turn into the slice of its arrival", () => {
    const outcomes = new Outcomes([], 0);
    outcomes.arrive(SLICE_NS - 1);
    outcomes.arrive(200 * SLICE_NS);
    outcomes.complete(300 * SLICE_NS, { arrivalNs: SLICE_NS - 1, ttftNs: 1, output: 1 });
    const { slices } = outcomes.results(300 * SLICE_NS);
    expect(slices).toHaveLength(201);
    expect(slices[0]).toEqual({ arrived: 1, metAll: 1, met: [] });
    expect(slices[200]).toEqual({ arrived: 1, metAll: 0, met: [] });
  });

  it("leave out turns that arrive before results begin", () => {
    const outcomes = new Outcomes([], SLICE_NS);
    expect([outcomes.arrive(SLICE_NS - 1), outcomes.arrive(SLICE_NS)]).toEqual([false, true]);
    expect(outcomes.counts().arrived).toBe(1);
  });

  it("integrate the turns in the system over time", () => {
    const outcomes = new Outcomes([], 0);
    outcomes.arrive(1e9);
    outcomes.arrive(3e9);
    outcomes.abandon(4e9);
    expect(outcomes.results(10e9).turnSecondsInSystem).toBe(2 + 2 + 6);
  });

  it("add up prompt tokens, and those that were not found", () => {
    const outcomes = new Outcomes([], 0);
    outcomes.admit(100, 60);
    outcomes.admit(50, 0);
    expect(outcomes.results(0)).toMatchObject({ promptTokens: 150, coldTokens: 90 });
  });
});
