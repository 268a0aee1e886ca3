/**
 * One fleet of the simulated world on racks that nobody changes, watched step by step: with ample
 * racks it shows what clients offer when every turn is served at once; with few, what the world's
 * engines and caches can really do. Sums per step are kept, no turns: memory is bounded.
 */
import { rackCount } from "../core/units.ts";
import { after, epochMs, millis } from "../core/units.ts";
import type { Millis } from "../core/units.ts";
import type { FleetWorld } from "../sim/fleet-world.ts";
import type { OutcomeSlice } from "../sim/kernel/contract.ts";
import { SLICE_NS } from "../sim/kernel/contract.ts";
import { World } from "../sim/world.ts";
import type { WorldOptions } from "../sim/world.ts";

/** What happened in one step. */
export interface DemandStep {
  /** First tries that arrived. */
  readonly turns: number;
  readonly promptTokens: number;
  /** Prompt tokens that no cache had. */
  readonly coldTokens: number;
  readonly outputTokens: number;
  /** At its end: turns admitted by engines, and KV tokens that they pin. */
  readonly runningTurns: number;
  readonly pinnedTokens: number;
  /** Turns that arrived in it and missed an objective, or never ended. */
  readonly missedTurns: number;
}

export interface WatchedFleet {
  readonly racks: number;
  readonly stepMs: Millis;
  readonly steps: readonly DemandStep[];
}

export type Scenario = WorldOptions["scenario"];

export interface Watch {
  readonly world: Pick<WorldOptions, "scenario" | "seed" | "traffic">;
  /** That stand for the whole run. */
  readonly racks: number;
  /** A multiple of 15 s. */
  readonly stepMs: Millis;
}

const SLICE_MS = SLICE_NS / 1e6;

/** @returns steps from the scenario's start to its end, or to the end of the last turn */
export function watchStanding({ world, racks, stepMs }: Watch): WatchedFleet {
  const scenario = withStanding(world.scenario, racks);
  const { startsAt, durationMs } = scenario;
  const running = new World({ ...world, scenario });
  const [fleet] = running.fleets();
  if (fleet === undefined) throw new Error(`${scenario.name}: the world has no fleet to watch`);
  const endsAt = durationMs === null ? Number.POSITIVE_INFINITY : startsAt + durationMs;
  running.advanceTo(startsAt);
  const readings = [reading(fleet, running)];
  for (let at = startsAt; at < endsAt && !running.trafficEnded(); ) {
    at = epochMs(Math.min(after(at, stepMs), endsAt));
    running.advanceTo(at);
    readings.push(reading(fleet, running));
  }
  const missed = missedBySteps(fleet.results().slices, stepMs);
  const steps = readings.slice(1).map((to, index) => {
    const from = readings[index] ?? to;
    return stepBetween(from, to, missed[index] ?? 0);
  });
  return { racks, stepMs, steps };
}

/** @returns turns that arrived in each step and missed an objective */
export function missedBySteps(slices: readonly OutcomeSlice[], stepMs: Millis): readonly number[] {
  const perStep = stepMs / SLICE_MS;
  const missed: number[] = [];
  for (const [index, { arrived, metAll }] of slices.entries()) {
    const step = Math.floor(index / perStep);
    missed[step] = (missed[step] ?? 0) + arrived - metAll;
  }
  return missed;
}

interface Reading {
  readonly turns: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly runningTurns: number;
  readonly pinnedTokens: number;
}

const NOTHING: Omit<Reading, "turns"> = {
  promptTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  runningTurns: 0,
  pinnedTokens: 0,
};

function reading(fleet: FleetWorld, world: World): Reading {
  const { kernel } = fleet;
  const nowNs = fleet.nsAt(world.now());
  const sums = fleet.endpoints().reduce((sum, { replica, role }) => {
    if (replica === null) return sum;
    const seen = kernel.metrics(replica, nowNs);
    const pinned = role === "Decode" ? 0 : seen.pinnedTokens;
    return {
      promptTokens: sum.promptTokens + seen.promptTokens,
      cachedTokens: sum.cachedTokens + seen.cachedTokens,
      outputTokens: sum.outputTokens + seen.generatedTokens,
      runningTurns: sum.runningTurns + seen.running,
      pinnedTokens: sum.pinnedTokens + pinned,
    };
  }, NOTHING);
  return { ...sums, turns: kernel.counts().arrived };
}

function stepBetween(from: Reading, to: Reading, missedTurns: number): DemandStep {
  const promptTokens = to.promptTokens - from.promptTokens;
  return {
    turns: to.turns - from.turns,
    promptTokens,
    coldTokens: promptTokens - (to.cachedTokens - from.cachedTokens),
    outputTokens: to.outputTokens - from.outputTokens,
    runningTurns: to.runningTurns,
    pinnedTokens: to.pinnedTokens,
    missedTurns,
  };
}

/** Faults of the traffic, the router and the engines' settings: they are there on any racks. */
const STAYING = ["prompt-instability", "router-misroute", "cache-config"];

/** Racks that nothing takes away, from the beginning of the warm-up. */
function withStanding(scenario: Scenario, racks: number): Scenario {
  const { group, world } = scenario;
  return {
    ...scenario,
    group: {
      ...group,
      pools: group.pools.map((pool) => ({
        ...pool,
        supply: { kind: "Reserved", committedRacks: rackCount(racks), windows: [] },
      })),
    },
    world: {
      ...world,
      supply: world.supply.map((pool) => ({
        ...pool,
        quotaRacks: Number.POSITIVE_INFINITY,
        startRacks: racks,
        stock: [],
        loanedRacks: 0,
      })),
      faults: world.faults.filter(({ kind }) => STAYING.includes(kind)),
    },
  };
}

/** @returns the sum of steps, several to one, so that a long run has few */
export function coarser({ racks, stepMs, steps }: WatchedFleet, factor: number): WatchedFleet {
  const groups = Array.from({ length: Math.ceil(steps.length / factor) }, (_, index) =>
    steps.slice(index * factor, (index + 1) * factor),
  );
  return { racks, stepMs: millis(stepMs * factor), steps: groups.map(together) };
}

function together(steps: readonly DemandStep[]): DemandStep {
  const sum = (of: (step: DemandStep) => number): number =>
    steps.reduce((total, step) => total + of(step), 0);
  return {
    turns: sum(({ turns }) => turns),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    coldTokens: sum(({ coldTokens }) => coldTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    runningTurns: sum(({ runningTurns }) => runningTurns) / steps.length,
    pinnedTokens: sum(({ pinnedTokens }) => pinnedTokens) / steps.length,
    missedTurns: sum(({ missedTurns }) => missedTurns),
  };
}
