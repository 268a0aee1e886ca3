/** Open decisions and their age, and what was opened or held. */
import { DIRECTIONS, OPEN_PHASES } from "../../api/vocabulary.ts";
import type { DecisionView } from "../../api/decision-view.ts";
import type { FleetDecision } from "../../core/decision.ts";
import type { TickReport } from "../../ports/telemetry.ts";
import { closed, LABELS } from "./labels.ts";
import type { Sample } from "./sample.ts";

/** @returns for the pool, how many decisions are open, the oldest's age, and who is waited for */
export function openGauges(pool: string, decisions: readonly DecisionView[]): Sample[] {
  const ours = decisions.filter((decision) => decision.pool === pool);
  return [
    ...DIRECTIONS.flatMap((direction) =>
      OPEN_PHASES.flatMap((phase) => {
        const labels = { pool, direction, intent_phase: phase };
        const ages = ours
          .filter((one) => one.direction === direction && one.phase === phase)
          .map(({ ageSeconds }) => ageSeconds);
        return [
          { metric: "breakwater_pool_open_decisions" as const, labels, value: ages.length },
          {
            metric: "breakwater_open_decision_age_seconds" as const,
            labels,
            value: Math.max(0, ...ages),
          },
        ];
      }),
    ),
    ...remainingGauge(pool, ours),
  ];
}

function remainingGauge(pool: string, ours: readonly DecisionView[]): Sample[] {
  const left = ours
    .filter(({ phase, requiredApprovals }) => phase === "Pending" && requiredApprovals > 0)
    .map(({ ageSeconds, createdAtSeconds, expiresAtSeconds }) =>
      Math.max(0, expiresAtSeconds - createdAtSeconds - ageSeconds),
    );
  if (left.length === 0) return [];
  const value = Math.min(...left);
  return [{ metric: "breakwater_approval_remaining_seconds", labels: { pool }, value }];
}

/** @returns what the tick adds to the counters of decisions and guards, zeroes too */
export function decisionCounters(report: TickReport): Sample[] {
  return report.decision.fleets.flatMap((fleet) => [
    ...openedCounters(fleet, report),
    ...guardCounters(fleet),
  ]);
}

function openedCounters({ fleet }: FleetDecision, { decision, actions }: TickReport): Sample[] {
  const done = new Set(
    actions.filter(({ outcome }) => outcome === "applied").map(({ intent }) => intent),
  );
  const opened = decision.plan.flatMap((action) =>
    action.kind === "OpenIntent" && action.intent.fleet === fleet && done.has(action.intent.name)
      ? [closed("why", action.reason.code)]
      : [],
  );
  return LABELS.why.map((why) => ({
    metric: "breakwater_opened_decisions_total",
    labels: { fleet, why },
    value: opened.filter((one) => one === why).length,
  }));
}

function guardCounters({ fleet, steps }: FleetDecision): Sample[] {
  const spoke = new Set(steps.flatMap(({ stage, name }) => (stage === "gate" ? name : [])));
  return LABELS.guard.map((guard) => ({
    metric: "breakwater_guard_verdicts_total",
    labels: { fleet, guard },
    value: spoke.has(guard) ? 1 : 0,
  }));
}
