/**
 * Who changed a count: told from what was found and asked for the tick before. The API server
 * records no time for writes through `scale`, so the objects themselves do not say.
 */
import type { Action } from "../decision.ts";
import type { CountMemory } from "../memory.ts";
import type { WorkloadObject, WorkloadObservation } from "../observation.ts";
import { MINUTE_MS, after, millis } from "../units.ts";
import type { EpochMs } from "../units.ts";

export type CountMemories = Readonly<Record<string, CountMemory>>;

/**
 * After somebody else changed the count it stands for so long. Judgement: a person sees within it
 * what Breakwater says of the fleet, and two controllers write at most six times an hour each.
 */
export const FOREIGN_HOLD_MS = millis(10 * MINUTE_MS);
/** Writes of ours that did not last: then somebody sets them back within a tick. */
const TRIES_MAX = 3;

/** Of roles of one object each has a count of its own. */
export const countKey = (workload: string, uid: string): string => `${workload}/${uid}`;

/** @returns what is known of each count now; a count that no write of ours explains is foreign */
export function noticeCounts(
  observed: readonly WorkloadObservation[],
  before: CountMemories,
  now: EpochMs,
): CountMemories {
  const entries = observed.flatMap(({ name, objects }) =>
    objects.map((object): [string, CountMemory] => {
      const key = countKey(name, object.uid);
      return [key, noticed(before[key], object, now)];
    }),
  );
  return Object.fromEntries(entries);
}

function noticed(
  before: CountMemory | undefined,
  { replicas: found, generation }: WorkloadObject,
  now: EpochMs,
): CountMemory {
  const seen = { found, ...(generation !== undefined && { generation }) };
  const fresh: CountMemory = { ...seen, askedFor: null, tries: 0, foreignUntil: null };
  if (before === undefined) return fresh;
  const { askedFor, foreignUntil } = before;
  const kept = foreignUntil !== null && foreignUntil > now ? foreignUntil : null;
  if (found === askedFor) return { ...fresh, foreignUntil: kept };
  const unwritten = found === before.found;
  const undone = askedFor !== null && wasTouched(before, generation);
  const tries = unwritten ? before.tries + (undone ? 1 : 0) : 0;
  const foreign = !unwritten || tries >= TRIES_MAX;
  if (!foreign) return { ...fresh, tries, foreignUntil: kept };
  return { ...fresh, foreignUntil: after(now, FOREIGN_HOLD_MS) };
}

/**
 * A write that never got through, for an error or a process that ended, is not one that was set
 * back: the latter leaves a newer object.
 */
const wasTouched = (before: CountMemory, generation: number | undefined): boolean =>
  generation === undefined || generation !== before.generation;

/** @returns the same, with what this tick's plan asks for */
export function askCounts(counts: CountMemories, plan: readonly Action[]): CountMemories {
  const asked = plan.flatMap((action) => {
    if (action.kind !== "SetReplicas") return [];
    return action.changes.flatMap(({ workload, to }): [string, CountMemory][] => {
      const key = countKey(workload, action.uid);
      const before = counts[key];
      return before === undefined ? [] : [[key, { ...before, askedFor: to }]];
    });
  });
  return { ...counts, ...Object.fromEntries(asked) };
}
