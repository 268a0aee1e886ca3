/** What is remembered of racks: instants and node uids, of racks that are there and hardly more. */
import type { CompiledPool } from "../compiled.ts";
import type { RackOrder, RackSeen } from "../memory.ts";
import type { RackObservation } from "../observation.ts";
import { HOUR_MS, MINUTE_MS, elapsed, millis } from "../units.ts";
import type { EpochMs } from "../units.ts";
import { announcement } from "./announced-loss.ts";
import { UNLABELLED } from "./inventory.ts";
import { bootedAt, usableNodes } from "./usable-nodes.ts";

/**
 * How long after a boot a loss of nodes is taken for links that train. A planned reboot of a rack
 * raised NVLink alarms on 214 of 288 nodes, all false (NVSentinel #1701), and the clique label is
 * read anew every 10 min (dra-driver): by then it was looked at once more. For how long alarms may
 * last nobody publishes.
 */
const BOOT_GRACE_MS = millis(10 * MINUTE_MS);
/** While nodes lack their label a rack out of sight may be among them: for so long at most. */
const UNSURE_MS = HOUR_MS;
/** Racks out of sight that are remembered at most: beyond it the longest gone are let go. */
const MISSING_MAX = 64;

type Seen = Readonly<Record<string, RackSeen>>;

export interface SightingInput {
  readonly racks: readonly RackObservation[];
  readonly pool: CompiledPool;
  readonly before: Seen;
  /** Racks that were asked for, oldest first. */
  readonly orders: readonly RackOrder[];
  readonly now: EpochMs;
}

export interface Sightings {
  /** By rack; phases are still those of the last sight. */
  readonly seen: Seen;
  /** Racks out of sight of which it is not certain yet that they are gone. */
  readonly missing: Seen;
  /** Racks that are gone as of now. */
  readonly gone: readonly string[];
  /** How many of the oldest orders new racks answered. */
  readonly answered: number;
}

export function lookAt(input: SightingInput): Sightings {
  const { racks, pool, before, orders, now } = input;
  const labelled = racks.filter(({ id }) => id !== UNLABELLED);
  const unsure = labelled.length < racks.length;
  const present = new Set(labelled.map(({ id }) => id));
  const absent = Object.keys(before).filter((id) => id !== UNLABELLED && !present.has(id));
  const renamed = renamings(labelled, before, absent);
  const past = ({ id }: RackObservation): RackSeen | undefined =>
    before[id] ?? before[renamed.get(id) ?? ""];
  const newcomers = labelled.filter((rack) => past(rack) === undefined).toSorted(byAge);
  const order = new Map(newcomers.map(({ id }, index) => [id, orders[index]]));
  const seen = labelled.map(
    (rack): RackEntry => [
      rack.id,
      sight(rack, past(rack), { pool, now, order: order.get(rack.id) }),
    ],
  );
  const former = new Set(renamed.values());
  const { missing, gone } = outOfSight(
    absent.filter((id) => !former.has(id)),
    { before, unsure, now },
  );
  const answered = Math.min(newcomers.length, orders.length);
  return { seen: recordOf(seen, before), missing, gone, answered };
}

export type RackEntry = readonly [id: string, seen: RackSeen];

/** @returns the record of the entries: the one from before where it has these and no others */
export function recordOf(entries: readonly RackEntry[], before: Seen): Seen {
  const same = entries.every(([id, seen]) => seen === before[id]);
  if (same && Object.keys(before).length === entries.length) return before;
  return Object.fromEntries(entries);
}

/** @returns whether the rack is usable for so short a while that a loss may be a false alarm */
export const inBootGrace = ({ quorumAt }: RackSeen, now: EpochMs): boolean =>
  quorumAt !== undefined && elapsed(quorumAt, now) < BOOT_GRACE_MS;

function sight(
  rack: RackObservation,
  before: RackSeen | undefined,
  {
    pool,
    now,
    order,
  }: Pick<SightingInput, "pool" | "now"> & { readonly order: RackOrder | undefined },
): RackSeen {
  const serves = rack.pods.some(({ fleet, ready }) => fleet !== null && ready);
  const servingAt = before?.servingAt ?? (serves ? firstReady(rack, now) : null);
  const quorumAt = quorumSince(rack, before, { pool, now, servingAt });
  const noticedAt = announcement(rack, pool) === null ? undefined : (before?.noticedAt ?? now);
  const nodes = uidsOf(rack, before?.nodes);
  const sighted = { servingAt, quorumAt, noticedAt, nodes };
  if (before !== undefined && isAsBefore(before, sighted)) return before;
  const answers = before === undefined ? order : before.order;
  return {
    firstAt: before?.firstAt ?? now,
    servingAt,
    nodes,
    ...(quorumAt === undefined ? {} : { quorumAt }),
    ...(noticedAt === undefined ? {} : { noticedAt }),
    ...(before?.phase === undefined ? {} : { phase: before.phase }),
    ...(before?.since === undefined ? {} : { since: before.since }),
    // What became of an order matters until the rack serves.
    ...(answers === undefined || servingAt !== null ? {} : { order: answers }),
  };
}

