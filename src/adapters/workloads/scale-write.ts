/** The guarded write of an object's counts: one request that tests what was read. */
import { PortError } from "../../ports/errors.ts";
import type { WriteOutcome } from "../../ports/rack-backend.ts";
import type { ReplicaWrite } from "../../ports/workloads.ts";
import type { JsonPatchOperation, KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, numberAt } from "../kubernetes/decode.ts";
import type { Discovered, Discovery } from "../kubernetes/discovery.ts";
import { isNotFound } from "../kubernetes/failures.ts";
import { type FoundCount, type NoCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import { objectName } from "../kubernetes/resources.ts";
import { type ReadScale, SCALE, writeScale } from "../kubernetes/scale-subresource.ts";
import { countPlace, type CountPlace } from "./decode-object.ts";

export interface ScaleWriter {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

interface Place extends CountPlace {
  readonly from: number;
  readonly to: number;
}

interface Found extends FoundCount {
  readonly places: readonly Place[];
  /** Of the subresource; "" where it is not what is written. */
  readonly resourceVersion: string;
}

/** @returns as `Workloads.scale` says. @throws PortError */
export async function writeReplicas(
  options: ScaleWriter,
  change: ReplicaWrite,
): Promise<WriteOutcome> {
  const { ref, located } = {
    ref: change.object,
    located: await options.discovery.locate(change.object),
  };
  const through = change.changes.every(({ part }) => part === null) ? subresourceOf(located) : null;
  // Several counts are one change: before it all are `from`, after it all are `to`.
  const [first] = change.changes;
  const single = change.changes.length === 1 && first !== undefined;
  const bounds = single ? { from: first.from, to: first.to } : { from: 0, to: 1 };
  const target = {
    name: `${ref.kind} ${ref.namespace}/${ref.name} replicas`,
    read: () => readCounts(options, change, { located, through, single }),
    patch: (found: Found) =>
      through === null
        ? options.client.jsonPatch(located.at, patchOf(found))
        : writeScale(options.client, located.at, ...scaleOf(found)),
  };
  return writeGuarded(target, { uid: change.uid, ...bounds });
}

/** @returns the subresource to write, null where the kind has none */
const subresourceOf = ({ subresources }: Discovered): typeof SCALE | null =>
  subresources.includes("scale") ? SCALE : null;

interface Reading {
  readonly located: Discovered;
  readonly through: typeof SCALE | null;
  readonly single: boolean;
}

async function readCounts(
  { client }: ScaleWriter,
  change: ReplicaWrite,
  { located, through, single }: Reading,
): Promise<Found | NoCount> {
  const name = objectName(located.at);
  try {
    const object = await client.get(located.at);
    const scale = through === null ? null : await client.get(located.at, through);
    const places: Place[] = [];
    for (const { part, from, to } of change.changes) {
      const place = placeOf(object, scale, { ref: change.object, part });
      if ("text" in place) return { kind: "NoCount", text: `${name}: ${place.text}` };
      places.push({ ...place, from, to });
    }
    const { uid } = metaOf(object);
    const resourceVersion = scale === null ? "" : metaOf(scale).resourceVersion;
    const count = single ? (places[0]?.count ?? 0) : jointCount(places);
    if (count === null) return { kind: "NoCount", text: mixed(name, places) };
    return { kind: "Count", uid, count, places, resourceVersion };
  } catch (error) {
    if (isNotFound(error)) return { kind: "NoCount", text: `${name}: found none, expected one` };
    throw error;
  }
}

/** A Scale leaves out a zero. */
function placeOf(
  object: Json,
  scale: Json | null,
  ref: Parameters<typeof countPlace>[1],
): ReturnType<typeof countPlace> {
  const place = countPlace(object, ref);
  if (scale === null || "text" in place) return place;
  return { ...place, pointer: "/spec/replicas", count: numberAt(scale, "spec", "replicas") };
}

/** @returns 0 before the change, 1 after it, null for anything between */
function jointCount(places: readonly Place[]): number | null {
  if (places.every(({ count, to }) => (count ?? 0) === to)) return 1;
  return places.every(({ count, from }) => (count ?? 0) === from) ? 0 : null;
}

const mixed = (name: string, places: readonly Place[]): string =>
  places
    .map(({ pointer, count, from, to }) => `${pointer} is ${count}, expected ${from} or ${to}`)
    .reduce((text, place) => `${text} ${place};`, `${name}:`)
    .slice(0, -1);

const sameObject = ({ uid }: FoundCount): JsonPatchOperation => ({
  op: "test",
  path: "/metadata/uid",
  value: uid,
});

const patchOf = (found: Found): readonly JsonPatchOperation[] => [
  sameObject(found),
  ...found.places.flatMap(({ named, pointer, count, to }): readonly JsonPatchOperation[] => [
    ...(named === null ? [] : [{ op: "test" as const, path: named.pointer, value: named.value }]),
    { op: "test", path: pointer, value: count },
    { op: "add", path: pointer, value: to },
  ]),
];

/** @throws PortError when there is no count to write: reading must have said so */
function scaleOf({ uid, resourceVersion, places: [place] }: Found): [ReadScale, number] {
  if (place === undefined) throw new PortError("invalid", "no count to write was given");
  return [{ uid, resourceVersion, replicas: place.count }, place.to];
}
