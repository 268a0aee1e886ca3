/** Waiting and chance, injected so that tests run on virtual time and repeat exactly. */
export interface Timers {
  /** Milliseconds of a clock that never goes back; its zero means nothing. */
  monotonicMs(): number;
  /** Calls `then` once after `delayMs`. @returns what cancels it */
  after(delayMs: number, then: () => void): () => void;
  /** Uniform in [0, 1). */
  random(): number;
}

/** @returns timers of this process; a pending one keeps the process alive. */
export const processTimers = (): Timers => ({
  monotonicMs: () => performance.now(),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
});

/** Resolves after `delayMs`, or at once when `signal` is aborted. Never rejects. */
export function sleep(timers: Timers, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = timers.after(delayMs, finish);
    signal?.addEventListener("abort", finish);
    return undefined;
  });
}

export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether the time ran out, as opposed to the caller's own signal. */
  expired(): boolean;
  /** Gives the whole time again. */
  restart(): void;
  /** Time no longer runs out; `outer` still aborts. */
  disarm(): void;
  clear(): void;
}

/** @returns a signal aborted after `limitMs` or with `outer`, whichever comes first */
export function deadline(timers: Timers, limitMs: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timedOut = false;
  const expire = () => {
    timedOut = true;
    abort();
  };
  let cancel = timers.after(limitMs, expire);
  const disarm = () => cancel();
  const restart = () => {
    disarm();
    cancel = timers.after(limitMs, expire);
  };
  if (outer?.aborted === true) abort();
  outer?.addEventListener("abort", abort);
  const clear = () => {
    disarm();
    outer?.removeEventListener("abort", abort);
  };
  return { signal: controller.signal, expired: () => timedOut, restart, disarm, clear };
}

/**
 * Exponential back-off with jitter: between half and all of `base x 2^failures`, at most `capMs`.
 * Jitter keeps replicas that failed together from coming back together.
 * @param failures consecutive failures so far, from 1
 */
export function backoffMs(
  timers: Timers,
  failures: number,
  { baseMs, capMs }: { readonly baseMs: number; readonly capMs: number },
): number {
  // Beyond 2^20 every base is past every cap; the bound keeps the product finite.
  const doubled = baseMs * 2 ** Math.min(failures - 1, 20);
  return Math.min(doubled, capMs) * (0.5 + timers.random() / 2);
}
