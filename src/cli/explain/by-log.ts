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
import { openedDecision } from "../../studies/opened-decision.ts";
import type { OpenedDecision } from "../../studies/opened-decision.ts";
import { logLines } from "../decision-log-lines.ts";
import { sha256 } from "../digest.ts";
import { openedText } from "./decision-text.ts";
import type { Explained } from "./explained.ts";
import { UsageError } from "../usage-error.ts";

/**
 * @param wanted whose fleet may be the name of a decision, or `latest`: as it was opened
 * @returns a decision of a log, decided again
 * @throws UsageError when the file cannot be read, is no log, or has no such decision
 */
export async function explainedByLog(file: string, wanted: Wanted): Promise<Explained> {
  const opened = await openedBy(file, wanted);
  const { record, memory, fleet } = await found(file, opened ?? wanted);
  const { policy: group, observation, decision } = record;
  const world = { group, observation, memory };
  const view = fleetViews({ ...world, decision, actions: [], durationMs: millis(0) }).find(
    (each) => each.fleet === fleet,
  );
  return {
    asked: opened && { answer: opened, text: openedText(opened) },
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

/** @returns null for what is spelt as a fleet is */
async function openedBy(file: string, { fleet, at }: Wanted): Promise<OpenedDecision | null> {
  if (fleet === undefined || fleet.includes("/")) return null;
  return await inFile(file, async (lines) => await openedDecision(lines, fleet, at));
}

const found = async (file: string, wanted: Wanted): Promise<RecordedDecision> =>
  await inFile(file, async (lines) => await recordedDecision(lines, wanted, sha256));

async function inFile<T>(file: string, study: (lines: Iterable<string>) => Promise<T>): Promise<T> {
  try {
    return await study(await logLines(file));
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}
