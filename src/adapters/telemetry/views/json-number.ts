import type { EpochMs } from "../../../core/units.ts";

/** @returns seconds since the Unix epoch. */
export const instantSeconds = (at: EpochMs): number => at / 1_000;

/** @returns the value, or null where JSON has no number for it. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
