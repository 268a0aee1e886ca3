/** Durations as Go programs print them, in objects and flags that are not ours. */
import { type Millis, millis } from "../../core/units.ts";

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** @returns milliseconds of `1h30m`, `600s`, `0`; null for anything else */
export function goDurationMs(text: string): Millis | null {
  if (text === "0") return millis(0);
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(text)) return null;
  const parts = [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)];
  return millis(
    parts.reduce((sum, [, n, unit]) => sum + Number(n) * (MS_PER_UNIT[unit ?? ""] ?? 0), 0),
  );
}
