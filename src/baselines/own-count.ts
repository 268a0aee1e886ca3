/**
 * The count that an autoscaler of small steps has set itself. Here it is kept below the filled one,
 * by a rack at most: in racks of several replicas a fleet could never shrink otherwise. Growth
 * starts from the filled count, what was bought being filled.
 */
import { clamp } from "../core/numeric.ts";
import type { PolicySlice, RoleReplicas } from "../core/policy/policy.ts";
import type { EpochMs } from "../core/units.ts";
import type { Behavior } from "./hpa.ts";
import { normalized, rememberChange } from "./hpa.ts";

const WANTED = "wanted";

/**
 * @param name under which it is remembered, of an autoscaler that sizes several workloads
 * @returns what was set last, but not above the filled count nor more than a rack below it
 */
export const ownCount = (
  { filled, perRack }: Pick<RoleReplicas, "filled" | "perRack">,
  memory: PolicySlice,
  name = WANTED,
): number => clamp(memory.numbers[name] ?? filled, filled - perRack, filled);

/** @returns the count within the fleet's bounds, one at least, and the memory with it */
export function setOwnCount(
  wanted: number,
  { min, max }: RoleReplicas,
  memory: PolicySlice,
  name = WANTED,
): { readonly wanted: number; readonly memory: PolicySlice } {
  const set = clamp(wanted, Math.max(1, min), Math.max(1, min, max));
  return { wanted: set, memory: { ...memory, numbers: { ...memory.numbers, [name]: set } } };
}

interface Actuated {
  readonly now: EpochMs;
  readonly replicas: RoleReplicas;
  readonly behavior: Behavior;
}

/**
 * What a HorizontalPodAutoscaler makes of a desired count that it is given as a metric. Its
 * tolerance is left out: above ten replicas it would swallow every step of one.
 */
export function stabilised(
  desired: number,
  memory: PolicySlice,
  { now, replicas, behavior }: Actuated,
): { readonly wanted: number; readonly memory: PolicySlice } {
  const { filled, min, max } = replicas;
  const n = desired > filled ? filled : ownCount(replicas, memory);
  const next = normalized(desired, memory, { now, n, min, max }, behavior);
  const noted = rememberChange(next.memory, now, next.replicas - n);
  return setOwnCount(next.replicas, replicas, noted);
}
