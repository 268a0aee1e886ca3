import { HISTORY_RESOLUTION_SECONDS, mergePoints } from "../telemetry/views/history-point.ts";
import type { HistoryPoint } from "../../api/history-view.ts";

/** How far back points of one width reach. */
export interface HistoryTier {
  readonly everySeconds: number;
  readonly points: number;
}

/**
 * 12 hours by the minute and a week by ten: what the charts can show. 250 kB per fleet as columns
 * of doubles.
 */
export const HISTORY_TIERS = {
  day: {
    everySeconds: HISTORY_RESOLUTION_SECONDS,
    points: (12 * 3_600) / HISTORY_RESOLUTION_SECONDS,
  },
  week: { everySeconds: 600, points: (7 * 24 * 3_600) / 600 },
} as const satisfies Readonly<Record<string, HistoryTier>>;

export type HistorySpan = keyof typeof HISTORY_TIERS;

/** The last points of one fleet, in columns: 200 fleets of objects would be 65 MB. */
export class HistoryRing {
  readonly #tier: HistoryTier;
  readonly #at: Float64Array;
  readonly #columns = new Map<string, Float64Array>();
  #written = 0;

  constructor(tier: HistoryTier) {
    this.#tier = tier;
    this.#at = new Float64Array(tier.points);
  }

  /**
   * Adds a tick to the point it belongs to, as wide as the tier says.
   * @returns the point as it now stands; a tick older than the newest point changes nothing.
   */
  add({ atSeconds, values }: HistoryPoint): HistoryPoint {
    const width = this.#tier.everySeconds;
    const tick = { atSeconds: Math.floor(atSeconds / width) * width, values };
    const newest = this.#written === 0 ? null : this.#read(this.#written - 1);
    if (newest === null || tick.atSeconds > newest.atSeconds) {
      this.#written += 1;
      return this.#write(tick);
    }
    return tick.atSeconds < newest.atSeconds ? newest : this.#write(mergePoints(newest, tick));
  }

  /** @returns the points held, oldest first. */
  points(): HistoryPoint[] {
    const held = Math.min(this.#written, this.#tier.points);
    const first = this.#written - held;
    return Array.from({ length: held }, (_, offset) => this.#read(first + offset));
  }

  #write(point: HistoryPoint): HistoryPoint {
    const slot = (this.#written - 1) % this.#tier.points;
    this.#at[slot] = point.atSeconds;
    for (const column of this.#columns.values()) column[slot] = Number.NaN;
    for (const [name, value] of Object.entries(point.values)) {
      this.#column(name)[slot] = value ?? Number.NaN;
    }
    return point;
  }

  #read(index: number): HistoryPoint {
    const slot = index % this.#tier.points;
    const values = [...this.#columns].map(([name, column]) => [name, known(column[slot])]);
    return { atSeconds: this.#at[slot] ?? 0, values: Object.fromEntries(values) };
  }

  /** A series may appear late, as an objective that was added: its past is unknown. */
  #column(name: string): Float64Array {
    const column = this.#columns.get(name) ?? new Float64Array(this.#tier.points).fill(Number.NaN);
    this.#columns.set(name, column);
    return column;
  }
}

const known = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;
