/** Recordings are in the order of time: a reader that sorts would have to hold all of them. */
import { LineFault } from "../diagnostics.ts";

/** Whole nanoseconds from the first row that a double can tell apart. */
const LONGEST_NS = Number.MAX_SAFE_INTEGER;
const LONGEST = "at most 104 days after the first row";

export class TimeOrder {
  readonly #nsPerUnit: number;
  #first: number | null = null;
  #last = Number.NEGATIVE_INFINITY;

  /** @param nsPerUnit of times that turns arrive at; 0: of rates, which may go on for years */
  constructor(nsPerUnit = 0) {
    this.#nsPerUnit = nsPerUnit;
  }

  /** @returns the time. @throws LineFault when it is before the last one that was in order */
  next(time: number, unit: string, at?: number): number {
    const place = at === undefined ? {} : { at };
    if (time < this.#last) {
      const found = `${time} ${unit} after ${this.#last} ${unit}`;
      throw new LineFault({ code: "TRC003", ...place, found, expected: "rows sorted by time" });
    }
    const first = this.#first ?? time;
    if ((time - first) * this.#nsPerUnit > LONGEST_NS) {
      throw new LineFault({
        code: "TRC011",
        ...place,
        found: `${time} ${unit}`,
        expected: LONGEST,
      });
    }
    this.#first = first;
    this.#last = time;
    return time;
  }
}
