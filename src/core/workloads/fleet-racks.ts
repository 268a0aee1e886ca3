/** The racks that a fleet's units may run on now, and what becomes of each. */
import type { CompiledPool, FleetKey } from "../compiled.ts";
import { fleetKey } from "../compiled.ts";
import type { RackPhase, RackSummary } from "../decision.ts";
import type { RackObservation } from "../observation.ts";
import { leaving } from "../racks/holdings.ts";
import type { PoolState } from "../racks/pool-state.ts";

export interface FleetRack {
  readonly pool: CompiledPool;
  readonly rack: RackObservation;
  /**
   * Up: units may start on it. Emptied: its pods are being evicted, or were. Leaving: its drain has
   * not come to that, nothing more starts on it. Down: the fleet's, but short of its quorum.
   */
  readonly state: "Up" | "Emptied" | "Leaving" | "Down";
}

export interface RacksInput {
  readonly pools: readonly PoolState[];
  /** Racks held by pool and fleet. */
  readonly held: Readonly<Record<string, Readonly<Record<FleetKey, number>>>>;
  /** Racks whose pods this tick's plan evicts. */
  readonly evicting: ReadonlySet<string>;
}

/** @returns the fleet's racks: those that run its units, and its share of the idle ones */
export function fleetRacks(fleet: FleetKey, input: RacksInput): readonly FleetRack[] {
  return input.pools.flatMap((state) => {
    const idle = new Set(idleShare(fleet, state, input.held[state.pool.name] ?? {}));
    return state.summaries.flatMap((summary) => {
      if (summary.fleet !== fleet && !idle.has(summary.id)) return [];
      const rack = state.observed.racks.find(({ id }) => id === summary.id);
      if (rack === undefined) return [];
      return [{ pool: state.pool, rack, state: stateOf(summary, rack, input.evicting) }];
    });
  });
}

/** Nodes with quorum and allocatable GPUs, whether units are there already or not. */
const UP: readonly RackPhase[] = ["Idle", "Starting", "Warming", "Serving"];

function stateOf(
  { id, phase }: RackSummary,
  { pods }: RackObservation,
  evicting: ReadonlySet<string>,
): FleetRack["state"] {
  if (evicting.has(id) || phase === "Releasing") return "Emptied";
  if (UP.includes(phase)) return "Up";
  if (phase !== "Draining") return "Down";
  return pods.every(({ terminating }) => terminating) ? "Emptied" : "Leaving";
}

/**
 * Idle racks go to the fleets that hold more than they run units on, in the pool's order of
 * consumers, so that no two fleets start units for one rack.
 */
function idleShare(
  fleet: FleetKey,
  { pool, summaries }: PoolState,
  held: Readonly<Record<FleetKey, number>>,
): readonly string[] {
  const idle = summaries.filter((rack) => rack.phase === "Idle" && rack.fleet === null);
  let first = 0;
  for (const consumer of pool.consumers) {
    const key = fleetKey(consumer.fleet);
    const owned = summaries.filter((rack) => rack.fleet === key && !leaving(rack)).length;
    const share = Math.max(0, (held[key] ?? 0) - owned);
    if (key === fleet) return idle.slice(first, first + share).map(({ id }) => id);
    first += share;
  }
  return [];
}
