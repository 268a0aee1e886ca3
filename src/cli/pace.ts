import { setTimeout as wait } from "node:timers/promises";
import type { Millis } from "../core/units.ts";

/** Resolves after the time, or at once when stopped. */
export async function sleep(forMs: Millis, stop: AbortSignal): Promise<void> {
  try {
    await wait(forMs, undefined, { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** Milliseconds on a monotonic clock. */
export const stopwatch = (): number => performance.now();
