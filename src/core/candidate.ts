/**
 * The policy that a fleet tries out: decided on the same observations, with a memory of its own,
 * and never acted on. It sees what came of the policy that acts; what would have come of its own
 * acts only a simulation tells.
 */
import type { CompiledGroup, FleetKey } from "./compiled.ts";
import { decide } from "./decide.ts";
import type { Decision, FleetDecision } from "./decision.ts";
import { InvariantError } from "./invariants.ts";
import type { GroupMemory } from "./memory.ts";
import type { GroupObservation } from "./observation.ts";

/** What a candidate decided for one fleet, beside what was decided. */
export interface CandidateFleet {
  readonly fleet: FleetKey;
  readonly outcome: FleetDecision["outcome"];
  readonly wantedRacks: number;
  readonly targetRacks: number;
  /** Code of the first reason. */
  readonly code: string;
  /** Share of turns predicted inside every objective with what it wants; null: not predicted. */
  readonly attainment: number | null;
}

export interface CandidateDecided {
  /** What was carried into it. */
  readonly before: GroupMemory;
  /** null where it broke an invariant, which `failure` says: the policy that acts goes on. */
  readonly decision: Decision | null;
  readonly failure: string | null;
  readonly memory: GroupMemory;
  readonly fleets: readonly CandidateFleet[];
}

/** @returns the group as its candidates would have it; null when no fleet tries anything out */
export function candidateGroup(group: CompiledGroup): CompiledGroup | null {
  if (!group.fleets.some(({ candidate }) => candidate !== undefined)) return null;
  return {
    ...group,
    fleets: group.fleets.map(({ candidate = {}, ...fleet }) => ({ ...fleet, ...candidate })),
  };
}

/** @returns what the candidates decide; null when there are none */
export function decideCandidate(
  group: CompiledGroup,
  observation: GroupObservation,
  memory: GroupMemory,
): CandidateDecided | null {
  const other = candidateGroup(group);
  if (other === null) return null;
  try {
    const { decision, memory: next } = decide(other, observation, memory);
    const tried = new Set(group.fleets.flatMap((fleet) => (fleet.candidate ? [fleet.key] : [])));
    const fleets = decision.fleets.filter(({ fleet }) => tried.has(fleet)).map(candidateFleet);
    return { before: memory, decision, failure: null, memory: next, fleets };
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    return { before: memory, decision: null, failure: error.message, memory, fleets: [] };
  }
}

function candidateFleet(decided: FleetDecision): CandidateFleet {
  const { fleet, outcome, want, targetRacks, reasons } = decided;
  const predicted = want.curve.find(({ racks }) => racks === want.racks)?.attainment ?? null;
  return {
    fleet,
    outcome,
    wantedRacks: want.racks,
    targetRacks,
    code: reasons[0]?.code ?? "",
    attainment: predicted,
  };
}
