/** The phase of every rack, derived from what is seen: only instants are remembered. */
import type { CompiledPool } from "../compiled.ts";
import { isScaleIn } from "../intents.ts";
import { isLent } from "../loans/lent.ts";
import { isHandedOver, takerOf } from "../moves/hand-over.ts";
import type { AwaitedRack, RackPhase, RackSummary } from "../decision.ts";
import type { RackSeen } from "../memory.ts";
import type { Intent, PoolCount, RackObservation } from "../observation.ts";
import { leavesBy } from "./announced-loss.ts";
import { UNLABELLED } from "./inventory.ts";
import { rackOwner } from "./rack-owner.ts";
import { inBootGrace } from "./sightings.ts";
import { usableNodes } from "./usable-nodes.ts";
import { isWarm } from "./warmth.ts";
import type { WarmthView } from "./warmth.ts";

export interface RackContext extends WarmthView {
  readonly pool: CompiledPool;
  readonly intents: readonly Intent[];
  readonly count: PoolCount | null;
  readonly seen: RackSeen | undefined;
}

export function rackSummary(rack: RackObservation, context: RackContext): RackSummary {
  const { pool, seen, now } = context;
  const usable = usableNodes(rack, pool);
  // Links that train after a boot raise alarms: nothing is concluded from them yet.
  const whole = usable >= pool.rack.usableNodes || (seen !== undefined && inBootGrace(seen, now));
  const phase = rackPhase(rack, whole, context);
  // One that a decision drains goes by that.
  const goesBy = drainPhase(rack, context) === null ? leavesBy(seen, pool) : null;
  return {
    id: rack.id,
    phase,
    readyNodes: usable,
    nodes: rack.nodes.length,
    degraded: isServing(phase) && !whole,
    fleet: rackOwner(rack) ?? takerOf(rack, context.racks, context.intents),
    ...(goesBy === null ? {} : { leavesBy: goesBy }),
  };
}

export const isServing = (phase: RackPhase): boolean => phase === "Serving" || phase === "Warming";

function rackPhase(rack: RackObservation, whole: boolean, context: RackContext): RackPhase {
  const draining = drainPhase(rack, context);
  if (draining !== null) return draining;
  if (context.seen?.noticedAt !== undefined) return "Draining";
  const servingAt = context.seen?.servingAt ?? null;
  if (rack.pods.some(({ fleet, ready }) => fleet !== null && ready)) {
    return servingAt !== null && isWarm(rack, servingAt, context) ? "Serving" : "Warming";
  }
  if (!whole || rack.id === UNLABELLED) return servingAt === null ? "Joining" : "Repairing";
  if (rack.pods.some(({ fleet }) => fleet !== null)) return "Starting";
  return rack.pods.length > 0 || isLent(rack) || isBeside(rack, context) ? "Loaned" : "Idle";
}

/** A rack that is called back takes its gangs along; the loan has their other racks again after. */
const isBeside = (rack: RackObservation, { intents }: Pick<RackContext, "intents">): boolean =>
  intents.some(
    ({ direction, phase, rack: calledBack, victimNodeUids }) =>
      direction === "Reclaim" &&
      phase === "Executing" &&
      calledBack !== rack.id &&
      rack.nodes.some(({ uid }) => victimNodeUids.includes(uid)),
  );

/**
 * Draining until the count is lowered, Releasing from then on; lent or moved, it is never released,
 * and moved it is the other fleet's as soon as it was handed over. A rack that its provider takes
 * drains as well, without a decision.
 */
function drainPhase(
  rack: RackObservation,
  { intents, count, racks }: Pick<RackContext, "intents" | "count" | "racks">,
): RackPhase | null {
  const drain = intents.find(
    (intent) =>
      isScaleIn(intent.direction) && intent.phase === "Executing" && intent.rack === rack.id,
  );
  if (drain === undefined) return null;
  if (drain.direction === "Lend") return "Draining";
  if (drain.direction === "Move") return isHandedOver(drain, racks) ? null : "Draining";
  return count !== null && count.desired <= drain.toRacksAtMost ? "Releasing" : "Draining";
}

const NO_RACKS: Readonly<Record<RackPhase, number>> = {
  Requested: 0,
  Provisioning: 0,
  Joining: 0,
  Starting: 0,
  Warming: 0,
  Serving: 0,
  Draining: 0,
  Releasing: 0,
  Gone: 0,
  Repairing: 0,
  Loaned: 0,
  Idle: 0,
};

export interface PhaseCounts {
  readonly summaries: readonly RackSummary[];
  /** Racks that nodes without a label must be of. */
  readonly unlabelled: number;
  readonly awaited: readonly AwaitedRack[];
}

/** @returns racks per phase; nodes without a label count as the racks that they must be of */
export function racksByPhase({
  summaries,
  unlabelled,
  awaited,
}: PhaseCounts): Readonly<Record<RackPhase, number>> {
  const counts = { ...NO_RACKS };
  for (const { id, phase } of summaries) counts[phase] += id === UNLABELLED ? 0 : 1;
  for (const { phase } of awaited) counts[phase] += 1;
  counts.Joining += unlabelled;
  return counts;
}
