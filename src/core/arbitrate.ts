/**
 * Wants become awards: guarantees first, then rack by rack to whoever gains most attainment,
 * weighted. Racks a fleet already holds are kept before others are given.
 */
import type { CompiledFleet, CompiledPool, FleetConsumer, FleetKey } from "./compiled.ts";
import type { AttainmentByRacks, WantRacks } from "./decision.ts";
import { isKeyOf } from "./compiled.ts";
import { exchange } from "./exchange.ts";
import type { Holder } from "./exchange.ts";
import { rackCount } from "./units.ts";
import type { RackCount } from "./units.ts";

export interface Claimant {
  readonly fleet: CompiledFleet;
  readonly want: WantRacks;
  /** Racks that run the fleet's units, by pool. */
  readonly owned: Readonly<Record<string, number>>;
}

export interface Award {
  readonly fleet: FleetKey;
  readonly byPool: Readonly<Record<string, RackCount>>;
  readonly total: RackCount;
}

/** Mutable while awards are dealt; never leaves this file. */
interface Table {
  readonly claimant: Claimant;
  readonly given: Map<string, number>;
}

type Ceilings = Readonly<Record<string, RackCount>>;

/**
 * @param ceilings racks each pool may have at most; a pool that is not listed gives none
 * @param open racks beyond those that may be asked for and may not come: dealt last
 * @returns an award per claimant, in input order; never more than wanted, than a consumer's max,
 *   or in sum than a pool's ceiling and what is open there
 */
export function arbitrate(
  claimants: readonly Claimant[],
  pools: readonly CompiledPool[],
  ceilings: Ceilings,
  open: Ceilings = {},
): readonly Award[] {
  const left = new Map(pools.map(({ name }) => [name, ceilings[name] ?? rackCount(0)]));
  const tables = claimants.map((claimant): Table => ({ claimant, given: new Map() }));
  const dealer = { pools, left };
  for (const table of tables) dealGuarantees(table, dealer);
  dealAll(tables, dealer);
  const later = { pools, left: new Map(pools.map(({ name }) => [name, open[name] ?? 0])) };
  dealAll(tables, later);
  exchange(tables.map((table) => holderOf(table, dealer)));
  return tables.map(({ claimant, given }) => ({
    fleet: claimant.fleet.key,
    byPool: Object.fromEntries([...given].map(([pool, racks]) => [pool, rackCount(racks)])),
    total: rackCount(sum(given)),
  }));
}

/** What an exchange may do with a claimant's racks. */
const holderOf = (table: Table, { pools, left }: Dealer): Holder => ({
  given: table.given,
  wanted: table.claimant.want.racks,
  curve: table.claimant.want.curve,
  pools: pools.flatMap((pool) => {
    const consumer = consumerOf(pool, table.claimant.fleet);
    if (preference(table.claimant, pool) === null || consumer === undefined) return [];
    const { name } = pool;
    const { guaranteed, max, weight } = consumer;
    return [{ name, guaranteed, max, weight, owned: table.claimant.owned[name] ?? 0, left }];
  }),
});

interface Dealer {
  readonly pools: readonly CompiledPool[];
  readonly left: Map<string, number>;
}

function dealAll(tables: readonly Table[], dealer: Dealer): void {
  while (dealNext(tables, dealer)) {
    // One rack at a time: each deal changes what the next is worth.
  }
}

const sum = (given: ReadonlyMap<string, number>): number =>
  [...given.values()].reduce((total, racks) => total + racks, 0);

function dealGuarantees(table: Table, dealer: Dealer): void {
  for (const pool of dealer.pools) {
    if (preference(table.claimant, pool) === null) continue;
    const consumer = consumerOf(pool, table.claimant.fleet);
    const guaranteed = Math.min(consumer?.guaranteed ?? 0, consumer?.max ?? 0);
    for (let dealt = 0; dealt < guaranteed; dealt += 1) {
      const wanted =
        sum(table.given) + ownedElsewhere(table, pool, dealer) < table.claimant.want.racks;
      if (wanted && (dealer.left.get(pool.name) ?? 0) > 0) give(table, pool.name, dealer);
    }
  }
}

/** Racks of other pools that the claimant runs on and was not yet dealt: they are dealt next. */
const ownedElsewhere = (
  { claimant, given }: Table,
  pool: CompiledPool,
  { pools }: Dealer,
): number =>
  pools
    .filter(({ name }) => name !== pool.name)
    .reduce(
      (total, { name }) =>
        total + Math.max(0, (claimant.owned[name] ?? 0) - (given.get(name) ?? 0)),
      0,
    );

