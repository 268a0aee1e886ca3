/**
 * What objectives attained beside what the model had said, by how loaded the racks were. The
 * model knows of turns that wait for each other; it does not know that units fill unevenly, that
 * prompts are longer than their mean, nor how prefill slows decoding. All of these show here.
 */
import type { CompiledObjective } from "../compiled.ts";
import { DAY_MS, MINUTE_MS, after, elapsed, millis } from "../units.ts";
import type { EpochMs, RackCount, Ratio } from "../units.ts";

/** Sums over the turns that were served at such a load, older ones fading. */
export interface LoadBand {
  /** Until when it has faded. */
  readonly at: EpochMs;
  readonly turns: number;
  /** For how long they were watched. */
  readonly seconds: number;
  /** Σ of their loads. */
  readonly load: number;
  /** Σ of what was predicted to be within the objective and was not. */
  readonly shortfall: number;
}

export interface CapacityMemory {
  /** What it was learned on: others begin anew. */
  readonly engines: string;
  readonly lastAt: EpochMs;
  readonly racks: RackCount;
  /** Nothing is learned before: caches and queues of other racks have to settle. */
  readonly learnFrom: EpochMs;
  /** By `objectiveKey`, the band of each tenth of load; null where nothing was seen. */
  readonly bands: Readonly<Record<string, readonly (LoadBand | null)[]>>;
}

/** What one tick sees. */
export interface MissSighting {
  readonly at: EpochMs;
  readonly engines: string;
  readonly racks: RackCount;
  /** Engines are being exchanged. */
  readonly rollout: boolean;
  readonly turnsPerSecond: number;
  readonly objectives: readonly ObjectiveSeen[];
}

export interface ObjectiveSeen {
  readonly key: string;
  /** Work over capacity, of what the objective depends on. */
  readonly load: number;
  readonly predicted: Ratio;
  readonly observed: Ratio;
}

/** Tenths of the load; what is above nine of them is one band. */
const BANDS = 10;
/** After a change of racks: the objectives' five minutes, and as long for caches to settle. */
const SETTLE_MS = millis(10 * MINUTE_MS);
/** Engines that stay answer alike, what they are asked drifts by the week: half of that. */
const HALF_LIFE_MS = millis(3 * DAY_MS);
/** A gap between ticks is not a time that was watched. */
const LONGEST_TICK_SECONDS = 60;

/** An objective with another threshold is another one. */
export const objectiveKey = ({ name, thresholdMs }: CompiledObjective): string =>
  `${name} ${thresholdMs}`;

const nothing = (seen: MissSighting): CapacityMemory => ({
  engines: seen.engines,
  lastAt: seen.at,
  racks: seen.racks,
  learnFrom: after(seen.at, SETTLE_MS),
  bands: {},
});

/** @returns the memory after one more sighting; one not newer than the last changes nothing */
export function observeMisses(memory: CapacityMemory | null, seen: MissSighting): CapacityMemory {
  if (memory === null || seen.rollout || seen.engines !== memory.engines) return nothing(seen);
  if (seen.at < memory.lastAt) return nothing(seen);
  const { at: lastAt, racks } = seen;
  if (racks !== memory.racks) return { ...nothing(seen), bands: memory.bands };
  const seconds = Math.min(LONGEST_TICK_SECONDS, elapsed(memory.lastAt, seen.at) / 1_000);
  const turns = seen.turnsPerSecond * seconds;
  if (seen.at < memory.learnFrom || turns <= 0) return { ...memory, lastAt };
  const learned = seen.objectives.map(
    (objective) =>
      [objective.key, withTurns(memory, objective, { at: lastAt, turns, seconds })] as const,
  );
  return { ...memory, lastAt, bands: { ...memory.bands, ...Object.fromEntries(learned) } };
}

const NO_BANDS: readonly (LoadBand | null)[] = Array.from({ length: BANDS }, () => null);

function withTurns(
  { bands }: CapacityMemory,
  { key, load, predicted, observed }: ObjectiveSeen,
  { at, turns, seconds }: Pick<LoadBand, "at" | "turns" | "seconds">,
): readonly (LoadBand | null)[] {
  const before = bands[key] ?? NO_BANDS;
  const place = Math.min(BANDS - 1, Math.floor(Math.max(0, load) * BANDS));
  const known = before[place] ?? null;
  const kept = known === null ? 0 : keptShare(known, at);
  return before.with(place, {
    at,
    turns: kept * (known?.turns ?? 0) + turns,
    seconds: kept * (known?.seconds ?? 0) + seconds,
    load: kept * (known?.load ?? 0) + turns * load,
    shortfall: kept * (known?.shortfall ?? 0) + turns * (predicted - observed),
  });
}

const keptShare = (band: LoadBand, now: EpochMs): number =>
  Math.exp((-Math.LN2 * Math.max(0, elapsed(band.at, now))) / HALF_LIFE_MS);

const HOUR_SECONDS = 3_600;

/** The mean of a band. */
export interface MissPoint {
  /** How many hours it stands for, by now. */
  readonly hours: number;
  readonly load: number;
  /** Share of turns predicted to be within the objective that were not, >= 0. */
  readonly missed: number;
}

/** @returns a point for each band that has turns, by load */
export function missPoints(
  memory: CapacityMemory | null,
  key: string,
  now: EpochMs,
): readonly MissPoint[] {
  const bands = memory?.bands[key] ?? [];
  return bands.flatMap((band) => {
    if (band === null || band.turns <= 0) return [];
    const { turns, seconds, load, shortfall } = band;
    return [
      {
        hours: (seconds / HOUR_SECONDS) * keptShare(band, now),
        load: load / turns,
        missed: Math.max(0, shortfall / turns),
      },
    ];
  });
}
