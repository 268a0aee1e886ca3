/** What each pool has for its fleets: racks to count on, and racks to ask for all the same. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool } from "../compiled.ts";
import { drainMs } from "../racks/pool-state.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { millis, rackCount } from "../units.ts";
import type { EpochMs, Millis, RackCount } from "../units.ts";
import { racksToKeep } from "./calendar.ts";
import type { DrainTime } from "./calendar.ts";

export interface PoolShare {
  /** Racks to count on over the horizon: what a fleet gets of them it gets nowhere else. */
  readonly firm: RackCount;
  /**
   * Racks beyond those that may be asked for, or are, and that may not come: they are dealt last,
   * to fleets that get nothing better.
   */
  readonly open: RackCount;
}

export type PoolShares = Readonly<Record<string, PoolShare>>;

/**
 * A pool that is out of stock has what was handed out and a part of what is asked for, by chance; a
 * calendar pool only what is still there once a replacement asked for now would serve.
 */
function poolShare(state: PoolState, foresight: DrainTime, now: EpochMs): PoolShare {
  const { pool, ceiling, supply, observed, doubt } = state;
  const lasting = Math.min(ceiling, racksToStay(pool, foresight, now));
  if (observed.count === null || supply.shortage === null) {
    return { firm: rackCount(Math.max(0, lasting - doubt.missing)), open: rackCount(0) };
  }
  const { desired } = observed.count;
  const firm = Math.max(0, Math.min(lasting, desired - supply.uncounted) - doubt.missing);
  const most = supply.askable ? lasting : Math.min(lasting, desired);
  return { firm: rackCount(firm), open: rackCount(Math.max(0, most - firm)) };
}

const racksToStay = ({ supply }: CompiledPool, foresight: DrainTime, now: EpochMs): number =>
  supply.kind === "Calendar"
    ? racksToKeep(supply.windows, now, foresight)
    : Number.POSITIVE_INFINITY;

/** What a fleet has and wants, as far as it matters to what pools do for it. */
export interface Need {
  readonly fleet: CompiledFleet;
  readonly wanted: number;
  readonly serving: number;
  /** How long a replacement asked for now takes. */
  readonly horizonMs: Millis;
}

export interface GroupSupply {
  readonly pools: readonly PoolState[];
  readonly needs: readonly Need[];
  readonly now: EpochMs;
  /** Whether ends of blocks are seen before they come. */
  readonly foresees: boolean;
}

/** @returns for every pool what it has for its fleets */
export function poolShares({ pools, needs, now, foresees }: GroupSupply): PoolShares {
  const fleets = needs.map(({ fleet }) => fleet);
  return Object.fromEntries(
    pools.map((state) => {
      const { name } = state.pool;
      const drawing = needs.filter(({ fleet }) => drawsOn(fleet, state.pool));
      const aheadMs = Math.max(0, ...drawing.map(({ horizonMs }) => horizonMs));
      const foresight = {
        deadlineMs: drainMs(state.pool, fleets),
        aheadMs: millis(foresees ? aheadMs : 0),
      };
      return [name, poolShare(state, foresight, now)];
    }),
  );
}
