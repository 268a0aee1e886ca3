/** NVLink domains: whether nodes say their own, and whether they are the racks that we count. */
import type { CompiledPool } from "../../../core/compiled.ts";
import type { RackObservation, UngroupedNode } from "../../../core/observation.ts";
import { takeInventory, UNLABELLED } from "../../../core/racks/inventory.ts";
import { blocker, type Checked, counted, named, warning } from "../finding.ts";
import type { ClusterFacts, Labels } from "../facts.ts";

export function domainFindings(facts: ClusterFacts): readonly Checked[] {
  const inventoryOf = takeInventory(facts.nodes, []);
  return facts.desired.pools.flatMap((pool) => {
    const nodes = facts.nodes.filter((node) => node.pool === pool.name);
    const { racks, foreign, refusals } = inventoryOf(pool.name);
    return [
      ...noNodes(pool, nodes, facts),
      ...unlabelled(pool, nodes, facts.nodeLabels),
      ...otherKeys(pool, nodes, facts.nodeLabels),
      ...racks.flatMap((rack) => cliques(pool, rack, facts.nodeLabels)),
      ...sizes(pool, racks, facts.nodeLabels),
      ...members(pool, nodes),
      ...refusals.map(({ text }) => spanning(pool, text)),
      ...foreign
        .filter(() => refusals.length === 0)
        .map(({ domain, nodes: ours, pools }) => spanning(pool, foreignText(domain, ours, pools))),
    ];
  });
}

const placeOf = (pool: CompiledPool, field: string): string =>
  `RackPool ${pool.name} spec.${field}`;
const keysOf = ({ rack }: CompiledPool): string => rack.domainKeys.join(", ");

function noNodes(
  pool: CompiledPool,
  nodes: readonly UngroupedNode[],
  { pools }: ClusterFacts,
): readonly Checked[] {
  const count = pools.find((one) => one.pool.name === pool.name)?.reading?.count ?? null;
  // Racks that were asked for and are booting have no nodes yet.
  if (nodes.length > 0 || (count?.current ?? count?.desired ?? 0) === 0) return [];
  const labels = Object.entries(pool.backend.nodeLabels).map(([key, value]) => `${key}=${value}`);
  return [
    warning({
      where: placeOf(pool, "backend.nodeLabels"),
      found:
        `no node carries ${labels.join(", ")}, ` +
        `and the pool's object has ${counted(Number(count?.desired ?? 0), "rack")}`,
      expected: "the pool's nodes carry them, unless they boot right now",
      fix: `kubectl get nodes --selector ${labels.join(",")}`,
    }),
  ];
}

/** Labels by which providers and drivers name NVLink domains, the most telling first. */
const KNOWN_KEYS = [
  "ds.coreweave.com/nvlink.domain",
  "cloud.google.com/gce-topology-subblock",
  "topology.k8s.aws/ultraserver-id",
  "nvidia.com/gpu.clique",
  "network.topology.nvidia.com/accelerator",
];

function unlabelled(
  pool: CompiledPool,
  nodes: readonly UngroupedNode[],
  labels: ReadonlyMap<string, Labels>,
): readonly Checked[] {
  const lacking = nodes.filter(({ domain }) => domain === null).map(({ name }) => name);
  if (lacking.length === 0) return [];
  const there = KNOWN_KEYS.find((key) => lacking.every((name) => labels.get(name)?.[key]));
  const fix =
    there === undefined
      ? "the label comes from GPU Feature Discovery or the compute-domain driver: check that it " +
        "runs there; or spec.rack.domainKeys: [the label that your provider sets]"
      : `spec.rack.domainKeys: [${there}]`;
  const finding = {
    where: placeOf(pool, "rack.domainKeys"),
    found:
      `${lacking.length} of ${counted(nodes.length, "node")} ` +
      `without ${keysOf(pool)}: ${named(lacking)}`,
    expected: "a domain label on every node; it may be missing while a node boots",
    fix,
  };
  return [lacking.length === nodes.length ? blocker(finding) : warning(finding)];
}

/** Nodes whose first key differs name the same rack twice, unless a neighbour carries both. */
function otherKeys(
  pool: CompiledPool,
  nodes: readonly UngroupedNode[],
  labels: ReadonlyMap<string, Labels>,
): readonly Checked[] {
  const [preferred = "", ...later] = pool.rack.domainKeys;
  const carries = (node: UngroupedNode, key: string): boolean =>
    Boolean(labels.get(node.name)?.[key]);
  const byFirst = new Set(
    nodes.filter((node) => carries(node, preferred)).map(({ domain }) => domain),
  );
  const apart = nodes.filter(
    (node) =>
      !carries(node, preferred) &&
      later.some((key) => carries(node, key)) &&
      !byFirst.has(node.domain),
  );
  if (byFirst.size === 0 || apart.length === 0) return [];
  return [
    warning({
      where: placeOf(pool, "rack.domainKeys"),
      found: `${named(apart.map(({ name }) => name))} named by another key than ${preferred}`,
      expected: "one key for the whole pool, or a rack of two keys counts as two racks",
      fix: `label those nodes with ${preferred}, or leave one key in spec.rack.domainKeys`,
    }),
  ];
}

