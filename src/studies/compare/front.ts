/**
 * What a policy can do at all: its settings that are not beaten by a cheaper one, and what lies
 * between two of them. Between settings GPU-hours are linear and missed shares geometric.
 */
import { lerp } from "../../core/numeric.ts";

/** What one setting of a policy does in one scenario, the mean over seeds. */
export interface Cell {
  readonly gpuHours: number;
  /** Share of the offered turns that missed an objective, above 0. */
  readonly missed: number;
}

/** A policy with its knob at one value, over one or several scenarios. */
export interface Setting {
  readonly knob: number;
  /** Mean over the scenarios of GPU-hours, each in units of its own yardstick. */
  readonly hours: number;
  /** Mean over the scenarios of the missed share. */
  readonly missed: number;
  /** By scenario. */
  readonly cells: ReadonlyMap<string, Cell>;
}

/** A place on a front: a setting, or a mixture of two neighbours. */
export type Position = Omit<Setting, "knob">;

export interface Yardsticks {
  /** GPU-hours that count as 1, by scenario. */
  readonly gpuHours: ReadonlyMap<string, number>;
}

/** @returns the setting seen over all of its scenarios, every scenario weighing the same */
export function setting(
  knob: number,
  cells: ReadonlyMap<string, Cell>,
  yardsticks: Yardsticks,
): Setting {
  const mean = (of: (scenario: string, cell: Cell) => number): number =>
    [...cells].reduce((sum, [scenario, cell]) => sum + of(scenario, cell), 0) / cells.size;
  return {
    knob,
    hours: mean((scenario, { gpuHours }) => gpuHours / (yardsticks.gpuHours.get(scenario) ?? 1)),
    missed: mean((_, { missed }) => missed),
    cells,
  };
}

/** Ascending in hours, descending in missed share; at least one setting. */
export type Front = readonly [Setting, ...Setting[]];

/** @throws RangeError when there is no setting */
export function frontOf(settings: readonly Setting[]): Front {
  const byHours = settings.toSorted((a, b) => a.hours - b.hours || a.missed - b.missed);
  const [first, ...rest] = byHours;
  if (first === undefined) throw new RangeError("a front needs at least one setting");
  const front: [Setting, ...Setting[]] = [first];
  for (const next of rest) {
    if (next.missed < (front.at(-1) ?? first).missed) front.push(next);
  }
  return front;
}

export const cheapest = ([first]: Front): Setting => first;
export const best = (front: Front): Setting => front.at(-1) ?? front[0];

/** A setting is not out of reach for the last bits of a logarithm. */
const ROUNDING = 1e-9;

/** @returns what is missed least with so many hours; null when the policy is never so cheap */
export function atHours(front: Front, hours: number): Position | null {
  const first = cheapest(front);
  if (hours <= first.hours) return hours >= first.hours * (1 - ROUNDING) ? first : null;
  const next = front.findIndex((point) => point.hours > hours);
  if (next < 0) return best(front);
  const [a, b] = neighbours(front, next);
  return between(a, b, (hours - a.hours) / (b.hours - a.hours));
}

/** @returns the cheapest place that misses no more; null when the policy never gets there */
export function atMissed(front: Front, missed: number): Position | null {
  if (missed >= cheapest(front).missed) return cheapest(front);
  const next = front.findIndex((point) => point.missed <= missed * (1 + ROUNDING));
  if (next < 0) return null;
  const [a, b] = neighbours(front, next);
  const share = Math.log(a.missed / missed) / Math.log(a.missed / b.missed);
  return between(a, b, Math.min(1, share));
}

const neighbours = (front: Front, next: number): readonly [Setting, Setting] => [
  front[next - 1] ?? cheapest(front),
  front[next] ?? best(front),
];

const geometric = (a: number, b: number, share: number): number =>
  Math.exp(lerp(Math.log(a), Math.log(b), share));

function between(a: Setting, b: Setting, share: number): Position {
  const cells = [...a.cells].map(([scenario, left]): [string, Cell] => {
    const right = b.cells.get(scenario) ?? left;
    return [
      scenario,
      {
        gpuHours: lerp(left.gpuHours, right.gpuHours, share),
        missed: geometric(left.missed, right.missed, share),
      },
    ];
  });
  return {
    hours: lerp(a.hours, b.hours, share),
    missed: geometric(a.missed, b.missed, share),
    cells: new Map(cells),
  };
}

/** @returns the same settings seen in one scenario alone, its GPU-hours as they are */
export function settingsIn(scenario: string, settings: readonly Setting[]): readonly Setting[] {
  return settings.flatMap(({ knob, cells }) => {
    const cell = cells.get(scenario);
    return cell === undefined
      ? []
      : [{ knob, hours: cell.gpuHours, missed: cell.missed, cells: new Map([[scenario, cell]]) }];
  });
}
