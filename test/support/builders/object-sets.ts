/** Builders of pools that are a set of objects: `rack-0` is of `sub-0`, and so on. */
import type {
  PoolCount,
  PoolMember,
  PoolObservation,
  RackObservation,
} from "../../../src/core/observation.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aPoolObservation, aRack } from "./observed.ts";
import type { RackOptions } from "./observed.ts";

type Stock = PoolCount["stock"];

/** @param on which objects have a rack; @param stocks of the others, where known */
export const someMembers = (
  on: readonly boolean[],
  stocks: Readonly<Record<string, Stock>> = {},
): readonly PoolMember[] =>
  on.map((isOn, n) => {
    const name = `sub-${n}`;
    return { name, desired: rackCount(isOn ? 1 : 0), stock: stocks[name] ?? "unknown" };
  });

/** @returns the count of a set in which the named objects have a rack */
export function aSetCount(
  on: readonly number[],
  objects = 6,
  stocks: Readonly<Record<string, Stock>> = {},
): PoolCount {
  const { count } = aPoolObservation(on.length);
  if (count === null) throw new Error("the builder's pool is readable");
  const flags = Array.from({ length: objects }, (_, n) => on.includes(n));
  return { ...count, current: null, members: someMembers(flags, stocks) };
}

/** A rack all of whose nodes belong to one object; null: to none. */
export function aRackOf(
  id: string,
  member: string | null,
  options: RackOptions = {},
): RackObservation {
  const node = { ...options.node, ...(member !== null && { member }) };
  return aRack(id, { ...options, node });
}

/** Six objects, the first four with their racks. */
export const aSetObservation = (changes: Partial<PoolObservation> = {}): PoolObservation =>
  aPoolObservation(4, {
    count: aSetCount([0, 1, 2, 3]),
    racks: [0, 1, 2, 3].map((n) => aRackOf(`rack-${n}`, `sub-${n}`)),
    ...changes,
  });
