/** Which pools and fleets must be decided together. */
import { drawsOn } from "./compiled.ts";
import type { CompiledFleet, CompiledGroup, CompiledPool } from "./compiled.ts";

/**
 * @returns the connected components: a fleet and a pool are connected when either names the other,
 *   so that a fleet which draws on a pool that does not list it is decided, and held, with the
 *   pool's rightful consumers. Pools and fleets are in code-unit order inside a group, groups by
 *   name. A fleet none of whose pools exist is in no group.
 */
export function groupsOf(
  pools: readonly CompiledPool[],
  fleets: readonly CompiledFleet[],
): readonly CompiledGroup[] {
  const sorted = [...pools].sort((a, b) => inOrder(a.name, b.name));
  const first = representatives(sorted, fleets);
  return sorted
    .filter(({ name }) => first(name) === name)
    .map(({ name }) => ({
      name,
      pools: sorted.filter((pool) => first(pool.name) === name),
      fleets: fleets
        .filter((fleet) => sorted.some((pool) => first(pool.name) === name && meet(pool, fleet)))
        .sort((a, b) => inOrder(a.key, b.key)),
    }));
}

/** @returns for a pool's name that of the first pool of its group. */
function representatives(
  sorted: readonly CompiledPool[],
  fleets: readonly CompiledFleet[],
): (name: string) => string {
  const groupOf = new Map(sorted.map(({ name }) => [name, name]));
  const first = (name: string) => groupOf.get(name) ?? name;
  for (const fleet of fleets) {
    const joined = new Set(
      sorted.filter((pool) => meet(pool, fleet)).map(({ name }) => first(name)),
    );
    const [least] = [...joined].sort(inOrder);
    if (least === undefined) continue;
    for (const { name } of sorted) if (joined.has(first(name))) groupOf.set(name, least);
  }
  return first;
}

function meet(pool: CompiledPool, fleet: CompiledFleet): boolean {
  return drawsOn(fleet, pool) || pool.consumers.some((consumer) => isOf(consumer.fleet, fleet));
}

const isOf = (ref: { namespace: string; name: string }, fleet: CompiledFleet): boolean =>
  ref.namespace === fleet.namespace && ref.name === fleet.name;

/** Code units, not a locale: the same everywhere. */
function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
