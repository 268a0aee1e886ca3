/** Builders of small simulated worlds. */
import type {
  CompiledScenario,
  ScenarioEngine,
  ScenarioSupply,
  ScenarioWorld,
} from "../../src/config/compiled-scenario.ts";
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../../src/core/compiled.ts";
import type { EpochMs } from "../../src/core/units.ts";
import { after, epochMs, gpuCount, millis } from "../../src/core/units.ts";
import { DEMO_GROUP, DEMO_LEAD_TIMES } from "../../src/sim/demo-policy.ts";
import type { SimulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import { simulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import { World } from "../../src/sim/world.ts";
import type { WorldOptions } from "../../src/sim/world.ts";
import { StubKernel } from "./stub-kernel.ts";

/** 2026-01-05 08:00 UTC. */
export const START = epochMs(1_767_600_000_000);
export const MINUTE = 60_000;

export const minutes = (count: number): EpochMs => after(START, millis(count * MINUTE));

/** The demo's pool and fleet, on units of two nodes: eight a rack. */
export const GROUP: CompiledGroup = {
  ...DEMO_GROUP,
  fleets: DEMO_GROUP.fleets.map((fleet) => ({
    ...fleet,
    workloads: fleet.workloads.map((workload) => ({
      ...workload,
      gpusPerUnit: gpuCount(8),
      unitsPerRack: 8,
    })),
  })),
};

const { grant, boot, join, start, totalMs } = DEMO_LEAD_TIMES;

export const SUPPLY: ScenarioSupply = {
  pool: "gb200-demo",
  startRacks: 4,
  stock: [{ atMs: millis(0), racks: 12 }],
  leadTimes: { grant, boot, join, start },
  leadTimeBoundsMs: totalMs,
  release: { p50Ms: millis(45_000), p95Ms: millis(90_000) },
  failedBoots: 0,
  loanedRacks: 0,
};

const ENGINE: ScenarioEngine = { profile: "test-small", perturb: 0.1, fixed: null };

export interface ScenarioChanges {
  readonly group?: CompiledGroup;
  readonly supply?: Partial<ScenarioSupply>;
  readonly engine?: Partial<ScenarioEngine>;
  readonly world?: Partial<ScenarioWorld>;
}

/** The demo's pool and fleet with four racks in service, nothing going wrong. */
export function aScenario(changes: ScenarioChanges = {}): CompiledScenario {
  const { group = GROUP, supply, engine, world } = changes;
  return {
    name: "test",
    durationMs: millis(60 * MINUTE),
    startsAt: START,
    seeds: [1],
    policy: "breakwater",
    group,
    world: {
      traffic: [],
      clients: { timeoutMs: millis(120_000), retries: 2, abandonAfterMs: millis(300_000) },
      engines: group.fleets.map(() => ({ ...ENGINE, ...engine })),
      routers: group.fleets.map(() => ({ kind: "session-sticky", lagMs: millis(0) })),
      supply: group.pools.map(({ name }) => ({ ...SUPPLY, ...supply, pool: name })),
      people: { approvalDelay: null, absent: 0, refuse: 0 },
      scrape: { intervalMs: millis(15_000), lagMs: millis(2_000) },
      faults: [],
      ...world,
    },
  };
}

export interface WorldChanges extends ScenarioChanges, Partial<Omit<WorldOptions, "scenario">> {
  /** For how long an engine that is drained has turns left. */
  readonly drainMs?: number;
}

/** A world without turns, on stub kernels, unless told otherwise. */
export function aWorld({ drainMs = 0, ...changes }: WorldChanges = {}): World {
  const { group, supply, engine, world, ...options } = changes;
  const given = { group, supply, engine, world };
  const scenario = aScenario(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  return new World({
    scenario,
    seed: 1,
    traffic: new Map(scenario.group.fleets.map(({ key }) => [key, []])),
    createKernel: (kernel) => new StubKernel(kernel, drainMs),
    ...options,
  });
}

/** @returns the stub under the world's only fleet. */
export function stubOf(world: World): StubKernel {
  const { kernel } = onlyFleet(world);
  if (!(kernel instanceof StubKernel)) throw new Error("not on a stub kernel");
  return kernel;
}

export function fleetOf(world: World): CompiledFleet {
  const [fleet] = world.options.scenario.group.fleets;
  if (fleet === undefined) throw new Error("no fleet");
  return fleet;
}

export function poolOf(world: World): CompiledPool {
  const [pool] = world.options.scenario.group.pools;
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
