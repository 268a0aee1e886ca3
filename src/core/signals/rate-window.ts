import { MINUTE_MS, millis } from "../units.ts";
import type { Millis } from "../units.ts";

/** Four scrapes, so that a rate survives a lost one and left-open ranges; at least a minute. */
const SCRAPES_PER_WINDOW = 4;

/** @returns the window of rates: short enough to follow a surge, never fewer than four scrapes */
export const rateWindowMs = (scrapeIntervalMs: Millis): Millis =>
  millis(Math.max(SCRAPES_PER_WINDOW * scrapeIntervalMs, MINUTE_MS));
