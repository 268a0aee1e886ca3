/** The order in which an API server lists things carries no meaning and decides nothing. */
import type { CompiledGroup } from "./compiled.ts";
import type { FleetMemory, GroupMemory } from "./memory.ts";
import type { GroupObservation } from "./observation.ts";

export interface GroupInput {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
}

/** @returns the same group and observation with pools, fleets, racks and intents by name */
export function inOrder(group: CompiledGroup, observation: GroupObservation): GroupInput {
  const nameOf = ({ name }: { readonly name: string }): string => name;
  return {
    group: {
      name: group.name,
      pools: sorted(group.pools, nameOf),
      fleets: sorted(group.fleets, ({ key }) => key),
    },
    observation: {
      ...observation,
      intents: sorted(observation.intents, nameOf),
      pools: observation.pools.map((pool) => ({
        ...pool,
        racks: sorted(pool.racks, ({ id }) => id),
      })),
    },
  };
}

/**
 * Memory carried on within a process has its tables in the order in which they were filled, memory
 * read back in that of their keys: sums over either must be the same to the last bit.
 * @returns the same memory, what caches did pod by pod by their names
 */
export function memoryInOrder(memory: GroupMemory): GroupMemory {
  // Nearly always: then nothing is built.
  if (Object.values(memory.fleets).every(isFleetInOrder)) return memory;
  const fleets = Object.entries(memory.fleets).map(([key, fleet]) => {
    const { diagnosis } = fleet;
    if (diagnosis === undefined) return [key, fleet] as const;
    const pods = sorted(Object.entries(diagnosis.pods), ([pod]) => pod);
    const ordered = { ...diagnosis, pods: Object.fromEntries(pods) };
    return [key, { ...fleet, diagnosis: ordered }] as const;
  });
  return { ...memory, fleets: Object.fromEntries(fleets) };
}

function isFleetInOrder({ diagnosis }: FleetMemory): boolean {
  let before = "";
  for (const pod in diagnosis?.pods) {
    if (pod < before) return false;
    before = pod;
  }
  return true;
}

/** Code units, not a locale: the same everywhere. @returns the items themselves if in order */
function sorted<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const isInOrder = items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || keyOf(before) <= keyOf(item);
  });
  if (isInOrder) return items;
  return items.toSorted((a, b) => {
    if (keyOf(a) === keyOf(b)) return 0;
    return keyOf(a) < keyOf(b) ? -1 : 1;
  });
}