const CLIQUE = "nvidia.com/gpu.clique";

/** A domain may hold several partitions; memory is shared within one only. */
function cliques(
  pool: CompiledPool,
  { id, nodes }: RackObservation,
  labels: ReadonlyMap<string, Labels>,
): readonly Checked[] {
  if (id === UNLABELLED) return [];
  const found = new Set(nodes.flatMap(({ name }) => labels.get(name)?.[CLIQUE] ?? []));
  if (found.size < 2) return [];
  return [
    warning({
      where: `${placeOf(pool, "rack")}, NVLink domain ${id}`,
      found: `${counted(found.size, "value")} of ${CLIQUE}: ${named([...found].toSorted())}`,
      expected: "one partition: engines that span nodes work within one only",
      fix:
        `spec.rack: {domainKeys: [${CLIQUE}], nodes: ${Math.round(nodes.length / found.size)}}, ` +
        "where racks are sold by partition",
    }),
  ];
}

/** A rack of another size than the pool says. */
function sizes(
  pool: CompiledPool,
  racks: readonly RackObservation[],
  labels: ReadonlyMap<string, Labels>,
): readonly Checked[] {
  const { nodes, usableNodes } = pool.rack;
  const wrong = racks.filter(({ id, nodes: has }) => id !== UNLABELLED && has.length !== nodes);
  const bySize = new Map<number, string[]>();
  for (const { id, nodes: has } of wrong) {
    bySize.set(has.length, [...(bySize.get(has.length) ?? []), id]);
  }
  const whole = racks.length - wrong.length;
  const key = keyInUse(pool, wrong, labels);
  return [...bySize].map(([size, ids]) => {
    const finding = {
      where: placeOf(pool, "rack.nodes"),
      found:
        `${size > nodes ? size : `${size} of ${nodes}`} nodes ` +
        `in ${counted(ids.length, "domain")}: ${named(ids)}`,
      expected: `${counted(nodes, "node")} in a domain, ${usableNodes} of them usable`,
      fix: sizeFix(pool, { size, uniform: whole === 0 && bySize.size === 1, ids, key }),
    };
    const works = size < nodes && size >= usableNodes;
    return works ? warning(finding) : blocker(finding);
  });
}

function keyInUse(
  { rack: { domainKeys } }: CompiledPool,
  racks: readonly RackObservation[],
  labels: ReadonlyMap<string, Labels>,
): string {
  const carried = racks.flatMap(({ nodes }) => nodes.map(({ name }) => labels.get(name) ?? {}));
  const used = domainKeys.find((key) => carried.some((ofNode) => key in ofNode));
  return used ?? domainKeys.join(",");
}

interface OddSize {
  readonly size: number;
  /** Every rack of the pool has it: it is the figure that is wrong. */
  readonly uniform: boolean;
  readonly ids: readonly string[];
  /** The pool's first key that its nodes carry. */
  readonly key: string;
}

function sizeFix({ rack }: CompiledPool, { size, uniform, ids, key }: OddSize): string {
  const list = `kubectl get nodes -L ${key}`;
  if (uniform && size !== rack.nodes - 1) {
    return `spec.rack: {nodes: ${size}, usableNodes: ...}, if that is a rack; else ${list}`;
  }
  const [first = ""] = ids;
  return size < rack.nodes
    ? `${list} | grep ${first}, then ask the provider for the missing nodes`
    : `${list}, and name in spec.rack.domainKeys one that tells the racks apart`;
}

/** One object of a set is one rack. */
function members(pool: CompiledPool, nodes: readonly UngroupedNode[]): readonly Checked[] {
  const domains = new Map<string, Set<string>>();
  for (const { member, domain } of nodes) {
    if (member === undefined || domain === null) continue;
    domains.set(member, (domains.get(member) ?? new Set()).add(domain));
  }
  return [...domains]
    .filter(([, values]) => values.size > 1)
    .map(([member, values]) =>
      blocker({
        where: `${placeOf(pool, "backend.members")}, object ${member}`,
        found: `${counted(values.size, "NVLink domain")} among its nodes: ${named([...values])}`,
        expected: "one: each object of the set is one rack or none",
        fix: "one object for each rack, or a backend kind that counts racks in one object",
      }),
    );
}

const foreignText = (domain: string, ours: readonly string[], pools: readonly string[]): string =>
  `${named(ours)} in NVLink domain ${domain}, which is RackPool ${named(pools)}'s`;

const spanning = (pool: CompiledPool, found: string): Checked =>
  blocker({
    where: placeOf(pool, "backend.nodeLabels"),
    found,
    expected: "whole racks in one pool",
    fix: "correct the labels of those nodes, or the pools' spec.backend.nodeLabels",
  });

export function domainsFine({ nodes }: ClusterFacts): string {
  const domains = new Set(nodes.flatMap(({ domain }) => domain ?? []));
  if (domains.size === 0) return "";
  return `${counted(nodes.length, "node")} in ${counted(domains.size, "whole NVLink domain")}`;
}
