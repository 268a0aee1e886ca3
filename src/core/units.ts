/**
 * Units in the type. A branded number is made here and nowhere else, so that adding seconds to
 * milliseconds, or racks to nodes, does not compile. Arithmetic yields a plain `number`: name the
 * unit again by calling its maker.
 */
declare const unit: unique symbol;
type Branded<U extends string> = number & { readonly [unit]: U };

/** An instant: milliseconds since the Unix epoch. */
export type EpochMs = Branded<"EpochMs">;
/** A duration in milliseconds. */
export type Millis = Branded<"Millis">;
/** Whole racks (NVLink domains). */
export type RackCount = Branded<"RackCount">;
/** Whole nodes. */
export type NodeCount = Branded<"NodeCount">;
/** Whole GPUs. */
export type GpuCount = Branded<"GpuCount">;
export type TurnsPerSecond = Branded<"TurnsPerSecond">;
/** A share between 0 and 1, both included, unless a docstring says otherwise. */
export type Ratio = Branded<"Ratio">;
export type Usd = Branded<"Usd">;
export type UsdPerHour = Branded<"UsdPerHour">;

export const epochMs = (value: number): EpochMs => value as EpochMs;
export const millis = (value: number): Millis => value as Millis;
export const rackCount = (value: number): RackCount => value as RackCount;
export const nodeCount = (value: number): NodeCount => value as NodeCount;
export const gpuCount = (value: number): GpuCount => value as GpuCount;
export const turnsPerSecond = (value: number): TurnsPerSecond => value as TurnsPerSecond;
export const ratio = (value: number): Ratio => value as Ratio;
export const usd = (value: number): Usd => value as Usd;
export const usdPerHour = (value: number): UsdPerHour => value as UsdPerHour;

export const SECOND_MS = millis(1_000);
export const MINUTE_MS = millis(60_000);
export const HOUR_MS = millis(3_600_000);
export const DAY_MS = millis(86_400_000);

/** `later` minus `earlier`; negative when they are swapped. */
export const elapsed = (earlier: EpochMs, later: EpochMs): Millis => millis(later - earlier);
/** The instant `by` after `at`. */
export const after = (at: EpochMs, by: Millis): EpochMs => epochMs(at + by);
export const seconds = (duration: Millis): number => duration / SECOND_MS;
