/** A policy that people propose: InferenceFleets and RackPools in a file, as they are applied. */
import { compileFleet } from "../config/compile-fleet.ts";
import { compilePool } from "../config/compile-pool.ts";
import type { Compilation } from "../config/field-error.ts";
import { describeDocument, readDocument } from "../config/written-document.ts";
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../core/compiled.ts";
import { groupsOf } from "../core/groups.ts";
import { DAY_MS, epochMs } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import { readText } from "./text-file.ts";
import { UsageError } from "./usage-error.ts";

/** @returns the group with the objects of the file in place of its own of those names */
export type ProposedPolicy = (recorded: CompiledGroup, now: EpochMs) => CompiledGroup;

/** @throws UsageError for what is wrong in the file; also when a group has no such objects */
export function policyFile(file: string): ProposedPolicy {
  const documents = documentsOf(readText(file));
  const fleetTexts = documents.filter(isOf("InferenceFleet"));
  const pools = documents.filter(isOf("RackPool")).map((text) => read(file, text, compilePool));
  if (fleetTexts.length + pools.length === 0) {
    throw new UsageError(`${file}: found no InferenceFleet and no RackPool, expected one at least`);
  }
  const fleetsAt = byDay((now): readonly CompiledFleet[] =>
    fleetTexts.map((text) => read(file, text, (raw) => compileFleet(raw, now))),
  );
  return (recorded, now) => {
    const fleets = fleetsAt(now);
    checkNames(file, { fleets, pools }, recorded);
    return {
      ...recorded,
      fleets: recorded.fleets.map((fleet) => replaced(fleet, fleets)),
      pools: recorded.pools.map((pool) => replacedPool(pool, pools)),
    };
  };
}

/** @returns at an instant the groups of the objects of a file, as a cluster would have them */
export type WholePolicy = (now: EpochMs) => readonly CompiledGroup[];

/** @throws UsageError for what is wrong in the file, and where there is no fleet or no pool */
export function wholePolicy(file: string): WholePolicy {
  const documents = documentsOf(readText(file));
  const fleets = documents.filter(isOf("InferenceFleet"));
  const pools = documents.filter(isOf("RackPool")).map((text) => read(file, text, compilePool));
  if (fleets.length === 0 || pools.length === 0) {
    const found = `${fleets.length} InferenceFleets and ${pools.length} RackPools`;
    throw new UsageError(`${file}: found ${found}, expected one of each at least`);
  }
  return byDay((now) =>
    groupsOf(
      pools,
      fleets.map((text) => read(file, text, (raw) => compileFleet(raw, now))),
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

const isOf =
  (kind: string) =>
  (text: string): boolean =>
    new RegExp(`^kind: *${kind}\\b`, "m").test(text);

/** @returns each document at its own lines */
function documentsOf(text: string): readonly string[] {
  const lines = text.split("\n");
  const starts = [0, ...lines.flatMap((line, at) => (line.startsWith("---") ? [at + 1] : []))];
  return starts.map((from, n) => {
    const to = starts[n + 1] === undefined ? lines.length : (starts[n + 1] ?? 0) - 1;
    return [...lines.slice(0, from).map(() => ""), ...lines.slice(from, to)].join("\n");
  });
}

function read<T>(file: string, text: string, compile: (raw: unknown) => Compilation<T>): T {
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

function checkNames(
  file: string,
  { fleets, pools }: Pick<CompiledGroup, "fleets" | "pools">,
  recorded: CompiledGroup,
): void {
  const known = [
    ...recorded.fleets.map(({ key }) => `InferenceFleet ${key}`),
    ...recorded.pools.map(({ name }) => `RackPool ${name}`),
  ];
  const named = [
    ...fleets.map(({ key }) => `InferenceFleet ${key}`),
    ...pools.map(({ name }) => `RackPool ${name}`),
  ];
  const strange = named.find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new UsageError(`${file}: found ${strange}, expected one of the log: ${known.join(", ")}`);
}
