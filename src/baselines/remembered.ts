/** Samples that a baseline keeps of what it saw. */
import type { PolicySample, PolicySlice } from "../core/policy/policy.ts";
import { elapsed } from "../core/units.ts";
import type { EpochMs, Millis } from "../core/units.ts";

/** @returns the samples younger than the window, oldest first */
export const within = (
  samples: readonly PolicySample[] | undefined,
  now: EpochMs,
  windowMs: Millis,
): readonly PolicySample[] => (samples ?? []).filter(({ at }) => elapsed(at, now) < windowMs);

/** @returns NaN where there is none */
export const meanOf = (samples: readonly PolicySample[]): number =>
  samples.reduce((sum, { value }) => sum + value, 0) / samples.length;

/** @returns the memory with one sample more in the series, those older than the window gone */
export function noted(
  slice: PolicySlice,
  name: string,
  sample: PolicySample,
  windowMs: Millis,
): PolicySlice {
  const kept = [...within(slice.series[name], sample.at, windowMs), sample];
  return { ...slice, series: { ...slice.series, [name]: kept } };
}
