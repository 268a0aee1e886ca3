/** Racks that no award counts on and that stay all the same. */
import type { Award } from "../arbitrate.ts";
import { drawsOn } from "../compiled.ts";
import type { CompiledPool } from "../compiled.ts";
import type { PoolState } from "../racks/pool-state.ts";
import type { GroupSupply, Need, PoolShare, PoolShares } from "./shares.ts";

export interface KeptInput extends Pick<GroupSupply, "pools" | "needs"> {
  readonly shares: PoolShares;
  readonly awards: readonly Award[];
}

/**
 * Blocks whose end is still far enough, and requests that are open until others serve instead.
 *
 * @returns such racks by pool
 */
export const keptRacks = (input: KeptInput): Readonly<Record<string, number>> =>
  Object.fromEntries(
    input.pools.map((state) => {
      const share = input.shares[state.pool.name];
      return [state.pool.name, share === undefined ? 0 : keptIn(state, share, input)];
    }),
  );

function keptIn(state: PoolState, share: PoolShare, { needs, awards }: KeptInput): number {
  const { pool, ceiling, observed, supply } = state;
  const desired = observed.count?.desired ?? 0;
  const awarded = awards.reduce((sum, { byPool }) => sum + (byPool[pool.name] ?? 0), 0);
  const ending = Math.max(0, Math.min(desired - supply.uncounted, ceiling) - share.firm);
  const asked = Math.max(0, awarded - share.firm);
  const requests = Math.max(0, Math.min(supply.uncounted, ceiling) - asked);
  return ending + Math.min(requests, lacking(pool, needs, awards));
}

/** Never above a fleet's own limit: both requests may be answered at once. */
function lacking(pool: CompiledPool, needs: readonly Need[], awards: readonly Award[]): number {
  return needs
    .filter(({ fleet }) => drawsOn(fleet, pool))
    .reduce((sum, { fleet, wanted, serving }) => {
      const total = awards.find((award) => award.fleet === fleet.key)?.total ?? 0;
      return sum + Math.max(0, Math.min(wanted - serving, fleet.racks.max - total));
    }, 0);
}
