/** Columns in blocks of equal length: what is looked at is as long as what it should show. */
import type { TimelineColumn } from "../../api/timeline.ts";
import { meanOf, sumOf } from "./robust.ts";

/** @returns how many steps of that width come nearest to so many seconds, one at least */
export const stepsIn = (seconds: number, stepSeconds: number): number =>
  Math.max(1, Math.round(seconds / stepSeconds));

const slices = (column: TimelineColumn, size: number): readonly TimelineColumn[] =>
  Array.from({ length: Math.ceil(column.length / size) }, (_, at) =>
    column.slice(at * size, (at + 1) * size),
  );

/** @returns the mean of each block; null where nothing of it was measured */
export const blockMeans = (column: TimelineColumn, size: number): readonly (number | null)[] =>
  slices(column, size).map(meanOf);

export const blockSums = (column: TimelineColumn, size: number): readonly number[] =>
  slices(column, size).map(sumOf);
