/** Instants and spans of time on the command line. */
import { InvalidArgumentError } from "commander";
import { GO_DURATION_PATTERN, durationMs } from "../config/go-duration.ts";
import { DAY_MS, epochMs, millis } from "../core/units.ts";
import type { EpochMs, Millis } from "../core/units.ts";

/** An instant, or so long before the end of what is read. */
export type Since = { readonly at: EpochMs } | { readonly beforeEndMs: Millis };

/** @returns of `14d`, `36h` or an instant of RFC 3339 where to begin */
export function since(text: string): Since {
  const days = /^(\d+(?:\.\d+)?)d$/.exec(text)?.[1];
  if (days !== undefined) return { beforeEndMs: millis(Number(days) * DAY_MS) };
  if (GO_DURATION_PATTERN.test(text)) return { beforeEndMs: durationMs(text) };
  const at = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return { at: epochMs(at) };
  const expected = "a span such as 14d or 6h, or an instant as 2026-11-16T00:00:00Z";
  throw new InvalidArgumentError(`found "${text}", expected ${expected}.`);
}

/** @returns an instant of RFC 3339 */
export function instant(text: string): EpochMs {
  const at = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return epochMs(at);
  throw new InvalidArgumentError(`found "${text}", expected an instant as 2026-11-16T00:00:00Z.`);
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/;

/** @param end instant of the last thing read */
export const beginOf = (asked: Since | undefined, end: EpochMs): EpochMs => {
  if (asked === undefined) return epochMs(0);
  return "at" in asked ? asked.at : epochMs(end - asked.beforeEndMs);
};
