/** What an approver reads beside a decision: what it brings, and what else could be done. */
import type { Digest } from "../core/canonical.ts";
import { canonical } from "../core/canonical.ts";
import type { CompiledGroup, CompiledPool } from "../core/compiled.ts";
import type { Decision, FleetDecision } from "../core/decision.ts";
import { forecastConfidence, marginalSpend } from "../core/gate/confirm-rules.ts";
import type { GroupObservation, Intent } from "../core/observation.ts";
import type { Evidence } from "../ports/decision-store.ts";

/** As many counts as fit on a screen beside the decision's own. */
const ALTERNATIVES_MAX = 6;

export interface Seen {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly decision: Decision;
  readonly digest: Digest;
}

/** @returns attainment predicted with and without, from the fleet's curve; null where it ends */
export function evidenceOf(
  intent: Intent,
  { group, observation, decision, digest }: Seen,
): Evidence {
  const fleet = decision.fleets.find((entry) => entry.fleet === intent.fleet);
  const pool = group.pools.find(({ name }) => name === intent.pool);
  const held = fleet?.heldRacks ?? 0;
  return {
    attainmentIfDone: attainmentAt(fleet, held + changeOf(intent)),
    attainmentIfNot: attainmentAt(fleet, held),
    confidence: forecastConfidence(fleet?.forecast ?? null),
    cacheCause: fleet?.cache.cause ?? "cannot-tell",
    alternatives: fleet === undefined ? [] : alternatives(intent, fleet, pool),
    policyDigest: digest(canonical(group)),
    observationDigest: digest(canonical(observation)),
  };
}

const attainmentAt = (fleet: FleetDecision | undefined, racks: number): number | null =>
  fleet?.want.curve.find((point) => point.racks === racks)?.attainment ?? null;

const changeOf = ({ direction, fromRacks, toRacksAtMost }: Intent): number => {
  if (direction === "Lend" || direction === "Move") return -1;
  return direction === "Reclaim" ? 1 : toRacksAtMost - fromRacks;
};

/** The counts nearest to the decision's own for which attainment was worked out. */
function alternatives(
  intent: Intent,
  { heldRacks, want }: FleetDecision,
  pool: CompiledPool | undefined,
): readonly string[] {
  const chosen = heldRacks + changeOf(intent);
  return want.curve
    .filter(({ racks }) => racks > 0 && racks !== chosen)
    .sort((a, b) => Math.abs(a.racks - chosen) - Math.abs(b.racks - chosen) || a.racks - b.racks)
    .slice(0, ALTERNATIVES_MAX)
    .sort((a, b) => a.racks - b.racks)
    .map(({ racks, attainment }) => {
      const count = intent.fromRacks + racks - heldRacks;
      const bought = intent.direction === "Out" || intent.direction === "In";
      return (
        `${racks} ${racks === 1 ? "rack" : "racks"}${racks === heldRacks ? ", as now" : ""}: ` +
        `${(attainment * 100).toFixed(1)} % of turns inside every objective` +
        `${bought ? costText(count, pool) : ""}.`
      );
    });
}

function costText(count: number, pool: CompiledPool | undefined): string {
  const spend = pool === undefined ? null : marginalSpend(Math.max(0, count), pool);
  if (spend === null) return ", at a price that is not known";
  return spend === 0 ? ", within the commitment" : `, $${spend} an hour above the commitment`;
}
