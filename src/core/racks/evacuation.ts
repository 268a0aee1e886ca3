/**
 * A rack that its provider takes shortly: turns are kept off before it goes. No count changes and
 * nothing is given back, so that there is no decision to confirm; it drains as one that is given
 * back does, only that the deadline is not ours.
 */
import type { CompiledPool } from "../compiled.ts";
import type { Action, RackSummary } from "../decision.ts";
import type { RackObservation } from "../observation.ts";
import { reason } from "../reasons.ts";
import { SECOND_MS, elapsed } from "../units.ts";
import type { EpochMs } from "../units.ts";
import { ejectPace } from "./eject-pace.ts";
import type { DrainTraffic } from "./eject-step.ts";
import { ejectedSince, routedUnits } from "./routed-units.ts";
import type { RoutedUnit } from "./routed-units.ts";

/** What stands for a decision where a rack is evacuated without one. */
export const evacuationOf = (pool: string): string => `${pool}/evacuation`;

/** The controller's default tick: the next look is so much later. */
const TICK_MS = 15 * SECOND_MS;
/** Of the notice, for getting units out; the rest is for the turns that run on them to end. */
const EJECT_SHARE = 0.5;

export interface Evacuated {
  readonly pool: CompiledPool;
  readonly rack: RackObservation;
  readonly summary: RackSummary;
  readonly noticedAt: EpochMs;
}

export interface EvacuationView {
  readonly now: EpochMs;
  readonly traffic: DrainTraffic;
  /** Units of the fleet that stay and take turns. */
  readonly staying: number;
}

/**
 * Of u units ⌈u · (t + tick) / (notice · share)⌉ are out t after the notice; one more where
 * the pace that the other racks can bear allows it. Nothing is taken out where nobody could take
 * the turns over: a unit that will die serves longer than none.
 *
 * @returns null where nothing is to be done now
 */
export function evacuate(
  { pool, rack, summary, noticedAt }: Evacuated,
  { now, traffic, staying }: EvacuationView,
): Extract<Action, { kind: "Eject" }> | null {
  const { fleet, leavesBy } = summary;
  if (fleet === null || leavesBy === undefined || staying === 0) return null;
  const units = routedUnits(rack.pods.filter((pod) => pod.fleet === fleet && !pod.terminating));
  const routed = units.filter((unit) => ejectedSince(unit) === null);
  if (routed.length === 0) return null;
  const dueMs = Math.max(1, EJECT_SHARE * elapsed(noticedAt, leavesBy));
  const share = Math.min(1, (elapsed(noticedAt, now) + TICK_MS) / dueMs);
  const due = Math.ceil(units.length * share) - (units.length - routed.length);
  const count = Math.max(due, ejectPace(traffic, now).mayEject ? 1 : 0);
  if (count <= 0) return null;
  const pods = routed.slice(0, count).flatMap(routedPods);
  const left = `${routed.length} of ${units.length} units of rack ${rack.id} take turns`;
  const why = reason("ejecting", `${left}, and its provider takes it: ${count} go now.`);
  return { kind: "Eject", intent: evacuationOf(pool.name), fleet, pods, at: now, reason: why };
}

const routedPods = ({ pods }: RoutedUnit) =>
  pods.flatMap(({ namespace, name, uid, route }) =>
    route === undefined ? [] : [{ namespace, name, uid, label: route.label }],
  );

/** @returns whether any of the rack's nodes is about to go, and so perhaps all of it */
export const isGoing = ({ nodes }: RackObservation): boolean =>
  nodes.some(({ notice }) => notice !== undefined);
