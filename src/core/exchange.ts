/**
 * Racks that were dealt one by one change hands where that brings more. Dealt so, a fleet may end
 * with racks that are worth nothing without one more, or hold a pool's last rack that another
 * fleet can get nowhere else while itself could take one of a pool that has racks left.
 */
import type { AttainmentByRacks } from "./decision.ts";

/** One fleet's racks, by pool; changed in place. */
export interface Holder {
  readonly given: Map<string, number>;
  readonly wanted: number;
  readonly curve: AttainmentByRacks;
  /** The pools that it draws on. */
  readonly pools: readonly HeldPool[];
}

interface HeldPool {
  readonly name: string;
  readonly guaranteed: number;
  readonly max: number;
  readonly weight: number;
  /** Racks of the pool that run its units: they are kept rather than replaced by another pool's. */
  readonly owned: number;
  /** Racks that each pool has left, shared by all holders; changed in place. */
  readonly left: Map<string, number>;
}

/** Less is a rounding, and racks would go to and fro for it. */
const LEAST_GAIN = 1e-9;

/**
 * Makes the best exchange as long as one brings more weighted attainment. Of a pool, racks go from
 * one fleet to another, never below what the giver is guaranteed of it, nor above what the taker
 * wants or may have. Each exchange brings more than the last state had, so it ends.
 */
export function exchange(holders: readonly Holder[]): void {
  while (holders.some((holder) => lacksOf(holder) > 0)) {
    const best = bestOf(exchangesAmong(holders));
    if (best === null || best.gain <= LEAST_GAIN) return;
    best.make();
  }
}

interface Exchange {
  readonly gain: number;
  readonly make: () => void;
}

const bestOf = (all: readonly Exchange[]): Exchange | null =>
  all.reduce<Exchange | null>(
    (best, next) => (best === null || next.gain > best.gain ? next : best),
    null,
  );

function exchangesAmong(holders: readonly Holder[]): readonly Exchange[] {
  const takers = holders.filter((taker) => lacksOf(taker) > 0);
  return takers.flatMap((taker) =>
    taker.pools.flatMap((pool) =>
      holders.flatMap((giver) =>
        giver === taker || dealtOf(giver, pool.name) === 0
          ? []
          : [...handOvers(giver, taker, pool), ...detours(giver, taker, pool)],
      ),
    ),
  );
}

/** The giver has so many racks fewer. */
function handOvers(giver: Holder, taker: Holder, pool: HeldPool): readonly Exchange[] {
  const own = poolOf(giver, pool.name);
  if (own === undefined) return [];
  const spare = dealtOf(giver, pool.name) - Math.min(own.guaranteed, own.max);
  const most = Math.min(spare, lacksOf(taker), pool.max - dealtOf(taker, pool.name));
  return Array.from({ length: Math.max(0, most) }, (_, at) => {
    const racks = at + 1;
    const lost = own.weight * (valueOf(giver, 0) - valueOf(giver, -racks));
    return {
      gain: pool.weight * (valueOf(taker, racks) - valueOf(taker, 0)) - lost,
      make: () => {
        shift(giver, pool.name, -racks);
        shift(taker, pool.name, racks);
      },
    };
  });
}

/** The giver gets a rack of another pool instead, for one that it does not run on yet. */
function detours(giver: Holder, taker: Holder, pool: HeldPool): readonly Exchange[] {
  const own = poolOf(giver, pool.name);
  const dealt = dealtOf(giver, pool.name);
  if (own === undefined || dealt <= Math.max(own.owned, own.guaranteed)) return [];
  if (dealtOf(taker, pool.name) >= pool.max) return [];
  const gain = pool.weight * (valueOf(taker, 1) - valueOf(taker, 0));
  return giver.pools
    .filter(({ name, max, left }) => {
      return name !== pool.name && (left.get(name) ?? 0) > 0 && dealtOf(giver, name) < max;
    })
    .slice(0, 1)
    .map(({ name, left }) => ({
      gain,
      make: () => {
        left.set(name, (left.get(name) ?? 0) - 1);
        shift(giver, pool.name, -1);
        shift(giver, name, 1);
        shift(taker, pool.name, 1);
      },
    }));
}

const poolOf = ({ pools }: Holder, name: string): HeldPool | undefined =>
  pools.find((pool) => pool.name === name);

const dealtOf = ({ given }: Holder, pool: string): number => given.get(pool) ?? 0;

function shift({ given }: Holder, pool: string, by: number): void {
  const racks = (given.get(pool) ?? 0) + by;
  if (racks === 0) given.delete(pool);
  else given.set(pool, racks);
}

const sum = ({ given }: Holder): number =>
  [...given.values()].reduce((total, racks) => total + racks, 0);

const lacksOf = (holder: Holder): number => Math.max(0, holder.wanted - sum(holder));

/** The attainment with so many racks more; beyond its curve a fleet misses nothing. */
const valueOf = (holder: Holder, more: number): number =>
  holder.curve[sum(holder) + more]?.attainment ?? 1;
