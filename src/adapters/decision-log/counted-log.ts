import type { DecisionLog } from "../../ports/decision-log.ts";
import { type CallWatch, watchedCall } from "../telemetry/client-call.ts";

/** @returns the log, whose records are told of, kept or not: gaps in an audit must not go unseen */
export const countedLog = (log: DecisionLog, watch: CallWatch): DecisionLog => ({
  ...log,
  append: (record, line) => watchedCall("decision-log", watch, () => log.append(record, line)),
});
