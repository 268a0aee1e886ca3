/** Racks of which their provider has said that it takes them shortly. */
import type { CompiledPool } from "../compiled.ts";
import type { RackSeen } from "../memory.ts";
import type { RackObservation } from "../observation.ts";
import { after } from "../units.ts";
import type { EpochMs } from "../units.ts";

/**
 * A rack goes when the nodes that stay are too few to make one; with more it is degraded. A node
 * that has not come yet does not stay either.
 *
 * @returns what says so: a taint's key, or a condition's type; null while the rack stays
 */
export function announcement({ nodes }: RackObservation, pool: CompiledPool): string | null {
  const marked = nodes.find(({ notice }) => notice !== undefined);
  if (marked?.notice === undefined) return null;
  const staying = nodes.filter(({ notice }) => notice === undefined).length;
  return staying < pool.rack.usableNodes ? marked.notice : null;
}

/** @returns until when the rack can be relied on; null where nothing is announced */
export const leavesBy = (seen: RackSeen | undefined, { supply }: CompiledPool): EpochMs | null =>
  seen?.noticedAt === undefined || supply.interruptions === undefined
    ? null
    : after(seen.noticedAt, supply.interruptions.noticeMs);
