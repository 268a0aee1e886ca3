/** How far a long command is: a line on a terminal, in a log one now and then. */

/** Below it nobody wonders. */
const QUIET_MS = 1_000;
/** How often the line is written anew. */
const EVERY_MS = 250;
/** How often it is said where lines stay: in a pipe, a file, the log of a job. */
const LOGGED_EVERY_MS = 30_000;
/** Back to the line's beginning, and clear it. */
const ANEW = "\r\u001b[2K";

export interface ProgressTerminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  update(share: number): void;
  /** Clears the line. */
  end(): void;
}

/** @param stopwatch milliseconds on a monotonic clock */
export function progressOn(
  terminal: ProgressTerminal,
  what: string,
  stopwatch: () => number,
): Progress {
  const startedAt = stopwatch();
  if (terminal.isTTY !== true) return loggedProgress(terminal, what, stopwatch);
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    update: (share) => {
      const now = stopwatch();
      const passed = now - startedAt;
      if (passed < QUIET_MS || now - shownAt < EVERY_MS) return;
      shownAt = now;
      terminal.write(`${ANEW}${what}: ${progressText(share, passed)}`);
    },
    end: () => {
      if (shownAt > Number.NEGATIVE_INFINITY) terminal.write(ANEW);
    },
  };
}

function loggedProgress(
  terminal: ProgressTerminal,
  what: string,
  stopwatch: () => number,
): Progress {
  const startedAt = stopwatch();
  let saidAt = startedAt;
  return {
    update: (share) => {
      const now = stopwatch();
      if (now - saidAt < LOGGED_EVERY_MS) return;
      saidAt = now;
      terminal.write(`${what}: ${progressText(share, now - startedAt)}\n`);
    },
    end: () => {},
  };
}

/** @returns `42 %, 1 min 10 s left`, by the pace so far */
export function progressText(share: number, passedMs: number): string {
  const percent = `${Math.floor(share * 100)} %`;
  if (share <= 0) return percent;
  const leftSeconds = Math.ceil(((passedMs / share) * (1 - share)) / 1_000);
  const minutes = Math.floor(leftSeconds / 60);
  const seconds = `${leftSeconds % 60} s`;
  return `${percent}, ${minutes > 0 ? `${minutes} min ${seconds}` : seconds} left`;
}
