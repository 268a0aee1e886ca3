import type { SignalName } from "./names.ts";

/** @returns `of(name)` for every signal. A new signal does not compile until it is here. */
export const signalRecord = <T>(of: (name: SignalName) => T): Readonly<Record<SignalName, T>> => ({
  arrivals: of("arrivals"),
  servedTurns: of("servedTurns"),
  promptTokens: of("promptTokens"),
  computedPromptTokens: of("computedPromptTokens"),
  generatedTokens: of("generatedTokens"),
  runningTurns: of("runningTurns"),
  waitingTurns: of("waitingTurns"),
  kvUsage: of("kvUsage"),
  kvCapacity: of("kvCapacity"),
  preemptions: of("preemptions"),
  ttftP50: of("ttftP50"),
  ttftP95: of("ttftP95"),
  ttftP99: of("ttftP99"),
  itlP50: of("itlP50"),
  itlP95: of("itlP95"),
  itlP99: of("itlP99"),
});
