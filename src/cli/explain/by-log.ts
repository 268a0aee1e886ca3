import {
  flipsAnswer,
  whatIfAnswer,
  whyNotAnswer,
} from "../../adapters/telemetry/views/counterfactual-views.ts";
import { fleetViews } from "../../adapters/telemetry/views/fleet-views.ts";
import { millis } from "../../core/units.ts";
import { RecordError } from "../../studies/decode-record.ts";
import { recordedDecision } from "../../studies/recorded-decision.ts";
import type { RecordedDecision, Wanted } from "../../studies/recorded-decision.ts";
import { logLines } from "../decision-log-lines.ts";
import { sha256 } from "../digest.ts";
import type { Explained } from "./explained.ts";
import { UsageError } from "../usage-error.ts";

/**
 * @returns a decision of a log, decided again
 * @throws UsageError when the file cannot be read, is no log, or has no such decision
 */
export async function explainedByLog(file: string, wanted: Wanted): Promise<Explained> {
  const { record, memory, fleet } = await found(file, wanted);
  const { policy: group, observation, decision } = record;
  const world = { group, observation, memory };
  const view = fleetViews({ ...world, decision, actions: [], durationMs: millis(0) }).find(
    (each) => each.fleet === fleet,
  );
  return {
    fleet: () => Promise.resolve(known(view)),
    whatIf: (assumptions) => Promise.resolve(known(whatIfAnswer(world, fleet, assumptions))),
    whyNot: (racks) => Promise.resolve(known(whyNotAnswer(world, fleet, racks))),
    flips: () => Promise.resolve(known(flipsAnswer(world, fleet))),
  };
}

/** The record is of a group with the fleet. */
function known<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error("a recorded fleet was decided on");
  return answer;
}

async function found(file: string, wanted: Wanted): Promise<RecordedDecision> {
  try {
    return await recordedDecision(await logLines(file), wanted, sha256);
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}
