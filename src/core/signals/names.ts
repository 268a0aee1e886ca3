/** The signals that a fleet is observed by. */

/** Fleet-wide signals, all summed over the fleet's engines. Units in `SIGNAL_UNITS`. */
export const SIGNAL_UNITS = {
  arrivals: "turns/s",
  servedTurns: "turns/s",
  promptTokens: "tokens/s",
  computedPromptTokens: "tokens/s",
  generatedTokens: "tokens/s",
  runningTurns: "turns",
  waitingTurns: "turns",
  kvUsage: "ratio",
  kvCapacity: "tokens",
  preemptions: "1/s",
  ttftP50: "s",
  ttftP95: "s",
  ttftP99: "s",
  itlP50: "s",
  itlP95: "s",
  itlP99: "s",
} as const;

export type SignalName = keyof typeof SIGNAL_UNITS;

/** Why a signal could not be read. */
export type SignalProblem =
  | "empty"
  | "timeout"
  | "unreachable"
  | "unauthorized"
  | "bad-query"
  | "bad-answer"
  | "not-configured";
