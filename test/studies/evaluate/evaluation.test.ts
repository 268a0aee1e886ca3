import { describe, expect, it } from "vitest";
import { evaluationOf } from "../../../src/studies/evaluate/evaluation.ts";
import type { BlockRuns, Simulated } from "../../../src/studies/evaluate/evaluation.ts";
import type { WatchedRun } from "../../../src/studies/evaluate/watched-ticks.ts";
import { HOUR_MS, epochMs } from "../../../src/core/units.ts";

interface Outcome {
  readonly attainment: number;
  readonly usd: number;
  readonly share?: number;
  readonly asked?: number;
}

const watched = (share: number, interventions = 0): WatchedRun => ({
  interventions,
  fleets: [
    {
      fleet: "agents/coder",
      objectives: [{ name: "ttft", share }],
      turns: 1_000,
      episodes: 2,
      outsideMinutes: 30,
    },
  ],
});

const simulated = ({ attainment, usd, share = attainment, asked = 0 }: Outcome): Simulated => ({
  result: {
    slo: {
      attainment,
      judged: 1_000,
      violations: (1 - attainment) * 1_000,
      violationSeconds: 0,
      byObjective: {},
    },
    gpuHours: { held: usd / 10, serving: 0, wasted: 0, marginal: 0, loaned: 0 },
    costUsd: usd,
  },
  watched: watched(share, asked),
});

/** Days of which the log says that 98 % of the turns met the objective. */
const daysOf = (days: readonly (readonly [Outcome, Outcome])[], recorded = 0.98): BlockRuns[] =>
  days.map(([incumbent, candidate], day) => ({
    block: {
      from: epochMs(day * 24 * HOUR_MS),
      until: epochMs((day + 1) * 24 * HOUR_MS),
      recorded: watched(recorded),
      gpuHours: 100,
    },
    incumbent: [simulated(incumbent)],
    candidate: [simulated(candidate)],
  }));

const MODEL = { profile: "coding-agent", turnsByAge: [68], scale: 1 } as const;
const evaluated = (runs: readonly BlockRuns[]) => evaluationOf(runs, MODEL, 1);

/** On days that differ a lot, the candidate is a point better and a tenth cheaper on each. */
const BETTER = [1_000, 2_000, 900, 1_600].map((usd, day): readonly [Outcome, Outcome] => [
  { attainment: 0.975 + day / 1_000, usd, asked: 3 },
  { attainment: 0.985 + day / 900, usd: usd * 0.9, asked: 1 },
]);

describe("an evaluation", () => {
  it("recommends a candidate that is better on the same days, and says how sure that is", () => {
    const { recommendation, change, sampledBy } = evaluated(daysOf(BETTER));
    expect(recommendation.verdict).toBe("adopt");
    expect(recommendation.text).toContain("95 % intervals over 4 blocks");
    expect(sampledBy).toBe("blocks");
    expect(change.attainment.low).toBeGreaterThan(0);
    expect(change.interventions).toEqual({ mean: -2, low: -2, high: -2 });
  });

  it("recommends nothing where the simulated past is not the recorded one", () => {
    const { recommendation, matches } = evaluated(daysOf(BETTER, 0.93));
    expect(recommendation.verdict).toBe("refused");
    expect(matches).toMatchObject([{ objective: "ttft", recorded: 0.93 }]);
  });

  it("says that it is not sure where days disagree", () => {
    const days = [0.01, -0.012, 0.011, -0.008].map((change): readonly [Outcome, Outcome] => [
      { attainment: 0.98, usd: 1_000 },
      { attainment: 0.98 + change, usd: 1_000 },
    ]);
    const { recommendation } = evaluated(daysOf(days));
    expect(recommendation.verdict).toBe("not-sure");
    expect(recommendation.text).toMatch(/about \d+ blocks would show them|too little to tell/);
  });

  it("pairs seeds where there is one block", () => {
    const [run] = daysOf(BETTER.slice(0, 1));
    if (run === undefined) throw new Error("no day");
    const seeds = [0, 0.002, 0.004];
    const of = (attainment: number) =>
      seeds.map((more) => simulated({ attainment: attainment + more, usd: 1_000 }));
    const runs = [{ ...run, incumbent: of(0.978), candidate: of(0.99) }];
    const { change, recommendation, sampledBy } = evaluationOf(runs, MODEL, 3);
    expect(sampledBy).toBe("seeds");
    expect(change.attainment.low).toBeCloseTo(0.012, 9);
    expect(recommendation.verdict).toBe("adopt");
  });

  it("tells by objective, GPU-hours and minutes of an episode what changes", () => {
    const { objectives, incumbent, recordedGpuHours } = evaluated(daysOf(BETTER));
    expect(objectives).toMatchObject([{ fleet: "agents/coder", objective: "ttft" }]);
    expect(objectives[0]?.change.mean).toBeGreaterThan(0);
    expect(incumbent.absorbMinutes.mean).toBe(15);
    expect(recordedGpuHours).toBe(100);
  });
});