/** Nearly always: then the very value stays, and whoever follows it sees that nothing changed. */
const isAsBefore = (
  before: RackSeen,
  sighted: Pick<RackSeen, "servingAt" | "nodes"> & {
    readonly quorumAt: EpochMs | undefined;
    readonly noticedAt: EpochMs | undefined;
  },
): boolean =>
  before.servingAt === sighted.servingAt &&
  before.quorumAt === sighted.quorumAt &&
  before.noticedAt === sighted.noticedAt &&
  before.nodes === sighted.nodes &&
  before.missingSince === undefined &&
  (before.order === undefined || sighted.servingAt === null);

/**
 * A rack seen for the first time was usable since its nodes registered, or since it first served,
 * for all that is known.
 */
function quorumSince(
  rack: RackObservation,
  before: RackSeen | undefined,
  {
    pool,
    now,
    servingAt,
  }: Pick<SightingInput, "pool" | "now"> & { readonly servingAt: EpochMs | null },
): EpochMs | undefined {
  const phase = before?.phase;
  const returns = phase === "Joining" || phase === "Repairing";
  // What was usable and is not on its way back is as it was, whatever its nodes do now.
  if (phase !== undefined && !returns && before?.quorumAt !== undefined) return before.quorumAt;
  if (usableNodes(rack, pool) < pool.rack.usableNodes) return before?.quorumAt;
  if (phase !== undefined) return now;
  const booted = before?.quorumAt ?? bootedAt(rack, pool) ?? now;
  return servingAt === null || booted < servingAt ? booted : servingAt;
}

/** The same list while the nodes are the same, which is nearly always. */
function uidsOf({ nodes }: RackObservation, before: readonly string[] = []): readonly string[] {
  const same = nodes.length === before.length && nodes.every(({ uid }, n) => uid === before[n]);
  return same ? before : nodes.map(({ uid }) => uid);
}

/** A restarted controller sees old pods for the first time: their readiness tells their age. */
function firstReady(rack: RackObservation, now: EpochMs): EpochMs {
  const instants = rack.pods.flatMap(({ readySince }) => (readySince === null ? [] : [readySince]));
  return instants.reduce((first, at) => (at < first ? at : first), now);
}

/** A label of higher rank that comes late renames a rack: new name → old one, by its nodes. */
function renamings(
  racks: readonly RackObservation[],
  before: Seen,
  absent: readonly string[],
): ReadonlyMap<string, string> {
  const homes = new Map(absent.flatMap((id) => (before[id]?.nodes ?? []).map((uid) => [uid, id])));
  const renamed = new Map<string, string>();
  if (homes.size === 0) return renamed;
  for (const { id, nodes } of racks) {
    if (before[id] !== undefined) continue;
    const old = nodes.flatMap(({ uid }) => homes.get(uid) ?? [])[0];
    const taken = old === undefined || [...renamed.values()].includes(old);
    if (!taken) renamed.set(id, old);
  }
  return renamed;
}

/** Rack by rack: those whose first node registered first come first. */
function byAge(a: RackObservation, b: RackObservation): number {
  const bornAt = ({ nodes }: RackObservation): number =>
    nodes.reduce((first, { createdAt }) => Math.min(first, createdAt), Number.MAX_SAFE_INTEGER);
  return bornAt(a) - bornAt(b) || (a.id < b.id ? -1 : 1);
}

function outOfSight(
  ids: readonly string[],
  { before, unsure, now }: Pick<SightingInput, "before" | "now"> & { readonly unsure: boolean },
): Pick<Sightings, "missing" | "gone"> {
  const entries = ids.flatMap((id): [string, RackSeen][] => {
    const seen = before[id];
    return seen === undefined ? [] : [[id, { ...seen, missingSince: seen.missingSince ?? now }]];
  });
  const kept = entries
    .filter(([, seen]) => {
      const sinceMs = elapsed(seen.missingSince ?? now, now);
      return inBootGrace(seen, now) || (unsure && sinceMs < UNSURE_MS);
    })
    .toSorted(([, a], [, b]) => (b.missingSince ?? now) - (a.missingSince ?? now))
    .slice(0, MISSING_MAX);
  const keptIds = new Set(kept.map(([id]) => id));
  return {
    missing: Object.fromEntries(kept),
    gone: ids.filter((id) => !keptIds.has(id)).toSorted(),
  };
}
