/**
 * One seed of a simulated world on the virtual clock: how every surge of it was absorbed. The
 * controller's tick is given from outside, so that the same study runs with any policy, or none.
 */
import type { EpochMs, Millis } from "../core/units.ts";
import { after } from "../core/units.ts";
import type { TurnCounts } from "../sim/ledger.ts";
import type { World } from "../sim/world.ts";
import { InsideJudge } from "./inside-judge.ts";
import type { FleetSample, SurgeOutcome } from "./surge-outcome.ts";
import { surgeOutcomes } from "./surge-outcome.ts";

export interface SeedRun {
  readonly world: World;
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
  /** Turns offered that are nowhere; anything but 0 is a bug of the world (INV-1). */
  readonly lostTurns: number;
}

/**
 * Runs the world's first fleet for a while.
 * @throws when the world has no fleet, and whatever the tick throws
 */
export async function runSeed(run: SeedRun): Promise<SeedOutcome> {
  const { world, durationMs, tickEveryMs, tick } = run;
  const [fleet] = world.fleets();
  if (fleet === undefined) throw new Error("the world has no fleet to study");
  const judge = new InsideJudge(fleet.fleet.objectives, fleet.service.ledger);
  const samples: FleetSample[] = [];
  const endAt = after(world.now(), durationMs);
  for (let at = after(world.now(), tickEveryMs); at <= endAt; at = after(at, tickEveryMs)) {
    world.advanceTo(at);
    await tick(at);
    const servingRacks = world.servingRacks(fleet.fleet.key);
    samples.push({ at, servingRacks, inside: judge.insideAt(at) });
  }
  const turns = fleet.service.counts();
  const surges = surgeOutcomes(fleet.arrivals.surgesUntil(endAt), samples);
  return { seed: world.options.seed, surges, samples, turns, lostTurns: lostOf(turns) };
}

function lostOf(turns: TurnCounts): number {
  const ended = turns.unsent + turns.abandoned + turns.completed;
  return turns.offered - ended - turns.queued - turns.running;
}
