/** Durations as people write them. */
import { type Millis, millis } from "../core/units.ts";

/** Go's `time.ParseDuration` without sign, at least one unit: `1h30m`, `2500ms`, `1.5h`. */
export const GO_DURATION_PATTERN = /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/;

const MS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/**
 * @param written a Go duration, or seconds as a number
 * @returns whole milliseconds, rounded
 * @throws RangeError when it is neither: the schema should have refused it
 */
export function durationMs(written: string | number): Millis {
  if (typeof written === "number") return millis(Math.round(written * 1_000));
  if (!GO_DURATION_PATTERN.test(written)) throw new RangeError(`${written} is not a Go duration`);
  const parts = [...written.matchAll(/([0-9]+(?:\.[0-9]+)?)([a-zµ]+)/g)];
  const totalMs = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (MS_PER_UNIT.get(unit ?? "") ?? 0),
    0,
  );
  return millis(Math.round(totalMs));
}
