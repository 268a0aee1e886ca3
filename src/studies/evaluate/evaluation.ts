/** From runs of both policies, block by block, to what they say. */
import type { EvaluatedSide, Evaluation } from "../../api/evaluation.ts";
import type { SimulationResult } from "../../api/results.ts";
import { estimate } from "../compare/interval.ts";
import type { SessionModel } from "./block-world.ts";
import type { PastBlock } from "./recorded-past.ts";
import { recommend, refusal } from "./recommend.ts";
import type { Match } from "./recommend.ts";
import type { WatchedRun } from "./watched-ticks.ts";

export interface Simulated {
  readonly result: Pick<SimulationResult, "slo" | "gpuHours" | "costUsd">;
  readonly watched: WatchedRun;
}

/** One block under one policy, a run a seed. */
export interface BlockRuns {
  readonly block: Pick<PastBlock, "from" | "until" | "recorded" | "gpuHours">;
  readonly incumbent: readonly Simulated[];
  readonly candidate: readonly Simulated[];
}

export const turnsOf = ({ fleets }: WatchedRun): number =>
  fleets.reduce((sum, { turns }) => sum + turns, 0);

/** @param runs of one block at least, each with as many runs a side as there are seeds */
export function evaluationOf(
  runs: readonly BlockRuns[],
  model: SessionModel,
  seeds: number,
): Evaluation {
  const matches = matchesOf(runs);
  const priced = runs.every(({ incumbent }) =>
    incumbent.every(({ result }) => result.costUsd !== null),
  );
  const cost = ({ result }: Simulated): number =>
    priced ? (result.costUsd ?? 0) : result.gpuHours.held;
  const attainment = ({ result }: Simulated): number => result.slo.attainment;
  const blocks = runs.length > 1 ? runs.length : seeds;
  const recommendation =
    refusal(matches) ??
    recommend({
      blocks,
      attainment: estimate(pairs(runs, attainment)),
      cost: estimate(pairs(runs, cost)),
      costBefore: estimate(sideValues(runs, "incumbent", cost)).mean,
      unit: priced ? "USD" : "GPU-hours",
    });
  const spans = runs.map(({ block }) => ({
    from: new Date(block.from).toISOString(),
    until: new Date(block.until).toISOString(),
  }));
  return {
    schemaVersion: 1,
    recommendation,
    blocks: spans,
    seeds,
    sampledBy: runs.length > 1 ? "blocks" : "seeds",
    sessions: { profile: model.profile, scale: model.scale },
    matches,
    incumbent: sideOf(runs, "incumbent"),
    candidate: sideOf(runs, "candidate"),
    change: changeOf(runs),
    objectives: objectivesOf(runs),
    recordedGpuHours: runs.reduce((sum, { block }) => sum + block.gpuHours, 0) / runs.length,
  };
}

/** @returns differences by block, seeds averaged; by seed where there is one block only */
function pairs(runs: readonly BlockRuns[], of: (run: Simulated) => number): readonly number[] {
  const bySeed = runs.map(({ incumbent, candidate }) =>
    candidate.map((run, at) => of(run) - of(incumbent[at] ?? run)),
  );
  const [only = []] = bySeed;
  return runs.length > 1 ? bySeed.map((each) => estimate(each).mean) : only;
}

function sideValues(
  runs: readonly BlockRuns[],
  side: "incumbent" | "candidate",
  of: (run: Simulated) => number,
): readonly number[] {
  const bySeed = runs.map((run) => run[side].map(of));
  const [only = []] = bySeed;
  return runs.length > 1 ? bySeed.map((each) => estimate(each).mean) : only;
}

const outside = ({ watched }: Simulated): number =>
  watched.fleets.reduce((sum, { outsideMinutes }) => sum + outsideMinutes, 0);

function absorbMinutes({ watched: { fleets } }: Simulated): number {
  const episodes = fleets.reduce((sum, each) => sum + each.episodes, 0);
  const minutes = fleets.reduce((sum, each) => sum + each.outsideMinutes, 0);
  return episodes > 0 ? minutes / episodes : 0;
}

const MEASURES = {
  attainment: ({ result }: Simulated) => result.slo.attainment,
  interventions: ({ watched }: Simulated) => watched.interventions,
  absorbMinutes,
  outsideMinutes: outside,
  gpuHours: ({ result }: Simulated) => result.gpuHours.held,
  costUsd: ({ result }: Simulated) => result.costUsd ?? 0,
} as const;

const sideOf = (runs: readonly BlockRuns[], side: "incumbent" | "candidate"): EvaluatedSide =>
  measured((of) => sideValues(runs, side, of));
const changeOf = (runs: readonly BlockRuns[]): EvaluatedSide => measured((of) => pairs(runs, of));

function measured(values: (of: (run: Simulated) => number) => readonly number[]): EvaluatedSide {
  const over = (of: (run: Simulated) => number) => estimate(values(of));
  return {
    attainment: over(MEASURES.attainment),
    interventions: over(MEASURES.interventions),
    absorbMinutes: over(MEASURES.absorbMinutes),
    outsideMinutes: over(MEASURES.outsideMinutes),
    gpuHours: over(MEASURES.gpuHours),
    costUsd: over(MEASURES.costUsd),
  };
}

const shareIn = (run: WatchedRun, fleet: string, objective: string): number | null =>
  run.fleets.find((each) => each.fleet === fleet)?.objectives.find(({ name }) => name === objective)
    ?.share ?? null;

/** Every objective of every fleet that the log shows, each block weighed by its turns. */
function matchesOf(runs: readonly BlockRuns[]): readonly Match[] {
  return namesOf(runs).flatMap(({ fleet, objective }) => {
    let [turns, recorded, replayed] = [0, 0, 0];
    for (const { block, incumbent } of runs) {
      const was = shareIn(block.recorded, fleet, objective);
      const seen = incumbent.flatMap(({ watched }) => shareIn(watched, fleet, objective) ?? []);
      if (was === null || seen.length === 0) continue;
      const weight = turnsOf(block.recorded);
      turns += weight;
      recorded += was * weight;
      replayed += estimate(seen).mean * weight;
    }
    if (!(turns > 0)) return [];
    return [{ fleet, objective, recorded: recorded / turns, replayed: replayed / turns }];
  });
}

const namesOf = (runs: readonly BlockRuns[]) =>
  (runs[0]?.block.recorded.fleets ?? []).flatMap(({ fleet, objectives }) =>
    objectives.map(({ name }) => ({ fleet, objective: name })),
  );

/** A class of traffic is what an objective's matchers select: each by itself. */
function objectivesOf(runs: readonly BlockRuns[]): Evaluation["objectives"] {
  return namesOf(runs).map(({ fleet, objective }) => {
    const of = ({ watched }: Simulated): number => shareIn(watched, fleet, objective) ?? 1;
    const incumbent = estimate(sideValues(runs, "incumbent", of));
    const candidate = estimate(sideValues(runs, "candidate", of));
    return { fleet, objective, incumbent, candidate, change: estimate(pairs(runs, of)) };
  });
}
