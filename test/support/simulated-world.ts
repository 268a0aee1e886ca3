/** Builders of small simulated worlds. */
import type { CompiledFleet, CompiledPool } from "../../src/core/compiled.ts";
import type { EngineProfile } from "../../src/core/profiles/engine-profiles.ts";
import type { EpochMs } from "../../src/core/units.ts";
import { after, epochMs, millis } from "../../src/core/units.ts";
import type { DemoOptions } from "../../src/sim/demo-world.ts";
import { demoOptions } from "../../src/sim/demo-world.ts";
import type { OfferedTurn } from "../../src/sim/arrivals.ts";
import type { SimulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import { simulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import { World } from "../../src/sim/world.ts";
import type { TrafficOptions, WorldOptions } from "../../src/sim/world-options.ts";

/** 2026-01-05 08:00 UTC. */
export const START = epochMs(1_767_600_000_000);
export const MINUTE = 60_000;

export const minutes = (count: number): EpochMs => after(START, millis(count * MINUTE));

interface Changes extends Partial<WorldOptions> {
  readonly surges?: DemoOptions["surges"];
  readonly load?: Partial<TrafficOptions>;
  readonly stockRacks?: number;
  readonly startRacks?: number;
}

/** The demo's world, quiet (no surges) unless told otherwise. */
export function aWorld(changes: Changes = {}): World {
  const { surges = null, load = {}, stockRacks, startRacks, ...options } = changes;
  const demo = demoOptions({ seed: 1, startAt: START, surges });
  const supply = demo.supply.map((pool) => ({
    ...pool,
    stockRacks: stockRacks ?? pool.stockRacks,
    startRacks: startRacks ?? pool.startRacks,
  }));
  const traffic = demo.traffic.map((fleet) => ({ ...fleet, ...load }));
  return new World({ ...demo, supply, traffic, ...options });
}

export function fleetOf(world: World): CompiledFleet {
  const [fleet] = world.options.group.fleets;
  if (fleet === undefined) throw new Error("no fleet");
  return fleet;
}

export function poolOf(world: World): CompiledPool {
  const [pool] = world.options.group.pools;
  if (pool === undefined) throw new Error("no pool");
  return pool;
}

export function onlyPool(world: World): ReturnType<World["pools"]>[number] {
  const [pool] = world.pools();
  if (pool === undefined) throw new Error("no pool");
  return pool;
}

export function onlyFleet(world: World): ReturnType<World["fleets"]>[number] {
  const [fleet] = world.fleets();
  if (fleet === undefined) throw new Error("no fleet");
  return fleet;
}

const silent = { tick: () => {}, tickFailed: () => {}, forget: () => {} };

export const portsOf = (world: World): SimulatedPorts =>
  simulatedPorts(world, { digest: (text) => `digest of ${text}`, telemetry: silent });

/** 1,000 cold tokens a second and GPU, ITL 10 ms whatever the batch, no base latency. */
export const PLAIN_ENGINE: EngineProfile = {
  name: "plain",
  source: "round figures",
  prefillTokensPerSecondPerGpu: 1_000,
  decodeTokensPerSecondPerGpu: 1e9,
  baseTtftMs: millis(0),
  itlBaseMs: 10,
  itlPerSequenceMs: 0,
  kvTokensPerGpu: 1e12,
};

export const aTurn = (at: number, changes: Partial<OfferedTurn> = {}): OfferedTurn => ({
  at,
  promptTokens: 1_000,
  outputTokens: 100,
  turnsPerSecond: 1,
  session: 0.5,
  ...changes,
});
