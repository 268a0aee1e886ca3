/** Where values lie on a plot, and which of them are written beside it. */

export interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

export interface AxisRange {
  readonly low: number;
  readonly high: number;
  /** Pixels of the lowest and the highest value. */
  readonly from: number;
  readonly to: number;
}

/** @returns with about `many` ticks at 1, 2 or 5 times a power of ten */
export function linearAxis({ low, high, from, to }: AxisRange, many: number): Axis {
  const span = high - low || 1;
  const rough = span / many;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  );
  return { at: (value) => from + ((value - low) / span) * (to - from), ticks };
}

/** @returns with ticks at 1, 2 and 5 times powers of ten; values below the lowest lie on it */
export function logAxis({ low, high, from, to }: AxisRange): Axis {
  const [least, most] = [Math.log(low), Math.log(Math.max(high, low * 1.01))];
  const at = (value: number): number =>
    from + ((Math.log(Math.max(value, low)) - least) / (most - least)) * (to - from);
  const powers = Array.from({ length: 16 }, (_, power) => 10 ** (power - 2));
  const all = powers.flatMap((power) => [power, 2 * power, 5 * power]);
  return { at, ticks: all.filter((value) => value >= low && value <= high) };
}

const TIME_STEPS = [300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800];

/** @returns instants in seconds, about `many`, on whole minutes, hours or days */
export function timeTicks(from: number, to: number, many: number): readonly number[] {
  const rough = (to - from) / many;
  const step = TIME_STEPS.find((each) => each >= rough) ?? Math.ceil(rough / 86_400) * 86_400;
  const first = Math.ceil(from / step);
  const length = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length }, (_, at) => (first + at) * step);
}
