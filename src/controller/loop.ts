/** The loop: one tick after another at a steady pace, until told to stop. */
import { millis } from "../core/units.ts";
import type { Millis } from "../core/units.ts";

export interface LoopOptions {
  readonly everyMs: Millis;
  readonly stop: AbortSignal;
  /** Milliseconds on a monotonic clock. */
  readonly stopwatch: () => number;
  /** Resolves after the time or at the abort, whichever is first. */
  readonly sleep: (forMs: Millis, stop: AbortSignal) => Promise<void>;
}

/**
 * Runs `work` every `everyMs`, counted from start to start; a late tick is followed at once by the
 * next, missed ones are not made up for. Resolves when stopped, after the tick under way has ended.
 */
export async function loop(work: () => Promise<void>, options: LoopOptions): Promise<void> {
  const { everyMs, stop, stopwatch, sleep } = options;
  while (!stop.aborted) {
    const started = stopwatch();
    await work();
    if (stop.aborted) return;
    const left = everyMs - (stopwatch() - started);
    await sleep(millis(Math.max(0, left)), stop);
  }
}
