/** What a decision was made on, and how to edit one fleet's part of it. */
import type { CompiledFleet, CompiledGroup, CompiledPool, FleetKey } from "../compiled.ts";
import { drawsOn } from "../compiled.ts";
import { EMPTY_FLEET_MEMORY } from "../memory.ts";
import type { FleetMemory, GroupMemory } from "../memory.ts";
import type { FleetObservation, GroupObservation } from "../observation.ts";

/** Policy, observation and the memory before the decision: decided again, they give the same. */
export interface DecidedOn {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly memory: GroupMemory;
}

/** One thing that is otherwise for one fleet. */
export type Change = (world: DecidedOn, fleet: FleetKey) => DecidedOn;

/** @returns the fleet as people asked for it; undefined when it is not of the group */
export const fleetOf = ({ group }: DecidedOn, fleet: FleetKey): CompiledFleet | undefined =>
  group.fleets.find(({ key }) => key === fleet);

export function withFleet(
  world: DecidedOn,
  fleet: FleetKey,
  edit: (fleet: CompiledFleet) => CompiledFleet,
): DecidedOn {
  const fleets = world.group.fleets.map((each) => (each.key === fleet ? edit(each) : each));
  return { ...world, group: { ...world.group, fleets } };
}

/** The pools that the fleet draws on. */
export function withItsPools(
  world: DecidedOn,
  fleet: FleetKey,
  edit: (pool: CompiledPool) => CompiledPool,
): DecidedOn {
  const drawing = fleetOf(world, fleet);
  const pools = world.group.pools.map((pool) =>
    drawing !== undefined && drawsOn(drawing, pool) ? edit(pool) : pool,
  );
  return { ...world, group: { ...world.group, pools } };
}

export function withObserved(
  world: DecidedOn,
  fleet: FleetKey,
  edit: (observed: FleetObservation) => FleetObservation,
): DecidedOn {
  const fleets = world.observation.fleets.map((each) => (each.key === fleet ? edit(each) : each));
  return { ...world, observation: { ...world.observation, fleets } };
}

export function withFleetMemory(
  world: DecidedOn,
  fleet: FleetKey,
  edit: (memory: FleetMemory) => FleetMemory,
): DecidedOn {
  const before = world.memory.fleets[fleet] ?? EMPTY_FLEET_MEMORY;
  const fleets = { ...world.memory.fleets, [fleet]: edit(before) };
  return { ...world, memory: { ...world.memory, fleets } };
}
