/** Recordings are in the order of time: a reader that sorts would have to hold all of them. */
import { LineFault } from "../diagnostics.ts";

export class TimeOrder {
  #last = Number.NEGATIVE_INFINITY;

  /** @returns the time. @throws LineFault when it is before the last one that was in order */
  next(time: number, unit: string, at?: number): number {
    if (time < this.#last) {
      const found = `${time} ${unit} after ${this.#last} ${unit}`;
      const place = at === undefined ? {} : { at };
      throw new LineFault({ code: "TRC003", ...place, found, expected: "rows sorted by time" });
    }
    this.#last = time;
    return time;
  }
}
