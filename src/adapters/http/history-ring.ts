import { HISTORY_RESOLUTION_SECONDS, mergePoints } from "../telemetry/views/history-point.ts";
import type { HistoryPoint } from "../../api/history-view.ts";

/** 12 hours of minutes: what the charts can show. 104 kB per fleet as columns of doubles. */
const HISTORY_POINTS = (12 * 3_600) / HISTORY_RESOLUTION_SECONDS;

/** The last points of one fleet, in columns: 200 fleets of objects would be 65 MB. */
export class HistoryRing {
  readonly #at = new Float64Array(HISTORY_POINTS);
  readonly #columns = new Map<string, Float64Array>();
  #written = 0;

  /**
   * Adds a tick to the minute it belongs to.
   * @returns the minute as it now stands; a tick older than the newest minute changes nothing.
   */
  add(tick: HistoryPoint): HistoryPoint {
    const newest = this.#written === 0 ? null : this.#read(this.#written - 1);
    if (newest === null || tick.atSeconds > newest.atSeconds) {
      this.#written += 1;
      return this.#write(tick);
    }
    return tick.atSeconds < newest.atSeconds ? newest : this.#write(mergePoints(newest, tick));
  }

  /** @returns the points held, oldest first. */
  points(): HistoryPoint[] {
    const held = Math.min(this.#written, HISTORY_POINTS);
    const first = this.#written - held;
    return Array.from({ length: held }, (_, offset) => this.#read(first + offset));
  }

  #write(point: HistoryPoint): HistoryPoint {
    const slot = (this.#written - 1) % HISTORY_POINTS;
    this.#at[slot] = point.atSeconds;
    for (const column of this.#columns.values()) column[slot] = Number.NaN;
    for (const [name, value] of Object.entries(point.values)) {
      this.#column(name)[slot] = value ?? Number.NaN;
    }
    return point;
  }

  #read(index: number): HistoryPoint {
    const slot = index % HISTORY_POINTS;
    const values = [...this.#columns].map(([name, column]) => [name, known(column[slot])]);
    return { atSeconds: this.#at[slot] ?? 0, values: Object.fromEntries(values) };
  }

  /** A series may appear late, as an objective that was added: its past is unknown. */
  #column(name: string): Float64Array {
    const column = this.#columns.get(name) ?? new Float64Array(HISTORY_POINTS).fill(Number.NaN);
    this.#columns.set(name, column);
    return column;
  }
}

const known = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;
