/** One call to something outside, as clients tell it. */
import { PortError, type PortErrorCode } from "../../ports/errors.ts";

export const CLIENTS = ["kubernetes", "prometheus", "decision-log"] as const;

export interface ClientCall {
  readonly client: (typeof CLIENTS)[number];
  readonly answer: "ok" | PortErrorCode;
  readonly seconds: number;
}

/** Is told of each call once it was answered, or failed. */
export type OnClientCall = (call: ClientCall) => void;

export interface CallWatch {
  readonly onCall: OnClientCall;
  /** Milliseconds on a monotonic clock. */
  readonly stopwatch: () => number;
}

/** Runs a call and tells how it ended. What is no PortError is a bug, and no answer. */
export async function watchedCall<T>(
  client: ClientCall["client"],
  { onCall, stopwatch }: CallWatch,
  call: () => Promise<T>,
): Promise<T> {
  const startedAt = stopwatch();
  const tell = (answer: ClientCall["answer"]): void =>
    onCall({ client, answer, seconds: (stopwatch() - startedAt) / 1_000 });
  try {
    const result = await call();
    tell("ok");
    return result;
  } catch (error) {
    if (error instanceof PortError) tell(error.code);
    throw error;
  }
}
