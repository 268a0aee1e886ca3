/** The nodes of the simulated pools, as the cluster's API would list them. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { NodeRef } from "../../core/decision.ts";
import type { UngroupedNode } from "../../core/observation.ts";
import { epochMs, gpuCount } from "../../core/units.ts";
import type { ClusterNodes } from "../../ports/cluster-nodes.ts";
import type { RackPool } from "../rack-pool.ts";
import type { SimNode } from "../rack-state.ts";
import type { World } from "../world.ts";

/** Who takes racks out of service: repairs, maintenance. */
const PROVIDER = "provider";

export function simulatedClusterNodes(world: World): ClusterNodes {
  return {
    list: (pools) => Promise.resolve(pools.flatMap(({ name }) => nodesOf(world.pool(name)))),
    withUids: (uids) =>
      Promise.resolve(
        world
          .pools()
          .flatMap((pool) => pool.racks().flatMap(({ nodes }) => nodes))
          .filter(({ uid }) => uids.includes(uid))
          .map(({ name, uid }) => ({ name, uid })),
      ),
    // Every node of this world is some pool's, and no pool is ever deleted.
    marked: () => Promise.resolve([]),
    cordon: (nodes) => setCordoned(world, nodes, true),
    uncordon: (nodes) => setCordoned(world, nodes, false),
    fence: (nodes) => inEachPool(world, nodes, ({ loan }, uids) => loan.fence(uids)),
    unfence: (nodes, _taint, at) =>
      inEachPool(world, nodes, ({ loan }, uids) => loan.unfence(uids, at)),
  };
}

function nodesOf(pool: RackPool | undefined): readonly UngroupedNode[] {
  if (pool === undefined) return [];
  return pool.racks().flatMap((rack) => rack.nodes.map((node) => observed(pool, rack.id, node)));
}

/** GPUs become allocatable when the device plugin registers: with Ready, in this world. */
function observed({ pool }: RackPool, domain: string, node: SimNode): UngroupedNode {
  const notice = noticeKey(pool);
  return {
    pool: pool.name,
    domain: node.labelled ? domain : null,
    name: node.name,
    uid: node.uid,
    ready: node.ready,
    // The cluster shows one mark, whoever set it.
    cordoned: node.cordoned || node.fenced,
    gpusAllocatable: gpuCount(node.ready ? pool.rack.gpusPerNode : 0),
    createdAt: epochMs(Math.floor(node.createdAt)),
    ...(node.fenced ? { fencedBy: PROVIDER } : {}),
    ...(node.noticed && notice !== undefined ? { notice } : {}),
    ...loanMarks(pool, node),
  };
}

/** The provider marks nodes as the pool says that it does; undefined where nothing is read. */
const noticeKey = ({ supply: { interruptions } }: CompiledPool): string | undefined =>
  interruptions?.taints[0] ?? interruptions?.conditions[0];

function loanMarks(
  { loan }: CompiledPool,
  { loanFence, lentAt }: SimNode,
): Pick<UngroupedNode, "fenced" | "lentAt"> | undefined {
  if (loan === undefined) return undefined;
  return { ...(loanFence && { fenced: loanFence }), ...(lentAt !== null && { lentAt }) };
}

const setCordoned = (world: World, nodes: readonly NodeRef[], cordoned: boolean): Promise<void> =>
  inEachPool(world, nodes, (pool, uids) => pool.setCordoned(uids, cordoned));

function inEachPool(
  world: World,
  nodes: readonly NodeRef[],
  change: (pool: RackPool, uids: ReadonlySet<string>) => void,
): Promise<void> {
  const uids = new Set(nodes.map(({ uid }) => uid));
  for (const pool of world.pools()) change(pool, uids);
  return Promise.resolve();
}
