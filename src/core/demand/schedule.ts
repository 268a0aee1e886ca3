/** What people said in advance: floors of racks and factors on demand. */
import type { ScheduledWindow } from "../compiled.ts";
import type { DemandMemory } from "../memory.ts";
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
  const applying = windows.filter((window) => applies(window, now, horizonMs));
  return {
    floorRacks: rackCount(Math.max(0, ...applying.map(({ floorRacks }) => floorRacks ?? 0))),
    factor: Math.max(1, ...applying.map(({ factor }) => factor ?? 1)),
    names: applying.map(({ name }) => name),
  };
}

const applies = ({ readyFrom, until }: ScheduledWindow, now: EpochMs, horizonMs: Millis): boolean =>
  readyFrom <= after(now, horizonMs) && until > now;

/** A window that multiplies demand, told from its repetitions by when it begins. */
const occasionKey = ({ name, from }: ScheduledWindow): string => `${name} ${from}`;

/**
 * Demand before the occasions that apply: as it is until they begin, and as it was from then on,
 * when what is seen already contains them.
 * @returns the memory itself where there are none
 */
export function rememberOccasions(
  memory: DemandMemory,
  windows: readonly ScheduledWindow[],
  { now, horizonMs }: { readonly now: EpochMs; readonly horizonMs: Millis },
): DemandMemory {
  const known = memory.beforeOccasions ?? {};
  const level = memory.learned?.averages.tenMinutes ?? memory.level;
  const entries = windows
    .filter((window) => window.factor !== null && applies(window, now, horizonMs))
    .flatMap((window) => {
      const key = occasionKey(window);
      const before = now < window.from ? level : known[key];
      return before === undefined ? [] : [[key, before] as const];
    });
  if (entries.length > 0) return { ...memory, beforeOccasions: Object.fromEntries(entries) };
  if (memory.beforeOccasions === undefined) return memory;
  const { beforeOccasions: _over, ...rest } = memory;
  return rest;
}

export interface OccasionEffect {
  /** >= 1: of those still to begin, on what is forecast without them. */
  readonly factor: number;
  /** ln(turns/s) expected of those that have begun; null without any, or where nobody remembers. */
  readonly level: number | null;
}

export function occasionEffect(
  { beforeOccasions = {} }: Pick<DemandMemory, "beforeOccasions">,
  windows: readonly ScheduledWindow[],
  { now, horizonMs }: { readonly now: EpochMs; readonly horizonMs: Millis },
): OccasionEffect {
  const applying = windows.filter((window) => applies(window, now, horizonMs));
  const ahead = applying.filter(({ from }) => now < from).map(({ factor }) => factor ?? 1);
  const levels = applying.flatMap((window) => {
    const before = beforeOccasions[occasionKey(window)];
    const begun = now >= window.from && before !== undefined;
    return begun ? [before + Math.log(Math.max(1, window.factor ?? 1))] : [];
  });
  return { factor: Math.max(1, ...ahead), level: levels.length === 0 ? null : Math.max(...levels) };
}
