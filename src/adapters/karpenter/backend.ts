import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import type { CountChange, RackBackend } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import {
  type Decoded,
  foundReading,
  type FoundReading,
  guardedReplace,
  poolReading,
} from "../kubernetes/counted-object.ts";
import { eventsSince } from "../kubernetes/events-since.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { forEachLimited } from "../kubernetes/for-each-limited.ts";
import { type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { type ObjectAt, PODS, type Resource } from "../kubernetes/resources.ts";
import { foresee, type NodeClaim, otherwise, stockOf, toNodeClaim, toNodePod } from "./claims.ts";
import { decodeNodePool, type NodePoolReading } from "./decode.ts";

/** pkg/apis/v1/labels.go, NodePoolLabelKey. */
const POOL_LABEL = "karpenter.sh/nodepool";

export interface KarpenterBackendOptions {
  readonly client: KubeClient;
}

/**
 * Sizes a static Karpenter NodePool. Karpenter takes no marks, so the count falls only while its
 * own order leaves it no choice but the emptied rack.
 */
export function karpenterBackend({ client }: KarpenterBackendOptions): RackBackend {
  const fetch = (pool: CompiledPool): Promise<Decoded<NodePoolReading> | null> =>
    orMissing(async () => decodeNodePool(await client.get(locate(pool)), pool));
  return {
    kind: "karpenter",
    read: async (pool) => {
      const decoded = await fetch(pool);
      const reading = poolReading(pool, decoded);
      if (decoded?.ok !== true) return reading;
      return { ...reading, count: await withClaims(client, pool, decoded.reading) };
    },
    write: (pool, change) => {
      const { countPerRack } = pool.backend;
      const { uid, from, to } = change;
      const units = { uid, from: from * countPerRack, to: to * countPerRack };
      return writeGuarded(guardedCount(pool, change, { client, fetch }), units);
    },
    spare: () => Promise.resolve(),
  };
}

const locate = ({ backend: { target } }: CompiledPool): ObjectAt => ({
  resource: { apiVersion: target.apiVersion, plural: "nodepools", kind: target.kind },
  namespace: target.namespace,
  name: target.name,
});

async function claimsOf(
  client: KubeClient,
  { backend: { target } }: CompiledPool,
): Promise<readonly NodeClaim[]> {
  const { apiVersion, name } = target;
  const resource: Resource = { apiVersion, plural: "nodeclaims", kind: "NodeClaim" };
  const labelSelector = `${POOL_LABEL}=${name}`;
  return (await listAll(client, { resource, namespace: "", labelSelector })).map(toNodeClaim);
}

/**
 * While nodes are missing: how many the provider has launched, and why not the others. A claim that
 * meets a stock-out is deleted and made again, so that often only an event tells; where none are
 * made at all, the NodePool's own conditions.
 */
async function withClaims(
  client: KubeClient,
  pool: CompiledPool,
  { count, writtenAtMs, stopped }: NodePoolReading,
): Promise<PoolCount> {
  if ((count.current ?? 0) >= count.desired) return count;
  const { target, countPerRack } = pool.backend;
  const claims = await claimsOf(client, pool);
  const launched = claims.filter((claim) => claim.launched && !claim.terminating).length;
  const said = await eventsSince(client, {
    namespace: "default",
    kind: "NodeClaim",
    reasons: ["InsufficientCapacityError"],
    about: (name) => isClaimOf(target.name, name),
    sinceMs: writtenAtMs,
  });
  const granted = rackCount(Math.floor(launched / countPerRack));
  return { ...count, granted, stock: stockOf(claims, [...said, stopped]) };
}

/** Claims are named `<pool>-xxxxx` by the API server (scheduling/nodeclaimtemplate.go). */
const isClaimOf = (pool: string, name: string): boolean =>
  name.startsWith(`${pool}-`) && !name.slice(pool.length + 1).includes("-");

interface Reach {
  readonly client: KubeClient;
  fetch(pool: CompiledPool): Promise<Decoded<NodePoolReading> | null>;
}

function guardedCount(
  pool: CompiledPool,
  change: CountChange,
  { client, fetch }: Reach,
): GuardedCount<FoundReading<NodePoolReading>> {
  return {
    name: `NodePool ${pool.backend.target.name} spec.replicas`,
    read: async () => foundReading(pool, await fetch(pool)),
    prepare: async () => (change.to < change.from ? obstacleTo(client, pool, change) : ""),
    patch: (found, to) =>
      client.jsonPatch(locate(pool), guardedReplace("/spec/replicas", found, to)),
  };
}

/** @returns why other nodes than the rack's could go, "" when none can */
async function obstacleTo(
  client: KubeClient,
  pool: CompiledPool,
  { from, to, victims = [] }: CountChange,
): Promise<string> {
  const { countPerRack } = pool.backend;
  const shrink = { victims, from: from * countPerRack, to: to * countPerRack };
  const foreseen = foresee(await claimsOf(client, pool), shrink);
  if (foreseen.kind === "Refuse") return foreseen.text;
  const found: string[] = [];
  const look = async (node: string, empty: boolean) => {
    if (found.length === 0) found.push(...(await contradiction(client, node, empty)));
  };
  await forEachLimited(foreseen.empty, (node) => look(node, true));
  await forEachLimited(foreseen.busy, (node) => look(node, false));
  return found[0] ?? "";
}

async function contradiction(
  client: KubeClient,
  node: string,
  empty: boolean,
): Promise<readonly string[]> {
  const fieldSelector = `spec.nodeName=${node}`;
  const pods = await listAll(client, { resource: PODS, namespace: "", fieldSelector });
  const text = otherwise(node, pods.map(toNodePod), empty);
  return text === "" ? [] : [text];
}
