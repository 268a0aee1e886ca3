/** Racks asked for that nothing was handed out for, and on how many of them to count. */
import type { AwaitedRack } from "../decision.ts";
import type { OutOfStock } from "../memory.ts";
import type { PoolCount, RackObservation } from "../observation.ts";
import { UNLABELLED } from "../racks/inventory.ts";
import type { EpochMs, Millis } from "../units.ts";
import { backsOff, chanceOfStock } from "./backoff.ts";

export interface PoolSupply {
  /** Racks asked for that can be withdrawn: nothing of them was handed out. */
  readonly unfilled: number;
  /** Of those, the ones that nobody should count on. */
  readonly uncounted: number;
  /** Of those in turn, the ones whose window has ended: they come in no case. */
  readonly ended: number;
  /** What is known of a shortage; null while the pool may be asked and gives. */
  readonly shortage: OutOfStock | null;
  /** Whether the pool may be asked for more racks now. */
  readonly askable: boolean;
}

export interface SupplyInput {
  readonly awaited: readonly AwaitedRack[];
  readonly count: PoolCount | null;
  /** Racks that the windows give now; Infinity for a pool without calendar. */
  readonly onCalendar: number;
  readonly outOfStock: OutOfStock | undefined;
  /** How far ahead racks are of use. */
  readonly withinMs: Millis;
  readonly now: EpochMs;
}

export function poolSupply(input: SupplyInput): PoolSupply {
  const { awaited, count, outOfStock, now } = input;
  const ended = endedRacks(input);
  const waiting = count === null ? 0 : Math.max(ended, awaited.filter(isUnfilled).length);
  const short = outOfStock !== undefined && (outOfStock.current || backsOff(outOfStock, now));
  const uncounted = short ? waiting - credited(waiting, outOfStock, input) : 0;
  return {
    unfilled: waiting,
    uncounted: Math.max(ended, uncounted),
    ended,
    shortage: short ? outOfStock : null,
    askable: !backsOff(outOfStock, now),
  };
}

/** Where it is not said what was handed out only a rack that is late counts as missing. */
export const isUnfilled = ({ phase, stuck }: AwaitedRack): boolean =>
  phase === "Requested" || stuck !== undefined;

/** Racks that a count still asks for after their window: nobody will ever hand them out. */
export function endedRacks({ awaited, count, onCalendar }: SupplyInput): number {
  const beyond = (count?.desired ?? 0) - onCalendar;
  return Math.max(0, Math.min(awaited.length, beyond));
}

/** Whole racks only: what may come is asked for elsewhere rather than counted on in part. */
const credited = (
  waiting: number,
  stock: OutOfStock,
  { now, withinMs }: Pick<SupplyInput, "now" | "withinMs">,
): number => Math.floor(waiting * chanceOfStock(stock, now, withinMs));

/**
 * @returns the racks that are there, or handed out as far as the object says: below them no count
 *   is lowered without a drain. Nodes without a label count as the racks they make at least.
 */
export function racksHandedOut(
  racks: readonly RackObservation[],
  count: Pick<PoolCount, "granted"> | null,
  nodesPerRack: number,
): number {
  const named = racks.filter(({ id, nodes }) => id !== UNLABELLED && nodes.length > 0).length;
  const loose = racks.find(({ id }) => id === UNLABELLED)?.nodes.length ?? 0;
  return Math.max(named + Math.ceil(loose / nodesPerRack), count?.granted ?? 0);
}
