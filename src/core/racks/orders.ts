/** Racks that were asked for and have no node yet. */
import type { RackOrder } from "../memory.ts";
import type { PoolCount } from "../observation.ts";
import { MINUTE_MS, elapsed, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";

/** A count that somebody set to a million must not fill the memory. */
const ORDERS_MAX = 64;
/** A raised count is read back at the next tick; a failed read of the object may cost a few. */
const REQUEST_SHOWS_MS = millis(2 * MINUTE_MS);

export interface OrderInput {
  /** Absent: looked at for the first time. */
  readonly before: readonly RackOrder[] | undefined;
  /** How many of the oldest were answered by a rack. */
  readonly answered: number;
  readonly count: PoolCount;
  /** Racks that are there and stay. */
  readonly standing: number;
  /** When we last raised the count; null when we did not within the last hour. */
  readonly requestedAt: EpochMs | null;
  readonly now: EpochMs;
}

export interface Orders {
  readonly orders: readonly RackOrder[];
  /** How long each grant took that was seen just now. */
  readonly grantsMs: readonly Millis[];
}

/** Racks come in the order in which they were asked for; a lower count takes the newest back. */
export function followOrders(input: OrderInput): Orders {
  const { before, answered, count, standing, now } = input;
  const open = Math.min(ORDERS_MAX, Math.max(0, count.desired - standing));
  const left = (before ?? []).slice(answered).slice(0, open);
  const watched = before !== undefined;
  const at = askedAt(input);
  const added = Array.from({ length: open - left.length }, (): RackOrder => ({ at, watched }));
  const granted = count.granted === undefined ? 0 : Math.max(0, count.granted - standing);
  const orders = [...left, ...added].map((order, index) =>
    order.grantedAt === undefined && index < granted ? { ...order, grantedAt: now } : order,
  );
  const news = orders.filter(
    (order, index) => order.watched && order !== left[index] && order.grantedAt !== undefined,
  );
  return { orders, grantsMs: news.map(({ at }) => millis(Math.max(1, elapsed(at, now)))) };
}

/** Our own request of a tick or two ago shows only now; a count that others raised is as new. */
const askedAt = ({ requestedAt, now }: OrderInput): EpochMs =>
  requestedAt !== null && elapsed(requestedAt, now) <= REQUEST_SHOWS_MS ? requestedAt : now;
