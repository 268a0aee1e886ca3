/** The order in which an API server lists things carries no meaning and decides nothing. */
import type { CompiledGroup } from "./compiled.ts";
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
