import type {
  FlipsAnswer,
  OutcomeView,
  WhatIfAnswer,
  WhyNotAnswer,
} from "../../../api/counterfactual-view.ts";
import { API_SCHEMA_VERSION } from "../../../api/schema-version.ts";
import type { FleetKey } from "../../../core/compiled.ts";
import type { Assumption } from "../../../core/counterfactual/assumptions.ts";
import type { DecidedOn } from "../../../core/counterfactual/decided-on.ts";
import { assuming, decisionFor, flips } from "../../../core/counterfactual/what-if.ts";
import { whyNot } from "../../../core/counterfactual/why-not.ts";
import type { FleetDecision } from "../../../core/decision.ts";
import { instantSeconds } from "./json-number.ts";

const about = ({ observation }: DecidedOn, fleet: FleetKey) => ({
  schemaVersion: API_SCHEMA_VERSION,
  fleet,
  atSeconds: instantSeconds(observation.now),
});

/** @returns what was decided and would have been; undefined when the fleet is not of the group */
export function whatIfAnswer(
  world: DecidedOn,
  fleet: FleetKey,
  assumptions: readonly Assumption[],
): WhatIfAnswer | undefined {
  const decided = decisionFor(world, fleet);
  const otherwise = decisionFor(assuming(world, fleet, assumptions), fleet);
  if (decided === undefined || otherwise === undefined) return undefined;
  return {
    ...about(world, fleet),
    assumptions: assumptions.map(({ text }) => text),
    decided: outcomeView(decided),
    otherwise: outcomeView(otherwise),
  };
}

/** @returns undefined when the fleet is not of the group */
export function whyNotAnswer(
  world: DecidedOn,
  fleet: FleetKey,
  racks: number,
): WhyNotAnswer | undefined {
  const answer = whyNot(world, fleet, racks);
  return answer && { ...about(world, fleet), ...answer, sentences: [...answer.sentences] };
}

/** @returns undefined when the fleet is not of the group */
export function flipsAnswer(world: DecidedOn, fleet: FleetKey): FlipsAnswer | undefined {
  const decided = decisionFor(world, fleet);
  if (decided === undefined) return undefined;
  const found = flips(world, fleet);
  return { ...about(world, fleet), wantRacks: decided.want.racks, flips: [...found] };
}

function outcomeView(decided: FleetDecision): OutcomeView {
  const { outcome, heldRacks, want, awardedRacks, targetRacks, reasons } = decided;
  return {
    outcome,
    heldRacks,
    wantRacks: want.racks,
    awardRacks: awardedRacks,
    targetRacks,
    attainmentAtHeld: want.curve.findLast(({ racks }) => racks <= heldRacks)?.attainment ?? null,
    wantReason: want.reason,
    reasons: [...reasons],
  };
}
