/** Object sets: one object a rack. Which object a rack belongs to, and which get or lose theirs. */
import type {
  Intent,
  NodeObservation,
  PoolCount,
  PoolMember,
  RackObservation,
} from "../observation.ts";

/** @returns the object that all nodes of a rack belong to; null where one says none, or another */
export function memberOf({ nodes }: RackObservation): string | null {
  const members = new Set(nodes.map(({ member }) => member));
  const [only] = members;
  return members.size === 1 && only !== undefined ? only : null;
}

/**
 * @returns whether lowering one object of the set takes this rack and nothing else: the object has
 *   its rack, and no node of another rack belongs to it
 */
export function isOfOneMember(
  rack: RackObservation,
  racks: readonly RackObservation[],
  members: readonly PoolMember[],
): boolean {
  const member = memberOf(rack);
  if (!members.some(({ name, desired }) => name === member && desired === 1)) return false;
  return !racks.some(
    ({ id, nodes }) => id !== rack.id && nodes.some((node) => node.member === member),
  );
}

/** @returns the nodes that belong to one of the objects and not to the drained rack */
export function takenWith(
  objects: readonly string[],
  racks: readonly RackObservation[],
  drained: readonly NodeObservation[],
): readonly NodeObservation[] {
  const uids = new Set(drained.map(({ uid }) => uid));
  return racks
    .flatMap(({ nodes }) => nodes)
    .filter(({ uid, member }) => {
      return member !== undefined && objects.includes(member) && !uids.has(uid);
    });
}

/**
 * @returns the names of the objects to ask for that many racks: those without one, where the
 *   provider says it has one first, those known to be out of stock last, by name among equals
 */
export function membersToFill(members: readonly PoolMember[], racks: number): readonly string[] {
  return members
    .filter(({ desired }) => desired === 0)
    .toSorted((a, b) => doubt(a) - doubt(b) || (a.name < b.name ? -1 : 1))
    .slice(0, racks)
    .map(({ name }) => name);
}

/**
 * @returns the names of that many objects that ask for a rack and have no node: those known to be
 *   out of stock first, by name among equals
 */
export function membersWithout(
  members: readonly PoolMember[],
  racks: readonly RackObservation[],
  count: number,
): readonly string[] {
  const filled = new Set(racks.flatMap(({ nodes }) => nodes.map(({ member }) => member)));
  return members
    .filter(({ name, desired }) => desired === 1 && !filled.has(name))
    .toSorted((a, b) => doubt(b) - doubt(a) || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

function doubt({ stock }: PoolMember): number {
  if (stock === "available") return 0;
  return stock === "unknown" ? 1 : 2;
}

export interface NamedMembers {
  /** Named objects that are no part of the set any more. */
  readonly vanished: readonly string[];
  /** Named objects that already ask for what they should. */
  readonly changed: readonly string[];
}

/** @param goal the racks each of them should ask for: 1 to grow, 0 to give back */
export function namedMembers(
  names: readonly string[],
  members: readonly PoolMember[],
  goal: 0 | 1,
): NamedMembers {
  const desired = new Map(members.map((member) => [member.name, member.desired]));
  return {
    vanished: names.filter((name) => !desired.has(name)),
    changed: names.filter((name) => desired.get(name) === goal),
  };
}

/** @returns the racks that the count would show with the intent's objects as they are now */
export function racksOnTheWay(
  { direction, fromRacks }: Pick<Intent, "direction" | "fromRacks">,
  { changed }: NamedMembers,
): number {
  return direction === "Out" ? fromRacks + changed.length : fromRacks - changed.length;
}

/** @returns the most racks that the object, or the set of them, can ask for; Infinity: no bound */
export const mostRacks = ({ members, bounds }: PoolCount): number =>
  Math.min(members?.length ?? Number.POSITIVE_INFINITY, bounds?.most ?? Number.POSITIVE_INFINITY);

/**
 * @returns whether a change of the set's count is the doing of an intent that names objects: each
 *   of them is its own write, so that any number of them may have been found before and may be now
 */
export function explainsMembers(
  intent: Pick<Intent, "direction" | "fromRacks">,
  objects: readonly string[],
  before: number,
  { desired, members = [] }: PoolCount,
): boolean {
  const named = namedMembers(objects, members, intent.direction === "Out" ? 1 : 0);
  const apart = Math.abs(before - intent.fromRacks);
  const ours = apart <= named.changed.length && desired === racksOnTheWay(intent, named);
  return ours && Math.sign(desired - before) === (intent.direction === "Out" ? 1 : -1);
}

/** @returns the names of the objects that ask for a rack, in order */
export const askingObjects = (members: readonly PoolMember[]): readonly string[] =>
  members
    .filter(({ desired }) => desired > 0)
    .map(({ name }) => name)
    .toSorted();

/**
 * @returns whether an object was turned on or off, or joined or left the set, that no started
 *   decision of ours turned so: also where the count is as it was, since one went on, another off
 */
export function changedByOthers(
  before: readonly string[],
  after: readonly string[],
  intents: readonly Pick<Intent, "direction" | "objects" | "askedRacks">[],
): boolean {
  const started = intents.filter(({ askedRacks }) => askedRacks !== null);
  const named = (out: boolean): ReadonlySet<string> =>
    new Set(
      started.flatMap(({ direction, objects = [] }) =>
        (direction === "Out") === out ? objects : [],
      ),
    );
  const [turnedOn, turnedOff] = [named(true), named(false)];
  return (
    after.some((name) => !before.includes(name) && !turnedOn.has(name)) ||
    before.some((name) => !after.includes(name) && !turnedOff.has(name))
  );
}
