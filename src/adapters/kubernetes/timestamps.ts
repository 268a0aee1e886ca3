import type { EpochMs } from "../../core/units.ts";

/** @returns RFC 3339 with seconds, as `metav1.Time` is written */
export const timestamp = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/**
 * @returns RFC 3339 with exactly six decimals. The API server refuses any other number of them in
 *   a `metav1.MicroTime` (leases, events), though JavaScript's own three look right.
 */
export const microTimestamp = (at: EpochMs): string =>
  `${new Date(at).toISOString().slice(0, 23)}000Z`;
