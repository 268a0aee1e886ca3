/** What a sight of the racks adds to memory: since when each is in its phase, steps that ended. */
import type { CompiledFleet, CompiledPool } from "../compiled.ts";
import type { RackPhase, RackSummary } from "../decision.ts";
import type { PoolMemory, RackSeen } from "../memory.ts";
import type { PoolObservation, RackObservation } from "../observation.ts";
import { epochMs } from "../units.ts";
import type { EpochMs } from "../units.ts";
import { UNLABELLED } from "./inventory.ts";
import { followOrders } from "./orders.ts";
import { recordOf } from "./sightings.ts";
import type { RackEntry, Sightings } from "./sightings.ts";
import { endedSteps, rememberDurations } from "./step-durations.ts";

export interface ProgressInput {
  readonly pool: CompiledPool;
  readonly fleets: readonly CompiledFleet[];
  readonly observed: PoolObservation;
  readonly memory: PoolMemory;
  readonly now: EpochMs;
  readonly sightings: Sightings;
  readonly summaries: readonly RackSummary[];
}

type Learned = Pick<PoolMemory, "seen" | "orders" | "durations">;

/** @returns the slices of the pool's memory that are about racks, as of this tick */
export function learnProgress(input: ProgressInput): Learned {
  const { observed, memory, sightings, summaries, now, pool } = input;
  const seen = withPhases(observed.racks, input);
  const missing = Object.keys(sightings.missing);
  const followed =
    observed.count === null
      ? null
      : followOrders({
          before: memory.orders,
          answered: sightings.answered,
          count: observed.count,
          standing: standingOf(summaries) + missing.length,
          requestedAt: memory.requests.at(-1) ?? null,
          now,
        });
  const grants = (followed?.grantsMs ?? []).map(
    (tookMs) => ({ step: "grant", fleet: null, tookMs }) as const,
  );
  // Of a rack that is remembered as before no step has ended.
  const changed = observed.racks.filter(({ id }) => seen[id] !== memory.seen[id]);
  const ended = changed.flatMap((rack) => {
    const after = seen[rack.id];
    const before = memory.seen[rack.id];
    return after === undefined ? [] : endedSteps({ rack, before, seen: after, pool, now });
  });
  const fleets = input.fleets.map(({ key }) => key);
  const durations = rememberDurations(memory.durations, [...grants, ...ended], fleets);
  const orders = followed?.orders ?? memory.orders;
  return {
    seen: missing.length === 0 ? seen : { ...seen, ...sightings.missing },
    ...(orders === undefined ? {} : { orders }),
    ...(durations === undefined ? {} : { durations }),
  };
}

/** Racks that are there and stay; nodes without a label are of racks that are still to be named. */
const standingOf = (summaries: readonly RackSummary[]): number =>
  summaries.filter(({ id, phase }) => id !== UNLABELLED && phase !== "Releasing").length;

function withPhases(
  racks: readonly RackObservation[],
  { sightings, summaries, now }: ProgressInput,
): PoolMemory["seen"] {
  const phases = new Map<string, RackPhase>();
  for (const { id, phase } of summaries) phases.set(id, phase);
  const entries: RackEntry[] = [];
  for (const rack of racks) {
    const seen = sightings.seen[rack.id];
    const phase = phases.get(rack.id);
    if (seen !== undefined && phase !== undefined) {
      entries.push([rack.id, inPhase(rack, seen, phase, now)]);
    }
  }
  return recordOf(entries, sightings.seen);
}

function inPhase(rack: RackObservation, seen: RackSeen, phase: RackPhase, now: EpochMs): RackSeen {
  const since = sinceWhen(rack, seen, phase, now);
  return seen.phase === phase && seen.since === since ? seen : { ...seen, phase, since };
}

/** At the first sight of a rack on its way its nodes tell since when it is. */
function sinceWhen(
  { nodes }: RackObservation,
  { phase: before, since, quorumAt }: RackSeen,
  phase: RackPhase,
  now: EpochMs,
): EpochMs {
  if (before === phase && since !== undefined) return since;
  if (before !== undefined) return now;
  if (phase === "Starting") return quorumAt ?? now;
  if (phase !== "Joining") return now;
  return nodes.reduce((first, { createdAt }) => epochMs(Math.min(first, createdAt)), now);
}
