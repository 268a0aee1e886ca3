import type { CompiledMembers, CompiledPool } from "../../core/compiled.ts";
import type { Refusal } from "../../core/observation.ts";
import type { CountChange, RackBackend, WriteOutcome } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { decodeCountField, fieldCount, type FieldReading } from "../kubernetes/count-field.ts";
import { countPlace, placeName } from "../kubernetes/count-place.ts";
import { type FoundReading, foundReading } from "../kubernetes/counted-object.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { type NoCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { refused } from "../kubernetes/refusals.ts";
import type { ObjectAt } from "../kubernetes/resources.ts";
import { labelSelector } from "../kubernetes/selector.ts";
import { type DecodedSet, decodeSet, setName, type SetReading } from "./decode.ts";

export interface ObjectSetBackendOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/** Sizes a set of objects that stand for one rack each: those named are turned on or off. */
export function objectSetBackend(options: ObjectSetBackendOptions): RackBackend {
  return {
    kind: "object-set",
    read: async (pool) => {
      const decoded = await fetchSet(options, pool);
      if (decoded === null) return { count: null, refusals: [noSuchSet(pool)] };
      if (!decoded.ok) return { count: null, refusals: refused(decoded.refusals) };
      return { count: decoded.reading.count, refusals: [] };
    },
    write: async (pool, change) => {
      const due = await dueNow(options, pool, change);
      if ("kind" in due) return due;
      const outcome = await writeEach(options, pool, due);
      if (outcome.kind === "Conflict") return outcome;
      // Read back: others may have turned objects on or off meanwhile.
      const after = await dueNow(options, pool, change);
      if (!("kind" in after)) return { kind: "Conflict", found: undone(pool, after) };
      return after.kind === "AlreadyDone" ? outcome : after;
    },
    // The object of the emptied rack is named: nothing else can go.
    spare: () => Promise.resolve(),
  };
}

function membersOf({ name, backend: { members } }: CompiledPool): CompiledMembers {
  if (members === null) throw new Error(`RackPool ${name}: an object set without members compiled`);
  return members;
}

function noSuchSet(pool: CompiledPool): Refusal {
  const found = `RackPool ${pool.name} spec.backend.members: found no ${setName(membersOf(pool))}`;
  return { code: "pool-unknown", text: `${found}, expected one for each rack` };
}

/** @returns null when nothing matches, or the kind is not served */
async function fetchSet(
  { client, discovery }: ObjectSetBackendOptions,
  pool: CompiledPool,
): Promise<DecodedSet | null> {
  const { selector } = membersOf(pool);
  const objects = await orMissing(async () => {
    const { resource, namespace } = (await discovery.locate(pool.backend.target)).at;
    return listAll(client, { resource, namespace, labelSelector: labelSelector(selector) });
  });
  return objects === null || objects.length === 0 ? null : decodeSet(objects, pool);
}

interface DueMember {
  readonly name: string;
  readonly uid: string;
  /** In racks. */
  readonly from: 0 | 1;
}

/** @returns the named objects that are still to be changed, in order; or why none is */
async function dueNow(
  options: ObjectSetBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): Promise<readonly DueMember[] | WriteOutcome> {
  const decoded = await fetchSet(options, pool);
  if (decoded === null) return { kind: "Conflict", found: noSuchSet(pool).text };
  if (!decoded.ok) return { kind: "Conflict", found: decoded.refusals.join("; ") };
  return dueMembers(decoded.reading, pool, change);
}

const undone = (pool: CompiledPool, due: readonly DueMember[]): string =>
  `${setName(membersOf(pool))}: ${due.map(({ name }) => name).join(", ")} as before our write`;

function dueMembers(
  { members, count }: SetReading,
  { backend }: CompiledPool,
  { uid, from, to, objects = [] }: CountChange,
): readonly DueMember[] | WriteOutcome {
  const name = backend.members === null ? "" : setName(backend.members);
  const conflict = (found: string): WriteOutcome => ({
    kind: "Conflict",
    found: `${name} ${found}`,
  });
  if (count.uid !== uid) return conflict(`has other objects now: ${count.uid}, expected ${uid}`);
  const racks = Math.abs(to - from);
  if (objects.length !== racks) return conflict(`is asked by ${objects.length} names for ${racks}`);
  const named = objects.map((object) => members.find((member) => member.name === object));
  const known = named.filter((member) => member !== undefined);
  if (known.length < racks) {
    const gone = objects.filter((object) => !members.some((member) => member.name === object));
    return conflict(`has lost ${gone.join(", ")}, expected to find it`);
  }
  const goal = to > from ? 1 : 0;
  const due = known.filter(({ reading }) => reading.count.desired !== goal);
  const done = racks - due.length;
  const expected = to > from ? from + done : from - done;
  if (count.desired !== expected) {
    const inUnits = (total: number) => total * backend.countPerRack;
    return conflict(`is ${inUnits(count.desired)}, expected ${inUnits(expected)}`);
  }
  if (due.length === 0) return { kind: "AlreadyDone" };
  return due.map(({ name, reading }) => ({ name, uid: reading.count.uid, from: goal ? 0 : 1 }));
}

/** One write each; what ends between two of them goes on with the rest when it is repeated. */
async function writeEach(
  options: ObjectSetBackendOptions,
  pool: CompiledPool,
  due: readonly DueMember[],
): Promise<WriteOutcome> {
  for (const member of due) {
    const outcome = await writeMember(options, pool, member);
    if (outcome.kind === "Conflict") return outcome;
  }
  return { kind: "Written" };
}

async function writeMember(
  { client, discovery }: ObjectSetBackendOptions,
  pool: CompiledPool,
  { name, uid, from }: DueMember,
): Promise<WriteOutcome> {
  const { target, countPerRack } = pool.backend;
  const locate = async (): Promise<ObjectAt> => (await discovery.locate({ ...target, name })).at;
  const read = async (): Promise<FoundReading<FieldReading> | NoCount> => {
    const object = await orMissing(async () => client.get(await locate()));
    if (object === null) return { kind: "NoCount", text: `${target.kind} ${name} is gone` };
    return foundReading(pool, decodeCountField(object, pool));
  };
  const wanted = { uid, from: from * countPerRack, to: (1 - from) * countPerRack };
  const field = `${target.kind} ${name} ${placeName(countPlace(pool.backend))}`;
  const count = fieldCount({ client, name: field, to: wanted.to, locate, read });
  return writeGuarded(count, wanted);
}
