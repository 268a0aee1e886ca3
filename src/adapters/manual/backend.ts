import { createHash } from "node:crypto";
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { reason } from "../../core/reasons.ts";
import { rackCount } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventSink } from "../../ports/event-sink.ts";
import { PortError } from "../../ports/errors.ts";
import type { CountChange, RackBackend, WriteOutcome } from "../../ports/rack-backend.ts";
import type { JsonPatchOperation, KubeClient } from "../kubernetes/client.ts";
import type { Json } from "../kubernetes/decode.ts";
import { isRefusedWrite, orMissing } from "../kubernetes/failures.ts";
import { type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { refused } from "../kubernetes/refusals.ts";
import {
  CONFIG_MAPS,
  NODES,
  type ObjectAt,
  objectName,
  RACK_POOLS,
} from "../kubernetes/resources.ts";
import { labelSelector } from "../kubernetes/selector.ts";
import { askText } from "./ask.ts";
import { type Asked, decodeAsk, type DecodedAsk, racksPresent } from "./decode.ts";

const NAME_PREFIX = "breakwater-pool-";
/** Names of Kubernetes objects. */
const NAME_MAX = 253;
/** Stands for the uid of the ask while nothing has been asked for. */
const NOT_ASKED = "not-asked";

export interface ManualBackendOptions {
  readonly client: KubeClient;
  /** The controller's own. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly events: EventSink;
}

/**
 * Asks a person, or the tool that turns a ConfigMap into a ticket, for racks. They answer by adding
 * or removing nodes; who edits the ConfigMap says that another number is wanted.
 */
export function manualBackend(options: ManualBackendOptions): RackBackend {
  return {
    kind: "manual",
    read: async (pool) => {
      const decoded = await fetchAsk(options, pool);
      if (!decoded.ok) return { count: null, refusals: refused(decoded.refusals) };
      return { count: countOf(decoded.asked), refusals: [] };
    },
    write: async (pool, change) => {
      const decoded = await fetchAsk(options, pool);
      if (!decoded.ok) return { kind: "Conflict", found: decoded.refusals.join("; ") };
      const outcome =
        decoded.asked.uid === NOT_ASKED
          ? await askFirst(options, pool, { change, present: decoded.asked.racks })
          : await writeGuarded(guardedAsk(options, pool, change), change);
      if (outcome.kind === "Written") await tell(options, pool, change);
      return outcome;
    },
    // A person reads the names of the nodes in the ask itself.
    spare: () => Promise.resolve(),
  };
}

const countOf = ({ uid, resourceVersion, racks, lastWriter }: Asked): PoolCount => ({
  uid,
  resourceVersion,
  desired: rackCount(racks),
  current: null,
  lastWriter,
  stock: "unknown",
});

/** A pool's name may be as long as any name. */
function locate({ namespace }: ManualBackendOptions, pool: CompiledPool): ObjectAt {
  const plain = `${NAME_PREFIX}${pool.name}`;
  const digest = () => createHash("sha256").update(pool.name).digest("hex");
  const name = plain.length <= NAME_MAX ? plain : `${NAME_PREFIX}${digest()}`;
  return { resource: CONFIG_MAPS, namespace, name };
}

/** Before anything was asked for, what is there is what is wanted. */
async function fetchAsk(options: ManualBackendOptions, pool: CompiledPool): Promise<DecodedAsk> {
  const at = locate(options, pool);
  const object = await orMissing(() => options.client.get(at));
  if (object !== null) {
    return decodeAsk(object, `RackPool ${pool.name} spec.backend: ${objectName(at)}`);
  }
  const racks = racksPresent(await nodesOf(options, pool), pool);
  return { ok: true, asked: { uid: NOT_ASKED, resourceVersion: "", racks, lastWriter: "" } };
}

function nodesOf({ client }: ManualBackendOptions, { backend }: CompiledPool) {
  return listAll(client, {
    resource: NODES,
    namespace: "",
    labelSelector: labelSelector(backend.nodeLabels),
  });
}

interface FirstAsk {
  readonly change: CountChange;
  readonly present: number;
}

/** The server takes one creation: whoever comes second finds the first one's. */
async function askFirst(
  options: ManualBackendOptions,
  pool: CompiledPool,
  { change, present }: FirstAsk,
): Promise<WriteOutcome> {
  const { uid, from, to } = change;
  const at = locate(options, pool);
  const conflict = (found: string): WriteOutcome => ({
    kind: "Conflict",
    found: `${objectName(at)}: ${found}`,
  });
  if (uid !== NOT_ASKED) return conflict(`found none, expected ${uid}`);
  if (present === to) return { kind: "AlreadyDone" };
  if (present !== from) return conflict(`found ${present} racks there, expected ${from}`);
  try {
    await options.client.create(at, configMap(at, dataOf(options, pool, change)));
    return { kind: "Written" };
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    const decoded = await fetchAsk(options, pool);
    if (!decoded.ok) return conflict(decoded.refusals.join("; "));
    if (decoded.asked.uid === NOT_ASKED) throw error;
    const { racks } = decoded.asked;
    return racks === to ? { kind: "AlreadyDone" } : conflict(`is ${racks}, expected none`);
  }
}

const mayHaveHappened = (error: unknown): boolean =>
  isRefusedWrite(error) || (error instanceof PortError && error.retryable);

const configMap = ({ name, namespace }: ObjectAt, data: Json): Json => ({
  apiVersion: CONFIG_MAPS.apiVersion,
  kind: CONFIG_MAPS.kind,
  metadata: { name, namespace, labels: { "app.kubernetes.io/managed-by": "breakwater" } },
  data,
});

const dataOf = (
  { clock }: ManualBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): Readonly<Record<string, string>> => ({
  racks: `${change.to}`,
  since: new Date(clock.now()).toISOString(),
  decision: change.decision ?? "",
  text: askText(pool, change),
});

function guardedAsk(
  options: ManualBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): GuardedCount {
  const at = locate(options, pool);
  return {
    name: `${objectName(at)} data.racks`,
    read: async () => {
      const decoded = await fetchAsk(options, pool);
      if (!decoded.ok) return { kind: "NoCount", text: decoded.refusals.join("; ") };
      return { kind: "Count", uid: decoded.asked.uid, count: decoded.asked.racks };
    },
    patch: ({ uid, count }) =>
      options.client.jsonPatch(at, [
        { op: "test", path: "/metadata/uid", value: uid },
        { op: "test", path: "/data/racks", value: `${count}` },
        ...Object.entries(dataOf(options, pool, change)).map(
          ([key, value]): JsonPatchOperation => ({ op: "add", path: `/data/${key}`, value }),
        ),
      ]),
  };
}

async function tell(
  { events }: ManualBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): Promise<void> {
  const { apiVersion, kind } = RACK_POOLS;
  await events.publish({
    about: { apiVersion, kind, namespace: "", name: pool.name, uid: pool.uid },
    type: "Normal",
    action: "Scale",
    reason: reason("person-asked", askText(pool, change)),
  });
}
