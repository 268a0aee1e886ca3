/**
 * Falls of a level that has a daily cycle and drifts: what holds for a while, begins and ends
 * abruptly, and is no noise.
 */
import { surprising } from "./chance.ts";
import type { Stretch } from "./episodes.ts";
import { isNumber, median, numbersOf, robustSigma } from "./robust.ts";

export interface LevelShift extends Stretch {
  /** The level before it, of the same time of day. */
  readonly usual: number;
  readonly level: number;
  /** How many standard deviations of the usual noise the level fell by. */
  readonly sigmas: number;
}

export interface ShiftRule {
  readonly perDay: number;
  /** Falls smaller than this do not matter to anybody. */
  readonly leastFall: number;
  /** Of the noise: what values scatter by that are rounded; absent: as they do. */
  readonly leastSigma?: number;
}

/** A daily cycle can be told from one odd day when there are two others. */
const LEAST_DAYS = 3;
/** Blocks in a row that show a fall, or that it is over: one alone may be a hiccup. */
const IN_A_ROW = 2;

/** @param values of equal blocks; null where nothing was measured */
export function falls(
  values: readonly (number | null)[],
  { perDay, leastFall, leastSigma = 0 }: ShiftRule,
): readonly LevelShift[] {
  const cycle = dailyCycle(values, perDay);
  const flat = values.map((value, at) => (value === null ? null : value - (cycle[at] ?? 0)));
  const sigma = Math.max(leastSigma, noise(flat, perDay));
  const least = Math.max(leastFall, sigma * surprising(flat.length));
  const watch = new LevelWatch(flat, perDay, least);
  return watch.run().map(({ from, to, usual }) => {
    const level = median(numbersOf(flat.slice(from, to))) ?? usual;
    const sigmas = sigma > 0 ? (usual - level) / sigma : Number.POSITIVE_INFINITY;
    return { from, to, usual, level, sigmas };
  });
}

/** The median over days of how far a time of day is from its day's median. */
function dailyCycle(values: readonly (number | null)[], perDay: number): readonly number[] {
  const days = Math.floor(values.length / perDay);
  if (days < LEAST_DAYS) return [];
  const around = Array.from({ length: days }, (_, day) =>
    median(numbersOf(values.slice(day * perDay, (day + 1) * perDay))),
  );
  const ofDay = Array.from({ length: perDay }, (_, time) => {
    const apart = around.map((middle, day) => {
      const value = values[day * perDay + time];
      return isNumber(value) && middle !== null ? value - middle : null;
    });
    return median(numbersOf(apart)) ?? 0;
  });
  return values.map((_, at) => ofDay[at % perDay] ?? 0);
}

/** Of deviations from the day before: as slow noise is told from a fall by nothing else. */
function noise(flat: readonly (number | null)[], perDay: number): number {
  const deviations = flat.map((value, at) => {
    const before = median(numbersOf(flat.slice(Math.max(0, at - perDay), at)));
    return value === null || before === null ? null : value - before;
  });
  return robustSigma(numbersOf(deviations));
}

interface Found extends Stretch {
  readonly usual: number;
}

class LevelWatch {
  private readonly flat: readonly (number | null)[];
  private readonly perDay: number;
  private readonly least: number;
  /** Values of the last day without a fall: a fall does not become usual by lasting. */
  private readonly usual: number[];
  private readonly found: Found[] = [];
  private from: number | null = null;
  private inARow = 0;
  /** Values above the usual since the last that was not. */
  private above: number[] = [];

  constructor(flat: readonly (number | null)[], perDay: number, least: number) {
    this.flat = flat;
    this.perDay = perDay;
    this.least = least;
    this.usual = [...numbersOf(flat.slice(0, perDay))];
  }

  run(): readonly Found[] {
    let level = median(this.usual) ?? 0;
    for (const [at, value] of this.flat.entries()) {
      if (value === null) continue;
      const wasDown = this.from !== null;
      this.look(value, at, level);
      if (wasDown || this.from !== null || this.inARow > 0) continue;
      this.learn(value, level);
      level = median(this.usual) ?? level;
    }
    if (this.from !== null)
      this.found.push({ from: this.from, to: this.flat.length, usual: level });
    return this.found;
  }

  /** A rise is not learned from before it has lasted for half a day: then it is the usual level. */
  private learn(value: number, level: number): void {
    const high = value >= level + this.least;
    this.above = high ? [...this.above, value] : [];
    if (this.above.length >= this.perDay / 2) this.usual.splice(0, Infinity, ...this.above);
    if (high) return;
    this.usual.push(value);
    if (this.usual.length > this.perDay) this.usual.shift();
  }

  private look(value: number, at: number, level: number): void {
    const down = this.from !== null;
    // Over when more than half of the fall that was asked for is made good.
    const other = down ? value > level - this.least / 2 : value <= level - this.least;
    this.inARow = other ? this.inARow + 1 : 0;
    if (this.inARow < IN_A_ROW) return;
    this.inARow = 0;
    const began = at - IN_A_ROW + 1;
    if (this.from === null) this.from = began;
    else {
      this.found.push({ from: this.from, to: began, usual: level });
      this.from = null;
    }
  }
}
