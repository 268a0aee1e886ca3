import type { CompiledPool, InterruptionTerms } from "../../core/compiled.ts";
import type { NodeRef } from "../../core/decision.ts";
import type { UngroupedNode } from "../../core/observation.ts";
import { domainsOf } from "../../core/racks/domains.ts";
import { gpuCount } from "../../core/units.ts";
import type { ClusterNodes, MarkedNode } from "../../ports/cluster-nodes.ts";
import { FIELD_MANAGER, type KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf } from "../kubernetes/decode.ts";
import { isNotFound, isRefusedWrite } from "../kubernetes/failures.ts";
import { forEachLimited } from "../kubernetes/for-each-limited.ts";
import { type Lifecycle, lifecycleOf, type Reflector, reflector } from "../kubernetes/reflector.ts";
import { NODES } from "../kubernetes/resources.ts";
import { hasLabels } from "../kubernetes/selector.ts";
import type { Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { CORDON_ANNOTATION, decodeNode, type KeptNode } from "./decode.ts";
import { fencesOf } from "./fences.ts";
import { fencePatch, loanMarks, unfencePatch } from "./loan-marks.ts";
import { type GpusByNode, resourceSlices } from "./resource-slices.ts";

/** Kubelets write their nodes every few minutes: three in a row is a fourth try too many. */
const CONFLICT_ATTEMPTS = 4;

export interface ClusterNodesOptions {
  readonly client: KubeClient;
  readonly timers: Timers;
  readonly warn: Warn;
}

/** The cluster's nodes, kept by list and watch. */
export function clusterNodes(options: ClusterNodesOptions): ClusterNodes & Lifecycle {
  const nodes = reflector({
    ...options,
    selection: { resource: NODES, namespace: "" },
    decode: decodeNode,
  });
  const slices = resourceSlices(options);
  const patchEach = (refs: readonly NodeRef[], patchOf: PatchOf) =>
    forEachLimited(refs, (ref) => patchNode({ client: options.client, nodes }, ref, patchOf));
  return {
    ...lifecycleOf(nodes, slices),
    list: async (pools) => {
      const all = nodes.snapshot();
      const claimed = slices.gpusByNode();
      return pools.flatMap((pool) => nodesOf(pool, all, claimed));
    },
    withUids: async (uids) =>
      nodes
        .snapshot()
        .filter(({ uid }) => uids.includes(uid))
        .map(({ name, uid }) => ({ name, uid })),
    marked: async (pools) => nodes.snapshot().flatMap((node) => markedOutside(node, pools)),
    cordon: (refs) => patchEach(refs, (object) => cordonPatch(object, true)),
    uncordon: (refs) => patchEach(refs, (object) => cordonPatch(object, false)),
    fence: (refs, taint) => patchEach(refs, (object) => fencePatch(object, taint)),
    unfence: (refs, taint, at) => patchEach(refs, (object) => unfencePatch(object, taint, at)),
  };
}

function nodesOf(
  pool: CompiledPool,
  all: readonly KeptNode[],
  claimed: GpusByNode,
): readonly UngroupedNode[] {
  const nodes = all.filter(({ labels }) => hasLabels(labels, pool.backend.nodeLabels));
  const domains = domainsOf(pool.rack, nodes);
  const terms = pool.supply.interruptions;
  const fences = fencesOf(nodes, [...(terms?.taints ?? []), pool.loan?.fenceTaint]);
  return nodes.map((node, index) => {
    const { name, uid, labels, ready, cordoned, createdAt } = node;
    const fencedBy = fences.of(node);
    const notice = noticeOn(node, terms);
    // GPUs come from a device plugin or from DRA; where both run they count the same ones.
    const gpus = Math.max(node.gpusAllocatable, claimed.get(name) ?? 0);
    return {
      name,
      uid,
      pool: pool.name,
      domain: domains[index] ?? null,
      ready,
      cordoned,
      gpusAllocatable: gpuCount(gpus),
      createdAt,
      ...(fencedBy === null ? {} : { fencedBy }),
      ...(notice === undefined ? {} : { notice }),
      ...membershipOf(labels, pool),
      ...loanMarks(node, pool.loan),
    };
  });
}

/** @returns nothing for a node of any of the pools, and for one without marks of ours */
function markedOutside(node: KeptNode, pools: readonly CompiledPool[]): readonly MarkedNode[] {
  if (pools.some(({ backend }) => hasLabels(node.labels, backend.nodeLabels))) return [];
  const { name, uid, cordonedByUs } = node;
  const { loanLeft = null } = loanMarks(node, undefined);
  const bears = cordonedByUs || loanLeft !== null;
  return bears ? [{ name, uid, cordoned: cordonedByUs, loanLeft }] : [];
}

/** What says that the node's provider takes it shortly; undefined where nothing does. */
const noticeOn = (
  { taints, conditions }: KeptNode,
  terms: InterruptionTerms | undefined,
): string | undefined =>
  taints.find(({ key }) => terms?.taints.includes(key))?.key ??
  conditions.find((type) => terms?.conditions.includes(type));

/** Which object of an object set the node belongs to. */
function membershipOf(
  labels: KeptNode["labels"],
  { backend: { members } }: CompiledPool,
): Pick<UngroupedNode, "member"> {
  const member = members === null ? undefined : labels[members.nodeLabel];
  return member === undefined ? {} : { member };
}

/** @returns what to change, guarded by uid and version; null: nothing */
type PatchOf = (object: Json) => Json | null;

interface Reach {
  readonly client: KubeClient;
  readonly nodes: Reflector<KeptNode>;
}

/**
 * Reads the node past the cache, because what somebody else did to it must be known, not guessed;
 * the write is guarded by the version that was read, and repeated when that moved on.
 */
async function patchNode(reach: Reach, ref: NodeRef, patchOf: PatchOf): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await patchNodeOnce(reach, ref, patchOf);
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isRefusedWrite(error) || attempt === CONFLICT_ATTEMPTS) throw error;
    }
  }
}

async function patchNodeOnce(reach: Reach, ref: NodeRef, patchOf: PatchOf): Promise<void> {
  const at = { resource: NODES, namespace: "", name: ref.name };
  const object = await reach.client.get(at);
  if (metaOf(object).uid !== ref.uid) return;
  const patch = patchOf(object);
  if (patch !== null) reach.nodes.written(await reach.client.mergePatch(at, patch));
}

function cordonPatch(object: Json, cordon: boolean): Json | null {
  const node = decodeNode(object);
  // A cordon of somebody else serves us too, and is not ours to lift.
  const done = cordon ? node.cordoned : !node.cordonedByUs;
  if (done) return null;
  const { uid, resourceVersion } = metaOf(object);
  const annotations = { [CORDON_ANNOTATION]: cordon ? FIELD_MANAGER : null };
  return {
    metadata: { uid, resourceVersion, annotations },
    spec: { unschedulable: cordon ? true : null },
  };
}