function give(table: Table, pool: string, { left }: Dealer): void {
  table.given.set(pool, (table.given.get(pool) ?? 0) + 1);
  left.set(pool, (left.get(pool) ?? 0) - 1);
}

/** Gives one rack to the strongest claim. @returns false when nobody wants or nothing is left */
function dealNext(tables: readonly Table[], dealer: Dealer): boolean {
  const offers = tables.flatMap((table) => {
    const pool = nextPool(table, dealer);
    return pool === null ? [] : [{ table, pool, score: score(table, pool, dealer) }];
  });
  const [first, ...rest] = offers;
  if (first === undefined) return false;
  const best = rest.reduce((top, offer) => (offer.score > top.score ? offer : top), first);
  give(best.table, best.pool.name, dealer);
  return true;
}

function score(table: Table, pool: CompiledPool, dealer: Dealer): number {
  const { claimant, given } = table;
  const weight = consumerOf(pool, claimant.fleet)?.weight ?? 0;
  const racks = sum(given);
  return weight * marginalAttainment(claimant.want.curve, racks, racks + roomOf(table, dealer));
}

/** Racks that the claimant could still be dealt, of all pools. */
const roomOf = ({ claimant, given }: Table, { pools, left }: Dealer): number =>
  pools.reduce((racks, pool) => {
    if (preference(claimant, pool) === null) return racks;
    const max = consumerOf(pool, claimant.fleet)?.max ?? 0;
    const dealt = given.get(pool.name) ?? 0;
    return racks + Math.max(0, Math.min(left.get(pool.name) ?? 0, max - dealt));
  }, 0);

/**
 * The best attainment per rack that more racks can bring: the slope of the curve's upper hull, so
 * that a fleet that needs three racks before any turn is in time is not starved by the first two.
 *
 * @param upTo racks that there can be: what only more of them would bring does not count
 */
export function marginalAttainment(
  curve: AttainmentByRacks,
  racks: number,
  upTo = Number.POSITIVE_INFINITY,
): number {
  const here = curve[racks]?.attainment ?? 1;
  return curve.slice(racks + 1, upTo + 1).reduce((best, point) => {
    return Math.max(best, (point.attainment - here) / (point.racks - racks));
  }, 0);
}

/**
 * The pool the fleet's next rack comes from: one it already holds racks of, else by preference.
 * Among pools that it likes as well, one whose next rack is paid for, then the cheapest.
 */
function nextPool({ claimant, given }: Table, { pools, left }: Dealer): CompiledPool | null {
  if (sum(given) >= claimant.want.racks) return null;
  const open = pools.filter((pool) => {
    const dealt = given.get(pool.name) ?? 0;
    const max = consumerOf(pool, claimant.fleet)?.max ?? 0;
    return (left.get(pool.name) ?? 0) > 0 && dealt < max && preference(claimant, pool) !== null;
  });
  const rank = (pool: CompiledPool): readonly [number, number, number] => {
    const dealt = given.get(pool.name) ?? 0;
    const kept = dealt < (claimant.owned[pool.name] ?? 0);
    return [kept ? 0 : 1, preference(claimant, pool) ?? 0, usdPerHourOfNext(pool, dealt)];
  };
  const ranked = open.map((pool) => ({ pool, rank: rank(pool) }));
  const first = ranked.toSorted(({ rank: a }, { rank: b }) => {
    return a[0] - b[0] || a[1] - b[1] || compare(a[2], b[2]);
  })[0];
  return first?.pool ?? null;
}

/** Two unknown prices are as dear as each other: their difference is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** A rack below the commitment costs nothing more; an unknown price counts as the dearest. */
const usdPerHourOfNext = ({ supply, price }: CompiledPool, dealt: number): number =>
  dealt < supply.committedRacks ? 0 : (price?.usdPerRackHour ?? Number.POSITIVE_INFINITY);

const preference = ({ fleet }: Claimant, pool: CompiledPool): number | null =>
  fleet.pools.find(({ name }) => name === pool.name)?.preference ?? null;

/** @returns the entry by which a pool serves a fleet; undefined when it does not list it */
export const consumerOf = (pool: CompiledPool, fleet: CompiledFleet): FleetConsumer | undefined =>
  pool.consumers.find((consumer) => isKeyOf(fleet.key, consumer.fleet));
