/** What open decisions will ask for and no count shows yet. */
import type { FleetKey } from "../compiled.ts";
import { isOpen } from "../intents.ts";
import type { Intent } from "../observation.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { rackCount } from "../units.ts";
import type { RackCount } from "../units.ts";

type Holdings = Readonly<Record<string, Readonly<Record<FleetKey, RackCount>>>>;

/**
 * A fleet's limit is one over all its pools: what it was allowed in one of them, this tick or
 * before, is no longer to be had in the next.
 *
 * @param asked racks asked for by pool and fleet, as the counts show
 * @returns the same with what growths will add that were opened, and not written yet
 */
export function withUnwritten(
  asked: Holdings,
  intents: readonly Intent[],
  pools: readonly PoolState[],
): Holdings {
  const growing = intents.filter(({ phase, direction }) => isOpen(phase) && direction === "Out");
  return growing.reduce((sums, { pool, fleet, toRacksAtMost, askedRacks }) => {
    const state = pools.find((each) => each.pool.name === pool);
    const desired = state?.observed.count?.desired ?? 0;
    const more = Math.max(0, (askedRacks ?? toRacksAtMost) - desired);
    return withMore(sums, { pool, fleet, racks: more });
  }, asked);
}

function withMore(
  sums: Holdings,
  {
    pool,
    fleet,
    racks,
  }: { readonly pool: string; readonly fleet: FleetKey; readonly racks: number },
): Holdings {
  const inPool = sums[pool] ?? {};
  return { ...sums, [pool]: { ...inPool, [fleet]: rackCount((inPool[fleet] ?? 0) + racks) } };
}
