/** A set of objects of one rack each, or none, as one count. */
import { createHash } from "node:crypto";
import type { CompiledMembers, CompiledPool } from "../../core/compiled.ts";
import type { PoolCount, PoolMember } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import { decodeCountField, type FieldReading } from "../kubernetes/count-field.ts";
import { countPlace, placeName } from "../kubernetes/count-place.ts";
import { type Json, metaOf } from "../kubernetes/decode.ts";
import { labelSelector } from "../kubernetes/selector.ts";

export interface SetMember {
  readonly name: string;
  readonly reading: FieldReading;
}

export interface SetReading {
  /** By name. */
  readonly members: readonly SetMember[];
  readonly count: PoolCount;
}

/** The reading, or every reason why the pool must not be scaled. */
export type DecodedSet =
  | { readonly ok: true; readonly reading: SetReading }
  | { readonly ok: false; readonly refusals: readonly string[] };

/** @param objects at least one */
export function decodeSet(objects: readonly Json[], pool: CompiledPool): DecodedSet {
  const members: SetMember[] = [];
  const refusals: string[] = [];
  for (const object of objects) {
    const { name } = metaOf(object);
    const decoded = decodeCountField(object, pool);
    if (!decoded.ok) refusals.push(...decoded.refusals);
    else if (decoded.reading.count.desired > 1) refusals.push(tooMany(name, decoded.reading, pool));
    else members.push({ name, reading: decoded.reading });
  }
  if (refusals.length > 0) return { ok: false, refusals };
  const sorted = members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { ok: true, reading: { members: sorted, count: countOf(sorted, pool) } };
}

function tooMany(name: string, { written }: FieldReading, { backend }: CompiledPool): string {
  const field = `${backend.target.kind} ${name} ${placeName(countPlace(backend))}`;
  return (
    `${field}: found ${written}, expected 0 or ${backend.countPerRack}: an object of the set is ` +
    "one rack or none; correct it, or take it out of the set"
  );
}

function countOf(members: readonly SetMember[], { backend }: CompiledPool): PoolCount {
  const racks = members.reduce((total, { reading }) => total + reading.count.desired, 0);
  const [latest] = members.toSorted((a, b) => writtenLater(a.reading, b.reading));
  const shown = members.map(
    ({ name, reading: { count } }): PoolMember => ({
      name,
      desired: count.desired,
      stock: count.stock,
    }),
  );
  return {
    uid: setUid(members, backend.members),
    resourceVersion: latest?.reading.count.resourceVersion ?? "",
    desired: rackCount(racks),
    current: null,
    lastWriter: latest?.reading.count.lastWriter ?? "",
    stock: stockOfNext(shown),
    members: shown,
  };
}

/** Times are whole seconds: within one the version, which rises with every write, decides. */
function writtenLater(a: FieldReading, b: FieldReading): number {
  if (a.writtenAtMs !== b.writtenAtMs) return b.writtenAtMs - a.writtenAtMs;
  return Number(b.count.resourceVersion) - Number(a.count.resourceVersion);
}

/** What the next rack would meet: one object out of stock does not bar the others. */
function stockOfNext(members: readonly PoolMember[]): PoolCount["stock"] {
  const free = members.filter(({ desired }) => desired === 0);
  const stocks = (free.length > 0 ? free : members).map(({ stock }) => stock);
  if (stocks.includes("available")) return "available";
  const problem = stocks.find((stock) => stock !== "unknown") ?? "unknown";
  return free.length > 0 && stocks.includes("unknown") ? "unknown" : problem;
}

/** Stable while the set has the same objects; another object under an old name is another set. */
function setUid(members: readonly SetMember[], set: CompiledMembers | null): string {
  const uids = members.map(({ name, reading }) => `${name}=${reading.count.uid}`).join("\n");
  const digest = createHash("sha256").update(uids).digest("hex").slice(0, DIGEST_CHARS);
  return `${set === null ? "" : setName(set)}@${digest}`;
}

/** 64 bits: nobody attacks it, and it is read by people in conflicts. */
const DIGEST_CHARS = 16;

/** @returns `ContainerNodePool infra/rack-set=a` */
export const setName = ({ kind, namespace, selector }: CompiledMembers): string =>
  `${kind} ${namespace === "" ? "" : `${namespace}/`}${labelSelector(selector)}`;
