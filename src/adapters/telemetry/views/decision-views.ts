import type { FleetDecision } from "../../../core/decision.ts";
import type { Intent } from "../../../core/observation.ts";
import { elapsed, seconds } from "../../../core/units.ts";
import { instantSeconds } from "./json-number.ts";
import type { DecisionView } from "../../../api/decision-view.ts";
import type { TickReport } from "../../../ports/telemetry.ts";
import { OPEN_PHASES } from "../../../api/vocabulary.ts";

/** @returns a view per decision that the tick saw, newest first; equal ages by name. */
export function decisionViews({ observation, decision }: TickReport): DecisionView[] {
  const fleetOf = new Map(decision.fleets.map((fleet) => [fleet.fleet, fleet]));
  const progressOf = new Map(decision.progress.map((progress) => [progress.intent, progress]));
  return observation.intents
    .map((intent) => ({
      ...decisionView(intent),
      ...(intent.phase === "Pending" && predicted(intent, fleetOf.get(intent.fleet))),
      ageSeconds: seconds(elapsed(intent.createdAt, observation.now)),
      progress: progressView(progressOf.get(intent.name)),
    }))
    .sort(newestFirst);
}

function decisionView(intent: Intent): Omit<DecisionView, "ageSeconds" | "progress"> {
  const { name, fleet, pool, direction, phase, fromRacks, askedRacks, rack, reason } = intent;
  return {
    name,
    fleet,
    taker: intent.taker ?? null,
    pool,
    direction,
    phase,
    fromRacks,
    askedRacks,
    rack,
    reason,
    open: OPEN_PHASES.includes(phase),
    toRacks: intent.toRacksAtMost,
    requiredApprovals: intent.requiredApprovals,
    approvals: [...intent.approvals],
    onExpiry: intent.onExpiry,
    maxUsdPerHour: intent.maxUsdPerHour,
    createdAtSeconds: instantSeconds(intent.createdAt),
    expiresAtSeconds: instantSeconds(intent.expiresAt),
  };
}

/** What an answer brings, by the fleet's curve of this tick; null where the curve ends before. */
function predicted(
  { direction, fromRacks, toRacksAtMost }: Intent,
  fleet: FleetDecision | undefined,
): Pick<DecisionView, "attainmentIfDone" | "attainmentIfNot"> {
  const held = fleet?.heldRacks ?? 0;
  const at = (racks: number): number | null =>
    fleet?.want.curve.find((point) => point.racks === racks)?.attainment ?? null;
  const change = direction === "Out" || direction === "In" ? toRacksAtMost - fromRacks : -1;
  return {
    attainmentIfDone: at(held + (direction === "Reclaim" ? 1 : change)),
    attainmentIfNot: at(held),
  };
}

function progressView(
  progress: TickReport["decision"]["progress"][number] | undefined,
): DecisionView["progress"] {
  return progress === undefined ? null : { state: progress.state, reason: progress.reason };
}

/** Orders decisions for reading; the name decides between two of one instant. */
export function newestFirst(a: DecisionView, b: DecisionView): number {
  if (a.createdAtSeconds !== b.createdAtSeconds) return b.createdAtSeconds - a.createdAtSeconds;
  return a.name < b.name ? 1 : -1;
}
