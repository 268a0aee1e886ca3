/** Whether a provider that lowered its count kept nodes of the rack that was emptied for it. */
import type { CompiledPool } from "../compiled.ts";
import type { RackSeen } from "../memory.ts";
import type { Intent, PoolCount, PoolObservation, RackObservation } from "../observation.ts";
import { namedNodes } from "./draining.ts";
import { UNLABELLED } from "./inventory.ts";

export interface ReleaseView {
  readonly pool: CompiledPool;
  readonly observed: Pick<PoolObservation, "count" | "racks">;
  /** What was remembered of each rack at the last sight. */
  readonly seenBefore: Readonly<Record<string, RackSeen>>;
}

/**
 * The provider is done once no more nodes stand than are asked for, and the emptied rack's are
 * those of the last sight: what it kept of them it took elsewhere. Of an object set the object says
 * which rack goes, and nodes without a label may be anybody's.
 *
 * @returns the racks that are short of nodes for it, with how many; none while that is not certain
 */
export function takenElsewhere(
  intent: Intent,
  { pool, observed: { count, racks }, seenBefore: before }: ReleaseView,
): readonly string[] {
  if (count === null || count.desired > intent.toRacksAtMost) return [];
  if (intent.objects !== undefined || racks.some(({ id }) => id === UNLABELLED)) return [];
  const kept = namedNodes(intent, racks);
  const excess = racks.reduce((sum, { nodes }) => sum + nodes.length, 0) - asked(pool, count);
  // One that took none may be slow: other racks were short before, unless it adds up exactly.
  const began = kept.length < intent.victimNodeUids.length;
  if (kept.length === 0 || excess > 0 || (excess < 0 && !began)) return [];
  if (
    !isAsBefore(
      racks.find(({ id }) => id === intent.rack),
      before,
    )
  )
    return [];
  return racks.flatMap(({ id, nodes }) => {
    const short = pool.rack.nodes - nodes.length;
    const served = (before[id]?.servingAt ?? null) !== null;
    return id === intent.rack || short <= 0 || !served ? [] : [`${short} nodes of ${id}`];
  });
}

const asked = ({ rack }: CompiledPool, { desired }: PoolCount): number => desired * rack.nodes;

function isAsBefore(
  rack: RackObservation | undefined,
  before: Readonly<Record<string, RackSeen>>,
): boolean {
  const known = rack && before[rack.id]?.nodes;
  if (rack === undefined || known === undefined || known.length !== rack.nodes.length) return false;
  return rack.nodes.every(({ uid }) => known.includes(uid));
}
