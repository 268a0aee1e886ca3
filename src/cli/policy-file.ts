/** A policy that people propose: InferenceFleets and RackPools in a file, as they are applied. */
import { compileFleet } from "../config/compile-fleet.ts";
import { compilePool } from "../config/compile-pool.ts";
import type { Compilation } from "../config/field-error.ts";
import { describeDocument, readDocument } from "../config/written-document.ts";
import { compileItem, writtenItems } from "../config/written-items.ts";
import type { WrittenItem } from "../config/written-items.ts";
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../core/compiled.ts";
import { groupsOf } from "../core/groups.ts";
import { DAY_MS, epochMs } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import { readText } from "./text-file.ts";
import { UsageError } from "./usage-error.ts";

export interface ProposedPolicy {
  /** @returns the group with the objects of the file in place of its own of those names */
  readonly groupOf: (recorded: CompiledGroup, now: EpochMs) => CompiledGroup;
  /**
   * A file may be about several groups, and about more objects than one of them has.
   * @param known every object of what it is compared with, as `objectNames` names them
   * @throws UsageError that names an object of the file which is none of them
   */
  readonly checkNames: (known: readonly string[]) => void;
}

/** @returns what messages call the objects of a group */
export const objectNames = ({
  fleets,
  pools,
}: Pick<CompiledGroup, "fleets" | "pools">): readonly string[] => [
  ...fleets.map(({ key }) => `InferenceFleet ${key}`),
  ...pools.map(({ name }) => `RackPool ${name}`),
];

/** @throws UsageError for what is wrong in the file */
export function policyFile(file: string): ProposedPolicy {
  const { fleets: written, pools } = objectsOf(file);
  if (written.length + pools.length === 0) {
    throw new UsageError(`${file}: found no InferenceFleet and no RackPool, expected one at least`);
  }
  const fleetsAt = byDay((now): readonly CompiledFleet[] =>
    written.map((object) => read(file, object, (raw) => compileFleet(raw, now))),
  );
  return {
    groupOf: (recorded, now) => {
      const fleets = fleetsAt(now);
      return {
        ...recorded,
        fleets: recorded.fleets.map((fleet) => replaced(fleet, fleets)),
        pools: recorded.pools.map((pool) => replacedPool(pool, pools)),
      };
    },
    checkNames: (known) => {
      const names = objectNames({ fleets: fleetsAt(epochMs(0)), pools });
      const strange = names.find((name) => !known.includes(name));
      if (strange === undefined) return;
      const expected = `one of those that were recorded: ${known.join(", ")}`;
      throw new UsageError(`${file}: found ${strange}, expected ${expected}`);
    },
  };
}

/** @returns at an instant the groups of the objects of a file, as a cluster would have them */
export type WholePolicy = (now: EpochMs) => readonly CompiledGroup[];

/** @throws UsageError for what is wrong in the file, and where there is no fleet or no pool */
export function wholePolicy(file: string): WholePolicy {
  const { fleets, pools } = objectsOf(file);
  if (fleets.length === 0 || pools.length === 0) {
    const found = `${fleets.length} InferenceFleets and ${pools.length} RackPools`;
    throw new UsageError(`${file}: found ${found}, expected one of each at least`);
  }
  return byDay((now) =>
    groupsOf(
      pools,
      fleets.map((object) => read(file, object, (raw) => compileFleet(raw, now))),
    ),
  );
}

/** Schedules are expanded for days ahead: once a day is enough, each tick would be slow. */
function byDay<T>(made: (now: EpochMs) => T): (now: EpochMs) => T {
  const known = new Map<number, T>();
  return (now) => {
    const day = Math.floor(now / DAY_MS);
    const found = known.get(day) ?? made(epochMs(day * DAY_MS));
    known.set(day, found);
    return found;
  };
}

/** Where an object is written. */
interface Written extends WrittenItem {
  readonly text: string;
}

interface PolicyObjects {
  /** Compiled at every instant anew: their calendars depend on it. */
  readonly fleets: readonly Written[];
  readonly pools: readonly CompiledPool[];
}

/** Other kinds are passed over: a file is often what is applied as a whole. */
function objectsOf(file: string): PolicyObjects {
  const objects = documentsOf(readText(file)).flatMap((text) =>
    valueOf(file, text, (raw) => ({ ok: true, value: writtenItems(raw) })).map((item) => {
      return { ...item, text };
    }),
  );
  const pools = objects.filter(({ kind }) => kind === "RackPool");
  return {
    fleets: objects.filter(({ kind }) => kind === "InferenceFleet"),
    pools: pools.map((object) => read(file, object, compilePool)),
  };
}

/** @returns each document at its own lines */
function documentsOf(text: string): readonly string[] {
  const lines = text.split("\n");
  const starts = [0, ...lines.flatMap((line, at) => (line.startsWith("---") ? [at + 1] : []))];
  return starts.map((from, n) => {
    const to = starts[n + 1] === undefined ? lines.length : (starts[n + 1] ?? 0) - 1;
    return [...lines.slice(0, from).map(() => ""), ...lines.slice(from, to)].join("\n");
  });
}

const read = <T>(
  file: string,
  { text, index }: Written,
  compile: (raw: unknown) => Compilation<T>,
): T => valueOf(file, text, (raw) => compileItem(raw, { index }, compile));

function valueOf<T>(file: string, text: string, compile: (raw: unknown) => Compilation<T>): T {
  const found = readDocument(text, compile);
  if (found.ok) return found.value;
  throw new UsageError(describeDocument(file, found.errors));
}

/** What identifies the object stays as it was recorded. */
function replaced(fleet: CompiledFleet, proposed: readonly CompiledFleet[]): CompiledFleet {
  const other = proposed.find(({ key }) => key === fleet.key);
  if (other === undefined) return fleet;
  return { ...other, uid: fleet.uid, generation: fleet.generation };
}

/** What its count is read from, too: a log of a simulation has another backend than a cluster. */
function replacedPool(pool: CompiledPool, proposed: readonly CompiledPool[]): CompiledPool {
  const other = proposed.find(({ name }) => name === pool.name);
  if (other === undefined) return pool;
  const { uid, generation, backend } = pool;
  return { ...other, uid, generation, backend };
}
