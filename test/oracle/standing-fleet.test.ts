import { describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { coarser, missedBySteps, watchStanding } from "../../src/oracle/standing-fleet.ts";
import { GROUP, MINUTE, aScenario } from "../support/simulated-world.ts";
import { aStep } from "../support/builders/oracle.ts";
import { trafficOf } from "../../src/studies/scenario-traffic.ts";

const [fleet] = GROUP.fleets;
const key = fleet?.key ?? "agents/coder";

/** Ten minutes of batch jobs, before which the caches are filled for five. */
const scenario = {
  ...aScenario({
    world: {
      warmupMs: millis(5 * MINUTE),
      traffic: [
        {
          fleet: key,
          shape: [],
          source: { kind: "generate", profile: "batch", sessionsPerHour: 60, daily: 0, weekly: 0 },
        },
      ],
      faults: [
        { kind: "rack-loss", atMs: millis(MINUTE), pool: "gb200-demo", racks: 1, repair: null },
      ],
    },
  }),
  durationMs: millis(10 * MINUTE),
};

const watch = (racks: number, stepMs = MINUTE) => {
  const sources = trafficOf(scenario, ".")(1).map((entry) => [entry.fleet, entry.sources] as const);
  const world = { scenario, seed: 1, traffic: new Map(sources) };
  return watchStanding({ world, racks, stepMs: millis(stepMs) });
};

describe("a fleet on racks that stand", () => {
  const ample = watch(8);
  const sum = (of: (step: (typeof ample.steps)[number]) => number): number =>
    ample.steps.reduce((total, step) => total + of(step), 0);

  it("has a step for each minute of the run, none for the warm-up", () => {
    expect(ample.steps).toHaveLength(10);
    expect(sum(({ turns }) => turns)).toBeGreaterThan(20);
  });

  it("has what its turns ask for: prompts, cold ones among them, and output", () => {
    expect(sum(({ promptTokens }) => promptTokens)).toBeGreaterThan(0);
    for (const { coldTokens, promptTokens } of ample.steps) {
      expect(coldTokens).toBeGreaterThanOrEqual(0);
      expect(coldTokens).toBeLessThanOrEqual(promptTokens);
    }
    expect(sum(({ outputTokens }) => outputTokens)).toBeGreaterThan(0);
  });

  it("offers the same on any racks that serve it, and keeps them whatever fails", () => {
    // A rack is lost after a minute in the scenario: here the only one stays.
    const few = watch(1);
    expect(few.steps.map(({ turns }) => turns)).toEqual(ample.steps.map(({ turns }) => turns));
  });

  it("is the same in steps twice as long", () => {
    const doubled = coarser(ample, 2);
    const direct = watch(8, 2 * MINUTE);
    expect(doubled.stepMs).toBe(2 * MINUTE);
    const told = ({ steps }: typeof ample) =>
      steps.map(({ turns, promptTokens, coldTokens, missedTurns }) => {
        return { turns, promptTokens, coldTokens, missedTurns };
      });
    expect(told(doubled)).toEqual(told(direct));
  });
});

describe("steps", () => {
  it("have the misses of their slices of 15 s", () => {
    const slice = (arrived: number, metAll: number) => ({ arrived, metAll, met: [metAll] });
    const slices = [slice(5, 5), slice(5, 4), slice(5, 3), slice(0, 0), slice(9, 1)];
    expect(missedBySteps(slices, millis(60_000))).toEqual([3, 8]);
    expect(missedBySteps(slices, millis(15_000))).toEqual([0, 1, 2, 0, 8]);
  });

  it("taken together add up, but for what stands at their end", () => {
    const steps = [10, 20, 30].map((turns) =>
      aStep(turns, { runningTurns: turns, missedTurns: 1 }),
    );
    const together = coarser({ racks: 4, stepMs: millis(60_000), steps }, 2);
    expect(together).toMatchObject({ racks: 4, stepMs: 120_000 });
    expect(together.steps).toMatchObject([
      { turns: 30, promptTokens: 30_000, runningTurns: 15, missedTurns: 2 },
      { turns: 30, promptTokens: 30_000, runningTurns: 30, missedTurns: 1 },
    ]);
  });
});
