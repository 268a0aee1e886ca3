/** Which rack to give back. */
import type { FleetKey } from "../compiled.ts";
import type { RackPhase, RackSummary } from "../decision.ts";
import { compareRanks } from "../numeric.ts";
import type { EngineReading, PoolMember, RackObservation } from "../observation.ts";
import type { EpochMs } from "../units.ts";
import { UNLABELLED } from "./inventory.ts";
import { isOfOneMember } from "./members.ts";

/** Phases that can be drained, the cheapest to lose first: least cache, least work. */
const DRAINABLE: readonly RackPhase[] = ["Idle", "Starting", "Warming", "Serving"];

export interface VictimView {
  readonly fleet: FleetKey;
  /** The objects of an object set: only a rack that is all of one object is chosen then. */
  readonly members?: readonly PoolMember[] | undefined;
  /** What a source shows of each engine; absent where none does. */
  readonly engines?: readonly EngineReading[] | undefined;
}

/**
 * @returns the rack whose loss costs least: idle ones first, then degraded ones, then the coldest,
 *   then the one whose cache served the fewest tokens lately, then the least busy one, as far as a
 *   source shows it for every rack; then the one that began to serve last, whose cache holds least.
 *   null when none can be drained: a rack with a stranger's pods, or without a domain label, never.
 */
export function chooseVictim(
  racks: readonly RackObservation[],
  summaries: readonly RackSummary[],
  { fleet, members, engines = [] }: VictimView,
): RackObservation | null {
  const whole = racks.filter(
    (rack) => members === undefined || isOfOneMember(rack, racks, members),
  );
  const candidates = whole.flatMap((rack) => {
    const summary = summaries.find(({ id }) => id === rack.id);
    return summary !== undefined && drainable(rack, summary, fleet) ? [{ rack, summary }] : [];
  });
  const shown = candidates.map(({ rack }) => shownOf(rack, engines));
  const comparable = {
    cached: shown.every(({ cached }) => cached !== null),
    running: shown.every(({ running }) => running !== null),
  };
  const costs = new Map(candidates.map(({ rack }, n) => [rack.id, shown[n]] as const));
  const rank = (candidate: Candidate): readonly number[] => {
    const cost = costs.get(candidate.rack.id);
    return [
      ...ranksByPhase(candidate),
      comparable.cached ? (cost?.cached ?? 0) : 0,
      comparable.running ? (cost?.running ?? 0) : 0,
      -1 * (servingSince(candidate.rack) ?? 0),
    ];
  };
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

const ranksByPhase = ({ summary }: Candidate): readonly number[] => [
  summary.phase === "Idle" ? 0 : 1,
  summary.degraded ? 0 : 1,
  DRAINABLE.indexOf(summary.phase),
];

/** What the rack's engines do now, none for an empty one; null where one is not shown. */
function shownOf(
  { pods }: RackObservation,
  engines: readonly EngineReading[],
): { readonly cached: number | null; readonly running: number | null } {
  const readings = pods
    .filter(({ ready, role }) => ready && role !== "Decode")
    .map(({ name }) => engines.find(({ pod }) => pod === name));
  const sum = (of: (reading: EngineReading) => number | undefined): number | null =>
    readings.reduce<number | null>((total, reading) => {
      const value = reading === undefined ? undefined : of(reading);
      return total === null || value === undefined ? null : total + value;
    }, 0);
  return {
    cached: sum(({ cachedTokensPerSecond }) => cachedTokensPerSecond),
    running: sum(({ runningTurns }) => runningTurns),
  };
}

/** When the rack's first pod became ready: the older, the more sessions live in its cache. */
function servingSince(rack: RackObservation): EpochMs | null {
  const instants = rack.pods.flatMap(({ readySince }) => (readySince === null ? [] : [readySince]));
  return instants.toSorted((a, b) => a - b)[0] ?? null;
}
