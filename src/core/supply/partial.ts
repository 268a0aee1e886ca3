/** The rack that arrived in part: waited for, then given back whole. */
import type { CompiledPool } from "../compiled.ts";
import type { Action, RackSummary } from "../decision.ts";
import type { PoolMemory } from "../memory.ts";
import type { Intent, RackObservation } from "../observation.ts";
import { UNLABELLED } from "../racks/inventory.ts";
import { usableNodes } from "../racks/usable-nodes.ts";
import type { EpochMs } from "../units.ts";
import { notePartial } from "./backoff.ts";

/**
 * A rack is late when 99 % of racks are through the step; it is given back when it has taken as
 * long again. Judgement: completing a rack is the provider's business, and a new request stands at
 * the end of its queue, so that giving up early costs more than waiting.
 */
const GIVE_BACK_AFTER = 2;

export interface PartialView {
  readonly pool: CompiledPool;
  readonly racks: readonly RackObservation[];
  readonly summaries: readonly RackSummary[];
  readonly memory: Pick<PoolMemory, "givenBack">;
}

/**
 * @returns the rack to give back: some of its nodes came, the others are overdue twice over, and
 *   nothing runs there; null where there is none, where it was given back once already, or where a
 *   person adds the racks, who knows what became of the others
 */
export function partialRack(view: PartialView): RackObservation | null {
  const { pool, racks, summaries, memory } = view;
  if (pool.backend.kind === "manual") return null;
  const overdue = summaries.find((summary) => {
    return isOverdue(summary) && memory.givenBack?.[summary.id] === undefined;
  });
  const rack = racks.find(({ id }) => id === overdue?.id);
  return rack === undefined || rack.pods.length > 0 ? null : rack;
}

/** One with enough nodes counts as arrived, degraded or not, and is never Joining. */
function isOverdue({ id, phase, nodes, stuck }: RackSummary): boolean {
  if (id === UNLABELLED || phase !== "Joining" || nodes === 0 || stuck === undefined) return false;
  return stuck.waitedMs > GIVE_BACK_AFTER * stuck.p99Ms;
}

/** @returns the memory: each rack goes back once, and no other is asked for at once */
export function rememberGivenBack(
  memory: PoolMemory,
  plan: readonly Action[],
  pool: string,
  now: EpochMs,
): PoolMemory {
  const given = plan.flatMap((action) => {
    if (action.kind !== "OpenIntent" || action.reason.code !== "partial-arrival") return [];
    const { intent } = action;
    return intent.pool === pool && intent.rack !== null ? [intent.rack] : [];
  });
  if (given.length === 0) return memory;
  const entries = given.map((rack) => [rack, now] as const);
  return {
    ...memory,
    outOfStock: notePartial(memory.outOfStock, now),
    givenBack: { ...memory.givenBack, ...Object.fromEntries(entries) },
  };
}

/** @returns whether the rack that is being given back was completed meanwhile */
export function isComplete(
  { rack }: Pick<Intent, "rack">,
  racks: readonly RackObservation[],
  pool: CompiledPool,
): boolean {
  const found = racks.find(({ id }) => id === rack);
  return found !== undefined && usableNodes(found, pool) >= pool.rack.usableNodes;
}
