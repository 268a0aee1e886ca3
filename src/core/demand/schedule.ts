/** What people said in advance: floors of racks and factors on demand. */
import type { ScheduledWindow } from "../compiled.ts";
import { after, rackCount } from "../units.ts";
import type { EpochMs, Millis, RackCount } from "../units.ts";

export interface ScheduleEffect {
  readonly floorRacks: RackCount;
  /** >= 1: the largest factor of the windows that apply. */
  readonly factor: number;
  /** Names of the windows that apply. */
  readonly names: readonly string[];
}

/**
 * A window applies from the moment a rack asked for now would come too late otherwise, until it
 * ends: its ready-from lies within the horizon.
 */
export function scheduleEffect(
  windows: readonly ScheduledWindow[],
  now: EpochMs,
  horizonMs: Millis,
): ScheduleEffect {
  const applying = windows.filter(
    ({ readyFrom, until }) => readyFrom <= after(now, horizonMs) && until > now,
  );
  return {
    floorRacks: rackCount(Math.max(0, ...applying.map(({ floorRacks }) => floorRacks ?? 0))),
    factor: Math.max(1, ...applying.map(({ factor }) => factor ?? 1)),
    names: applying.map(({ name }) => name),
  };
}
