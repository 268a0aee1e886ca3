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

/** Engines whose series are known: `vllm.ts` and its neighbours in core/profiles. */
export const SIGNAL_PROFILES = ["vllm", "sglang", "trtllm", "dynamo"] as const;

export type SignalProfile = (typeof SIGNAL_PROFILES)[number];

/** Gateways that count arrivals. */
export const EDGE_PROFILES = ["llm-d-epp", "dynamo"] as const;

export type EdgeProfile = (typeof EDGE_PROFILES)[number];

/** Why a signal could not be read. */
export type SignalProblem =
  | "empty"
  | "not-exported"
  | "timeout"
  | "unreachable"
  | "unauthorized"
  | "bad-query"
  | "bad-answer"
  | "not-configured";
