/** Nodes and pods of all pools grouped into racks by NVLink domain. */
import type {
  ForeignNodes,
  PodObservation,
  RackObservation,
  Refusal,
  UngroupedNode,
} from "../observation.ts";

/** Nodes whose domain label is missing: booting, or the label's plugin restarts. */
export const UNLABELLED = "unlabelled";

/** What one pool has. */
export interface PoolInventory {
  /** Sorted by domain; nodes and pods sorted by name within. */
  readonly racks: readonly RackObservation[];
  /** Nodes that carry the pool's labels and stand in racks that are not its own. */
  readonly foreign: readonly ForeignNodes[];
  /** Racks that several pools claim and none has most of: none of the pools may be scaled. */
  readonly refusals: readonly Refusal[];
}

const NOTHING: PoolInventory = { racks: [], foreign: [], refusals: [] };

/**
 * Once a tick, for all pools together: only so it shows where a rack spans pools. Such a rack is of
 * the pool that has more than half of its nodes. The others' nodes there, and all of them where
 * none has, are foreign: in nobody's quorum, and never drained.
 *
 * @returns what each pool has; pools without nodes have nothing
 */
export function takeInventory(
  nodes: readonly UngroupedNode[],
  pods: readonly PodObservation[],
): (pool: string) => PoolInventory {
  const podsByNode = groupBy(pods, ({ node }) => node);
  const claims = claimsOf(nodes);
  const pools = [...groupBy(nodes, ({ pool }) => pool)].map(
    ([pool, ours]) => [pool, poolInventory(pool, ours, { podsByNode, claims })] as const,
  );
  const inventories = new Map(pools);
  return (pool) => inventories.get(pool) ?? NOTHING;
}

/** Domain → pool → nodes; of domains that several pools claim only. */
type Claims = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface Shared {
  readonly podsByNode: ReadonlyMap<string, PodObservation[]>;
  readonly claims: Claims;
}

function poolInventory(
  pool: string,
  nodes: readonly UngroupedNode[],
  { podsByNode, claims }: Shared,
): PoolInventory {
  const domains = groupBy(nodes, ({ domain }) => domain ?? UNLABELLED);
  const ids = [...domains.keys()].toSorted();
  const isOurs = (id: string): boolean => (ownerOf(claims.get(id)) ?? pool) === pool;
  const disputed = (id: string): boolean => ownerOf(claims.get(id)) === NOBODY;
  return {
    racks: ids.filter(isOurs).map((id) => rackOf(id, domains.get(id) ?? [], podsByNode)),
    foreign: ids
      .filter((id) => !isOurs(id))
      .map((id) => ({
        domain: id,
        nodes: (domains.get(id) ?? []).map(({ name }) => name).toSorted(),
        pools: othersOf(claims.get(id), pool),
      })),
    refusals: ids.filter(disputed).map((id) => disputeOf(pool, id, othersOf(claims.get(id), pool))),
  };
}

function rackOf(
  id: string,
  nodes: readonly UngroupedNode[],
  podsByNode: ReadonlyMap<string, PodObservation[]>,
): RackObservation {
  const members = sortedByName(nodes);
  const pods: PodObservation[] = [];
  for (const { name } of members) pods.push(...sortedByName(podsByNode.get(name) ?? []));
  return { id, nodes: members.map(withoutGrouping), pods };
}

function claimsOf(nodes: readonly UngroupedNode[]): Claims {
  const claims = new Map<string, Map<string, number>>();
  const [first] = nodes;
  if (nodes.every(({ pool }) => pool === first?.pool)) return claims;
  for (const { domain, pool } of nodes) {
    if (domain === null) continue;
    const pools = claims.get(domain) ?? new Map<string, number>();
    claims.set(domain, pools.set(pool, (pools.get(pool) ?? 0) + 1));
  }
  return new Map([...claims].filter(([, pools]) => pools.size > 1));
}

/** No pool has this name: Kubernetes' names are never empty. */
const NOBODY = "";

/** @returns the pool with more than half of the nodes; undefined where only one pool claims it */
function ownerOf(pools: ReadonlyMap<string, number> | undefined): string | undefined {
  if (pools === undefined) return undefined;
  const total = [...pools.values()].reduce((sum, count) => sum + count, 0);
  const [owner] = [...pools].find(([, count]) => 2 * count > total) ?? [NOBODY];
  return owner;
}

const othersOf = (
  pools: ReadonlyMap<string, number> | undefined,
  pool: string,
): readonly string[] => [...(pools?.keys() ?? [])].filter((name) => name !== pool).toSorted();

const disputeOf = (pool: string, domain: string, others: readonly string[]): Refusal => ({
  code: "pool-refused",
  text:
    `RackPool ${pool}: found nodes of NVLink domain ${domain} in RackPool ${others.join(", ")} ` +
    "as well, expected most of a domain's nodes in one pool; correct the pools' node labels.",
});

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [item]);
    else members.push(item);
  }
  return groups;
}

interface Named {
  readonly name: string;
}

const byName = (a: Named, b: Named): number => (a.name < b.name ? -1 : 1);

/** Lists mostly come in order. @returns the list itself where it does */
function sortedByName<T extends Named>(items: readonly T[]): readonly T[] {
  for (let i = 1; i < items.length; i += 1) {
    const [a, b] = [items[i - 1], items[i]];
    if (a !== undefined && b !== undefined && byName(a, b) > 0) return items.toSorted(byName);
  }
  return items;
}

function withoutGrouping(node: UngroupedNode): RackObservation["nodes"][number] {
  const { pool: _pool, domain: _domain, ...seen } = node;
  return seen;
}
