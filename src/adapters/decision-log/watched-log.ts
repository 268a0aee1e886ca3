/** A decision log that tells whether it can be written, with copies of what it took. */
import type { DecisionLog } from "../../ports/decision-log.ts";
import { NO_DECISION_LOG } from "../../ports/decision-log.ts";

export interface LogState {
  /** Since it last worked; null: it works. */
  readonly problem: string | null;
  readonly failures: number;
}

export interface WatchedLog extends DecisionLog {
  state(): LogState;
}

export interface WatchedLogOptions {
  /** What decisions rest on; null: only the copies are kept, and none can be read back. */
  readonly log: DecisionLog | null;
  /** Each is given every line that the log took, and may not throw. */
  readonly copies: readonly ((line: string) => void)[];
  /** Told once when it stops working, with why, and once with null when it works again. */
  readonly onChange: (problem: string | null) => void;
}

/** @throws PortError as the log does: nothing may be done on a record that was not kept */
export function watchedLog({ log, copies, onChange }: WatchedLogOptions): WatchedLog {
  const inner = log ?? NO_DECISION_LOG;
  let state: LogState = { problem: null, failures: 0 };
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const done = await work;
      if (state.problem !== null) onChange(null);
      state = { ...state, problem: null };
      return done;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (state.problem === null) onChange(problem);
      state = { problem, failures: state.failures + 1 };
      throw error;
    }
  };
  return {
    keeps: inner.keeps || copies.length > 0,
    append: async (record, line) => {
      await watched(inner.append(record, line));
      for (const copy of copies) copy(line);
    },
    tail: () => watched(inner.tail()),
    state: () => state,
  };
}
