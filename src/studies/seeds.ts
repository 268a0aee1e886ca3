/**
 * One seed of a simulated world on the virtual clock: how every surge of it was absorbed. The
 * controller's tick is given from outside, so that the same study runs with any policy, or none.
 */
import type { TrafficShape } from "../config/compiled-scenario.ts";
import type { EpochMs, Millis } from "../core/units.ts";
import { after } from "../core/units.ts";
import type { TurnCounts } from "../sim/kernel/contract.ts";
import type { World } from "../sim/world.ts";
import { InsideJudge } from "./inside-judge.ts";
import type { FleetSample, SurgeOutcome } from "./surge-outcome.ts";
import { surgeOutcomes } from "./surge-outcome.ts";

export interface SeedRun {
  readonly world: World;
  /** Of the first fleet's traffic, in order; they do not overlap. */
  readonly surges: readonly TrafficShape[];
  readonly durationMs: Millis;
  readonly tickEveryMs: Millis;
  /** One tick of a controller over the world's ports. */
  readonly tick: (now: EpochMs) => Promise<void>;
}

export interface SeedOutcome {
  readonly seed: number;
  readonly surges: readonly SurgeOutcome[];
  /** One a tick, oldest first. */
  readonly samples: readonly FleetSample[];
  readonly turns: TurnCounts;
  /** Turns that arrived and are nowhere; anything but 0 is a bug of the world (INV-1). */
  readonly lostTurns: number;
}

/**
 * Runs the world's first fleet for a while.
 * @throws when the world has no fleet, whatever the tick throws, and when anything was lost (INV-1)
 */
export async function runSeed(run: SeedRun): Promise<SeedOutcome> {
  const { world, surges, durationMs, tickEveryMs, tick } = run;
  const startAt = world.now();
  const [fleet] = world.fleets();
  if (fleet === undefined) throw new Error("the world has no fleet to study");
  const judge = new InsideJudge(fleet.fleet.objectives, () => fleet.results());
  const samples: FleetSample[] = [];
  const endAt = after(startAt, durationMs);
  for (let at = after(startAt, tickEveryMs); at <= endAt; at = after(at, tickEveryMs)) {
    world.advanceTo(at);
    await tick(at);
    const servingRacks = world.servingRacks(fleet.fleet.key);
    samples.push({ at, servingRacks, inside: judge.insideAt(at) });
  }
  world.checkConserved();
  const begun = surges
    .map(({ atMs, ...shape }) => ({ ...shape, onsetAt: startAt + atMs }))
    .filter(({ onsetAt }) => onsetAt <= endAt);
  const turns = fleet.results().counts;
  const outcomes = surgeOutcomes(begun, samples);
  return { seed: world.options.seed, surges: outcomes, samples, turns, lostTurns: lostOf(turns) };
}

const lostOf = ({ arrived, completed, rejected, abandoned, inFlight }: TurnCounts): number =>
  arrived - completed - rejected - abandoned - inFlight;
