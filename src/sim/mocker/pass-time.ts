/** How long a pass of the mocker takes: its built-in polynomials, fitted by its authors. */

/** One prefilling request of a pass: tokens computed before (cached ones included), and in it. */
export interface PrefillWork {
  readonly prefixTokens: number;
  readonly chunkTokens: number;
}

const NS_PER_MS = 1e6;

/** Milliseconds of prefill per (tokens squared), per token, and per pass. */
const PREFILL = { square: 4.209989e-7, linear: 1.518344e-2, constant: 16.50142 } as const;
/** Milliseconds of decode by the share of the KV capacity that decoding requests' context takes. */
const DECODE = { square: -25.74, linear: 54.01, constant: 5.74, atLeast: 1 } as const;

/** @returns integer nanoseconds */
export function prefillNs(work: readonly PrefillWork[]): number {
  const n = work.length;
  if (n === 0) return 0;
  const before = work.reduce((sum, { prefixTokens }) => sum + prefixTokens, 0);
  const after = work.reduce((sum, item) => sum + item.prefixTokens + item.chunkTokens, 0);
  // The mean length and the mean prefix are whole tokens there.
  const tokens = n * (Math.floor(after / n) - Math.floor(before / n));
  if (tokens === 0) return 0;
  const ms = PREFILL.square * tokens * tokens + PREFILL.linear * tokens + PREFILL.constant;
  return Math.round(ms * NS_PER_MS);
}

/**
 * @param contextTokens prompt and generated tokens of the decoding requests
 * @returns integer nanoseconds; for a pass in which something decodes
 */
export function decodeNs(contextTokens: number, capacityTokens: number): number {
  const active = Math.min(1, contextTokens / capacityTokens);
  const ms = DECODE.square * active * active + DECODE.linear * active + DECODE.constant;
  return Math.round(Math.max(DECODE.atLeast, ms) * NS_PER_MS);
}
