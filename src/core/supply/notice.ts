/** What this tick's sight of a pool says about its supply, and what is remembered of it. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet, CompiledPool } from "../compiled.ts";
import type { AwaitedRack } from "../decision.ts";
import type { OutOfStock, PoolMemory, ShortageKind } from "../memory.ts";
import type { PoolCount } from "../observation.ts";
import { leadTime } from "../racks/lead-time.ts";
import type { PoolTimes } from "../racks/lead-time.ts";
import { DAY_MS, after, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { noticeStock } from "./backoff.ts";
import { racksOnCalendar } from "./calendar.ts";
import { endedRacks, isUnfilled, poolSupply } from "./unfilled.ts";
import type { PoolSupply, SupplyInput } from "./unfilled.ts";

export interface SupplySight {
  readonly pool: CompiledPool;
  readonly fleets: readonly CompiledFleet[];
  readonly times: PoolTimes;
  readonly count: PoolCount | null;
  readonly awaited: readonly AwaitedRack[];
  /** Whether a rack that was asked for came, or was handed out, just now. */
  readonly came: boolean;
  readonly memory: PoolMemory;
  readonly now: EpochMs;
}

export interface NoticedSupply {
  readonly supply: PoolSupply;
  readonly memory: PoolMemory;
}

export function noticeSupply(sight: SupplySight): NoticedSupply {
  const { pool, count, awaited, came, now } = sight;
  const memory = forgetGivenBack(sight.memory, now);
  const input: Omit<SupplyInput, "outOfStock"> = {
    awaited,
    count,
    onCalendar: onCalendar(pool, now),
    withinMs: leadTimeMs(pool, sight.fleets, sight.times),
    now,
  };
  const delivered = came && !awaited.some(isUnfilled);
  const outOfStock =
    count === null
      ? memory.outOfStock
      : noticeStock(memory.outOfStock, { problem: problemOf(input, count), delivered, now });
  return {
    supply: poolSupply({ outOfStock, ...input }),
    memory: withStock(memory, outOfStock),
  };
}

const onCalendar = ({ supply }: CompiledPool, now: EpochMs): number =>
  supply.kind === "Calendar" ? racksOnCalendar(supply.windows, now) : Number.POSITIVE_INFINITY;

/** The same value while nothing changed. */
function withStock(memory: PoolMemory, stock: OutOfStock | undefined): PoolMemory {
  if (memory.outOfStock === stock) return memory;
  const { outOfStock: _before, ...rest } = memory;
  return stock === undefined ? rest : { ...rest, outOfStock: stock };
}

/** What the object says counts before what the clock says; a window that ended is no shortage. */
function problemOf(
  input: Omit<SupplyInput, "outOfStock">,
  { stock }: PoolCount,
): ShortageKind | null {
  const { awaited } = input;
  if (awaited.length > 0 && endedRacks({ ...input, outOfStock: undefined }) === awaited.length) {
    return null;
  }
  if (stock !== "unknown" && stock !== "available") return stock;
  return awaited.some(({ stuck }) => stuck !== undefined) ? "late" : null;
}

/**
 * @returns how long a rack of the pool takes at p95, for the fleet that waits longest: one that
 *   comes later than anybody looks ahead is of no use to what is decided now
 */
export function leadTimeMs(
  pool: CompiledPool,
  fleets: readonly CompiledFleet[],
  times: PoolTimes,
): Millis {
  const drawing = fleets.filter((fleet) => drawsOn(fleet, pool));
  return millis(Math.max(0, ...drawing.map((fleet) => leadTime(fleet, { pool, times }).p95Ms)));
}

/** For how long a rack that was given back for arriving in part is not given back again. */
const ONCE_IN_MS = DAY_MS;

function forgetGivenBack(memory: PoolMemory, now: EpochMs): PoolMemory {
  if (memory.givenBack === undefined) return memory;
  const { givenBack, ...rest } = memory;
  const all = Object.entries(givenBack);
  const kept = all.filter(([, at]) => after(at, ONCE_IN_MS) > now);
  if (kept.length === all.length) return memory;
  return kept.length === 0 ? rest : { ...rest, givenBack: Object.fromEntries(kept) };
}
