/** Steps of racks that ended at this sight, and how long they took. */
import type { CompiledPool, FleetKey } from "../compiled.ts";
import type { RackPhase, RackStep } from "../decision.ts";
import { STEP_DURATIONS_MAX } from "../memory.ts";
import type { RackSeen, StepDurations } from "../memory.ts";
import type { RackObservation } from "../observation.ts";
import { after, elapsed, millis } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { rackOwner } from "./rack-owner.ts";
import { bootedAt } from "./usable-nodes.ts";

export interface Ended {
  readonly step: RackStep;
  readonly fleet: FleetKey | null;
  readonly tookMs: Millis;
}

const NOTHING: StepDurations = { grant: [], boot: [], join: [], repair: [], start: {} };

/** Phases of a rack that is whole again. */
const WHOLE: readonly (RackPhase | undefined)[] = [
  "Starting",
  "Warming",
  "Serving",
  "Loaned",
  "Idle",
];

export interface RackChange {
  readonly rack: RackObservation;
  readonly before: RackSeen | undefined;
  readonly seen: RackSeen;
  readonly pool: CompiledPool;
  readonly now: EpochMs;
}

/**
 * Boot ends when enough nodes to make a rack have registered, join when so many are usable, start
 * with the first ready engine. What began unseen is not measured.
 */
export function endedSteps(change: RackChange): readonly Ended[] {
  return [...boot(change), ...join(change), ...start(change), ...repair(change)];
}

const ended = (step: RackStep, from: EpochMs, to: EpochMs): Ended => ({
  step,
  fleet: null,
  tookMs: millis(Math.max(1, elapsed(from, to))),
});

/** Where the object does not show the grant, the prior's median is taken for it. */
function boot({ rack, before, seen, pool }: RackChange): readonly Ended[] {
  const { order } = seen;
  const wasBooted = (before?.nodes?.length ?? 0) >= pool.rack.usableNodes;
  if (wasBooted || order?.watched !== true) return [];
  const at = bootedAt(rack, pool);
  if (at === null) return [];
  return [ended("boot", order.grantedAt ?? after(order.at, pool.leadTimePrior.grant.p50Ms), at)];
}

function join({ rack, before, seen, pool, now }: RackChange): readonly Ended[] {
  const watched = before?.phase !== undefined && before.quorumAt === undefined;
  const at = watched && seen.quorumAt !== undefined ? bootedAt(rack, pool) : null;
  return at === null ? [] : [ended("join", at, now)];
}

function start({ rack, before, seen }: RackChange): readonly Ended[] {
  const began = before?.phase === "Starting" ? before.since : undefined;
  if (began === undefined || before?.servingAt !== null || seen.servingAt === null) return [];
  return [{ ...ended("start", began, seen.servingAt), fleet: rackOwner(rack) }];
}

function repair({ before, seen, now }: RackChange): readonly Ended[] {
  const began = before?.phase === "Repairing" ? before.since : undefined;
  return began !== undefined && WHOLE.includes(seen.phase) ? [ended("repair", began, now)] : [];
}

/**
 * @param fleets those whose starts are kept; others have left the pool
 * @returns the durations with the new ones at the end, the newest 64 of each step; the same value
 *   where nothing changed
 */
export function rememberDurations(
  before: StepDurations | undefined,
  news: readonly Ended[],
  fleets: readonly FleetKey[],
): StepDurations | undefined {
  const known = before ?? NOTHING;
  const left = Object.keys(known.start).length - fleets.filter((key) => key in known.start).length;
  if (news.length === 0 && left === 0) return before;
  const add = (to: readonly Millis[], step: RackStep, fleet: FleetKey | null = null) => {
    const more = news.filter((one) => one.step === step && one.fleet === fleet);
    return [...to, ...more.map(({ tookMs }) => tookMs)].slice(-STEP_DURATIONS_MAX);
  };
  const starts = fleets
    .map((fleet) => [fleet, add(known.start[fleet] ?? [], "start", fleet)] as const)
    .filter(([, measured]) => measured.length > 0);
  return {
    grant: add(known.grant, "grant"),
    boot: add(known.boot, "boot"),
    join: add(known.join, "join"),
    repair: add(known.repair, "repair"),
    start: Object.fromEntries(starts),
  };
}
