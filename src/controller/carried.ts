/** What the controller keeps between ticks, as a value: memory, its version, and the log's end. */
import type { GroupMemory } from "../core/memory.ts";
import type { EpochMs } from "../core/units.ts";

export interface CarriedGroup {
  readonly memory: GroupMemory;
  /** Version in the memory store; null before the first save. */
  readonly version: string | null;
  readonly savedAt: EpochMs | null;
  /** Records since the last keyframe; the first record after a start is one. */
  readonly sinceKeyframe: number;
  /** What was last told about each fleet and pool, so that only changes are announced. */
  readonly announced: Readonly<Record<string, string>>;
  /** What its fleets' candidates carry; absent: they begin with the memory of those that act. */
  readonly candidate?: GroupMemory;
}

export interface Carried {
  readonly groups: Readonly<Record<string, CarriedGroup>>;
  readonly log: { readonly index: number; readonly hash: string } | null;
}

/** A standby carries nothing: whoever takes over reads what the last leader saved. */
export const NOTHING_CARRIED: Carried = { groups: {}, log: null };
