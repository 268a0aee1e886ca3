/** Which rack to give back. */
import type { FleetKey } from "../compiled.ts";
import type { RackPhase, RackSummary } from "../decision.ts";
import type { RackObservation } from "../observation.ts";
import type { EpochMs } from "../units.ts";
import { UNLABELLED } from "./inventory.ts";

/** Phases that can be drained, the cheapest to lose first: least cache, least work. */
const DRAINABLE: readonly RackPhase[] = ["Idle", "Starting", "Warming", "Serving"];

/**
 * @returns the rack whose loss costs least: idle ones first, then degraded ones, then the coldest,
 *   then the one that began to serve last, whose cache holds least; null when none can be drained.
 *   A rack with a
 *   stranger's pods, or without a domain label, is never chosen.
 */
export function chooseVictim(
  racks: readonly RackObservation[],
  summaries: readonly RackSummary[],
  fleet: FleetKey,
): RackObservation | null {
  const candidates = racks.flatMap((rack) => {
    const summary = summaries.find(({ id }) => id === rack.id);
    return summary !== undefined && drainable(rack, summary, fleet) ? [{ rack, summary }] : [];
  });
  const ranked = candidates.toSorted(
    (a, b) => compareRanks(rank(a), rank(b)) || (a.rack.id < b.rack.id ? -1 : 1),
  );
  return ranked[0]?.rack ?? null;
}

function drainable(rack: RackObservation, summary: RackSummary, fleet: FleetKey): boolean {
  if (rack.id === UNLABELLED || !DRAINABLE.includes(summary.phase)) return false;
  return rack.pods.every((pod) => pod.fleet === fleet);
}

interface Candidate {
  readonly rack: RackObservation;
  readonly summary: RackSummary;
}

const rank = ({ rack, summary }: Candidate): readonly number[] => [
  summary.phase === "Idle" ? 0 : 1,
  summary.degraded ? 0 : 1,
  DRAINABLE.indexOf(summary.phase),
  -1 * (servingSince(rack) ?? 0),
];

/** When the rack's first pod became ready: the older, the more sessions live in its cache. */
function servingSince(rack: RackObservation): EpochMs | null {
  const instants = rack.pods.flatMap(({ readySince }) => (readySince === null ? [] : [readySince]));
  return instants.toSorted((a, b) => a - b)[0] ?? null;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
